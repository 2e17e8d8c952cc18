# The standby loses power, LAN: marked failed. Then the active unit's interface fails: nothing.
clauses: FA-3 FA-8 OR-1
boot: lan
bounds: outage 500ms, tcp kept

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
! power-off secondary
expect for 2s
    primary    Active
messages primary
    103001
show primary show failover
    This host: Primary - Active
    Other host: Secondary - Failed
    Interface outside (172.16.1.2): Unknown (Waiting)
type primary
    no failover active
    => ERROR
forwarder primary
arp unchanged
traffic off
# "The active unit does not attempt to failover, even if the interface failure threshold is surpassed."
pull-link primary Ethernet1
expect for 2s
    primary    Active
show primary show failover
    Interface inside (192.168.1.1): No Link (Waiting)
no-messages primary
    104002
    104003
plug-link primary Ethernet1
forwarder primary
