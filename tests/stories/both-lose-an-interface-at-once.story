# A fault takes the inside link of both at once: a switchover would mend nothing, so there is none.
clauses: HM-3 HM-4 FA-8
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
switch inside off
expect within 2s
    primary    Active
    secondary  Failed
expect for 3s
    primary    Active
    secondary  Failed
no-messages primary
    104002
    104003
no-messages secondary
    104001
show primary show failover
    This host: Primary - Active
    Interface inside (192.168.1.1): No Link...
    Other host: Secondary - Failed
    Interface inside (192.168.1.2): No Link...
switch inside on
expect within 20s
    primary    Active
    secondary  Standby Ready
forwarder primary
