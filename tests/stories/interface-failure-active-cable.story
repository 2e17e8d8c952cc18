# The active unit's inside link is pulled, cable: it marks itself failed, the standby serves.
clauses: FA-7 HM-2 HM-4 FA-9 FW-1 FW-6 FW-7
boot: cable
bounds: decide 1s, outage 1s, tcp reset 300ms

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
! pull-link primary Ethernet1
expect within 2s
    primary    Failed
    secondary  Active
messages primary
    105007
    104003
messages secondary
    103003
    103005
    104001 Other unit reports that it is failed
    411002
    411001
show primary show failover
    This host: Primary - Failed
    Interface outside (172.16.1.2): Normal (Waiting)
    Interface inside (192.168.1.2): No Link (Waiting)
    Other host: Secondary - Active
    Interface outside (172.16.1.1): Normal (Waiting)
    Interface inside (192.168.1.1): Normal (Waiting)
show secondary show failover
    This host: Secondary - Active
    Other host: Primary - Failed
    Interface inside (192.168.1.2): No Link (Waiting)
show primary show failover state
    ...Ifc Failure...
show primary show failover history
    Active ... Failed ... Interface check
show secondary show failover history
    Standby Ready ... Just Active ... Other unit reports that it is failed
wait 500ms
forwarder secondary
arp unchanged
plug-link primary Ethernet1
expect within 20s
    primary    Standby Ready
    secondary  Active
messages primary
    104003
    104004
show primary show failover history
    Failed ... Negotiation ... Interface check
    Negotiation ... Cold Standby ... Detected an Active mate
expect for 1s
    primary    Standby Ready
    secondary  Active
forwarder secondary
arp unchanged
