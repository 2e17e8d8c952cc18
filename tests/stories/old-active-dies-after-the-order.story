# The old active unit loses power the moment it has handed over: the new one simply goes on.
clauses: HO-1 FA-3
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
type primary
    no failover active
power-off primary
expect within 2s
    primary    off
    secondary  Active
expect for 2s
    secondary  Active
messages secondary
    104001 Other unit want me Active
    103001
forwarder secondary
show secondary show failover history
    Standby Ready ... Just Active ... Other unit want me Active
