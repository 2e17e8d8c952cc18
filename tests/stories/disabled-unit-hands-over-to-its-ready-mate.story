# Failover is off on the active unit only. An order on either still moves the service, and once.
clauses: OR-5 ST-2
boot: lan

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 100 holdtime msec 400
    failover polltime interface msec 500 holdtime 5
show secondary show failover
    Unit Poll frequency 100 milliseconds, holdtime 400 milliseconds
    Interface Poll frequency 500 milliseconds, holdtime 5 seconds
    This host: Secondary - Standby Ready
    Interface outside (172.16.1.2): Normal
    Interface inside (192.168.1.2): Normal
    Other host: Primary - Active
    Interface outside (172.16.1.1): Normal
    Interface inside (192.168.1.1): Normal
traffic on
wait 1s
type primary
    no failover
expect within 2s
    primary    Disabled
    secondary  Standby Ready
forwarder primary
type secondary
    failover active
expect within 2s
    primary    Disabled
    secondary  Active
wait 1s
forwarder secondary
type primary
    failover
expect within 20s
    primary    Standby Ready
    secondary  Active
type secondary
    no failover
expect within 2s
    secondary  Disabled
type secondary
    no failover active
expect within 2s
    primary    Active
    secondary  Disabled
wait 1s
forwarder primary
