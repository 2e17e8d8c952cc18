# The failover link is cut right after a switchover: both keep what they have just become.
clauses: HO-1 FA-4
boot: lan
bounds: overlap 50ms

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
type primary
    no failover active
! cut failover
expect within 2s
    primary    Standby Ready
    secondary  Active
expect for 3s
    primary    Standby Ready
    secondary  Active
messages primary
    104002
    105043
messages secondary
    104001
    105043
type secondary
    no failover active
    => failover link is failed
mend failover
messages primary
    105042
type secondary
    no failover active
expect within 2s
    primary    Active
    secondary  Standby Ready
wait 500ms
forwarder primary
arp unchanged
