# The standby has failed; then the active unit loses power. Better than nobody, it serves.
clauses: HM-7 FA-1
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
pull-link secondary Ethernet0
expect within 2s
    primary    Active
    secondary  Failed
power-off primary
expect within 15s
    primary    off
    secondary  Active
messages secondary
    104003
    103001
    104004
    104001 No Active unit found
show secondary show failover history
    Standby Ready ... Failed ... Interface check
    Failed ... Negotiation ... HELLO not heard from mate
    Negotiation ... Just Active ... No Active unit found
# The other comes back healthy, stands by, and then is the better one of two.
power-on primary
expect within 20s
    primary    Active
    secondary  Failed
messages primary
    104002 Detected an Active mate
    103005
    104001
plug-link secondary Ethernet0
expect within 20s
    primary    Active
    secondary  Standby Ready
forwarder primary
