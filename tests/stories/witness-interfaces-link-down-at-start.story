# With interfaces as witness the failover link is down at start, and one unit serves.
# The other stands by without the active's configuration, and takes it when the link is back.
clauses: WI-1 WI-2
boot: lan-saved

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover witness interfaces
    copy running-config startup-config
wait 1s
power-off primary secondary
cut failover
power-on primary secondary
expect within 25s
    primary    Active
    secondary  Cold Standby
forwarder primary
show secondary show failover
    Witness: interfaces (mate alive)
expect for 5s
    primary    Active
    secondary  Cold Standby
mend failover
expect within 20s
    primary    Active
    secondary  Standby Ready
