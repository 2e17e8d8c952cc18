# The failover link is bad from the first hello on: the standby has all of the configuration.
clauses: SW-4 ST-5
boot: lan

delay failover 20ms
lose failover 20%
duplicate failover 20%
reorder failover 30ms
power-on primary secondary
expect within 60s
    primary    Active
    secondary  Standby Ready
show secondary show running-config
    access-list 101 extended permit ip any any
messages primary
    709003
    709004
no-messages primary
    990016
expect for 5s
    primary    Active
    secondary  Standby Ready
mend failover
power-off primary
expect within 20s
    secondary  Active
