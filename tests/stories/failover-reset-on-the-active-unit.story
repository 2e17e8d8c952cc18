# `failover reset` on the active unit: reset, and failed again while its fault is there.
clauses: OR-3 HM-4
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
pull-link secondary Ethernet1
expect within 2s
    primary    Active
    secondary  Failed
type primary
    failover reset
messages secondary within 10s
    104003
    104004
    104003
expect within 10s
    primary    Active
    secondary  Failed
show secondary show failover history
    Failed ... Negotiation ... Set by the config command
    Standby Ready ... Failed ... Interface check
plug-link secondary Ethernet1
expect within 20s
    primary    Active
    secondary  Standby Ready
no-messages primary
    104002
forwarder primary
