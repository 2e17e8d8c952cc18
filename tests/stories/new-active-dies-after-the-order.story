# The new active unit loses power right after the switchover: the old one takes the addresses again.
clauses: HO-1 FA-1
boot: lan
bounds: decide 1400ms, outage 1400ms, tcp reset 300ms

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
type secondary
    failover active
! power-off secondary
expect within 3s
    primary    Active
    secondary  off
messages primary
    104002 Other unit wants me Standby
    103001
    104001 HELLO not heard from mate
wait 500ms
forwarder primary
arp unchanged
show primary show failover history
    Active ... Standby Ready ... Other unit wants me Standby
    Standby Ready ... Just Active ... HELLO not heard from mate
