# The standby's inside link is pulled: it fails, the active goes on; plugged in again, it heals.
clauses: FA-8 IF-1 HM-4 HM-5
boot: lan
bounds: outage 500ms, tcp kept

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
traffic on
wait 1s
! pull-link secondary Ethernet1
expect within 2s
    primary    Active
    secondary  Failed
show secondary show failover
    This host: Secondary - Failed
    Interface outside (172.16.1.2): Normal (Waiting)
    Interface inside (192.168.1.2): No Link (Waiting)
show primary show failover
    Other host: Secondary - Failed
    Interface inside (192.168.1.2): No Link (Waiting)
show secondary show failover state
    My Fail Reason:
    Ifc Failure
messages secondary
    105007 (Secondary) Link status Down on interface inside
    104003
plug-link secondary Ethernet1
expect within 15s
    primary    Active
    secondary  Standby Ready
show secondary show failover history
    Standby Ready              Failed                     Interface check
    Failed                     Negotiation                Interface check
messages secondary
    105006 (Secondary) Link status Up on interface inside
    104004
forwarder primary
arp unchanged
