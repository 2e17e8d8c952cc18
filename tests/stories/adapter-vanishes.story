# The active unit's inside adapter is pulled and comes back: the standby takes over, nothing is lost.
clauses: HM-9
boot: lan
bounds: decide 2s, outage 3s, tcp reset 300ms

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime interface msec 500 holdtime 5
wait 2s
messages primary within 5s
    105004 outside
messages primary
    105004 inside
messages secondary within 5s
    105004 outside
messages secondary
    105004 inside
traffic on
wait 1s
! vanish primary Ethernet1
expect within 2s
    primary    Failed
    secondary  Active
messages primary
    105007 inside
    104003
messages primary
    990023
forwarder secondary
wait 2s
return primary Ethernet1
expect within 10s
    primary    Standby Ready
    secondary  Active
messages primary
    104004
wait 3s
show primary show failover
    Interface inside (192.168.1.2): Normal
    Interface inside (192.168.1.1): Normal
type primary
    failover active
expect within 5s
    primary    Active
    secondary  Standby Ready
forwarder primary
arp unchanged
