# The standby has failed; then more interfaces of the active unit do: it does not fail over.
clauses: FA-8 FA-3 HM-3
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
pull-link secondary Ethernet1
expect within 2s
    primary    Active
    secondary  Failed
# "Even if the interface failure threshold is surpassed."
pull-link primary Ethernet0
pull-link primary Ethernet1
expect for 3s
    primary    Active
    secondary  Failed
no-messages primary
    104002
    104003
plug-link primary Ethernet0
plug-link primary Ethernet1
# Nor to one that has no power.
power-off secondary
wait 2s
pull-link primary Ethernet1
expect for 3s
    primary    Active
    secondary  off
show primary show failover
    This host: Primary - Active
    Interface inside (192.168.1.1): No Link (Waiting)
    Other host: Secondary - Failed
no-messages primary
    104002
    104003
plug-link primary Ethernet1
forwarder primary
