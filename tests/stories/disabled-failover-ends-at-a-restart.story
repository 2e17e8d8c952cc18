# With failover off the unit that serves lets go by order; a restart brings back what was saved.
clauses: PR-3 OR-5
boot: cable-saved

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
    failover polltime interface msec 500 holdtime 5
show secondary show failover
    Unit Poll frequency 200 milliseconds, holdtime 800 milliseconds
    Interface Poll frequency 500 milliseconds, holdtime 5 seconds
    This host: Secondary - Standby Ready
    Interface outside (172.16.1.2): Normal
    Interface inside (192.168.1.2): Normal
    Other host: Primary - Active
    Interface outside (172.16.1.1): Normal
    Interface inside (192.168.1.1): Normal
type primary
    no failover
type secondary
    no failover
expect within 2s
    primary    Disabled
    secondary  Disabled
show primary show failover
    Failover Off
show secondary show failover
    Failover Off
type primary
    no failover active
wait 1s
forwarder none
type secondary
    failover active
wait 1s
forwarder secondary
messages primary
    105001
    104002 Set by the config command
# "Maintained until you restart": what is saved says that failover is on.
power-off primary secondary
power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
forwarder primary
