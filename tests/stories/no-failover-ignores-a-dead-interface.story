# With failover off on both units not even a dead interface moves a role, nor the mate's death.
clauses: ST-2 HM-2
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
    no failover
type secondary
    no failover
expect within 2s
    primary    Disabled
    secondary  Disabled
pull-link primary Ethernet0
expect for 6s
    primary    Disabled
    secondary  Disabled
no-messages primary
    104002
    104003
plug-link primary Ethernet0
forwarder primary
power-off primary
expect for 4s
    primary    off
    secondary  Disabled
no-messages secondary
    104001
forwarder none
