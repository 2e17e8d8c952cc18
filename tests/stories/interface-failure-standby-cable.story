# The standby's inside link is pulled, cable: it marks itself failed, and nobody switches over.
clauses: FA-8 HM-3 HM-4 HM-5
boot: cable
bounds: outage 500ms, tcp kept

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
traffic on
wait 1s
! pull-link secondary Ethernet1
expect within 2s
    primary    Active
    secondary  Failed
messages primary
    103003
    103005
messages secondary
    105007
    104003
no-messages primary
    104002
    104003
show primary show failover
    This host: Primary - Active
    Interface outside (172.16.1.1): Normal (Waiting)
    Interface inside (192.168.1.1): Normal (Waiting)
    Other host: Secondary - Failed
    Interface outside (172.16.1.2): Normal (Waiting)
    Interface inside (192.168.1.2): No Link (Waiting)
show secondary show failover
    This host: Secondary - Failed
    Interface inside (192.168.1.2): No Link (Waiting)
    Other host: Primary - Active
show secondary show failover history
    Standby Ready ... Failed ... Interface check
type primary
    no failover active
    => ERROR
forwarder primary
arp unchanged
traffic off
# "The active unit does not attempt to fail over even if the interface failure threshold is surpassed."
pull-link primary Ethernet0
pull-link primary Ethernet1
expect for 2s
    primary    Active
    secondary  Failed
no-messages primary
    104002
    104003
plug-link primary Ethernet0
plug-link primary Ethernet1
plug-link secondary Ethernet1
expect within 20s
    primary    Active
    secondary  Standby Ready
messages secondary
    104004
show secondary show failover history
    Failed ... Negotiation ... Interface check
    Bulk Sync ... Standby Ready ...
forwarder primary
arp unchanged
