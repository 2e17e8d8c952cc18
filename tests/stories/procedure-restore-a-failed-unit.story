# A failed unit is repaired and reset as the document has it: it stands by, and becomes active by order.
clauses: PR-4 OR-3 HM-5
boot: cable

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
pull-link primary Ethernet1
expect within 2s
    primary    Failed
    secondary  Active
show primary show failover
    This host: Primary - Failed
    Interface inside (192.168.1.2): No Link (Waiting)
type primary
    failover interface-policy 2
    => **** WARNING ****
type primary
    failover reset
expect within 20s
    primary    Standby Ready
    secondary  Active
# "It does not automatically make it active."
expect for 2s
    primary    Standby Ready
    secondary  Active
messages primary
    104003
    104004
forwarder secondary
