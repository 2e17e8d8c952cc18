# `failover interface-policy 100%`: one dead interface of two moves nothing, the second one does.
clauses: HM-1 HM-2 FA-7
boot: lan

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover interface-policy 100%
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
show secondary show failover
    Interface Policy 100%
pull-link primary Ethernet1
expect for 3s
    primary    Active
    secondary  Standby Ready
show secondary show failover
    Other host: Primary - Active
    Interface inside (192.168.1.1): No Link...
pull-link primary Ethernet0
expect within 2s
    primary    Failed
    secondary  Active
plug-link primary Ethernet0
expect within 20s
    primary    Standby Ready
    secondary  Active
show primary show failover
    Interface inside (192.168.1.2): No Link...
forwarder secondary
