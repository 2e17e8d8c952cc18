# The active unit restarts quicker than the hold time of 15 s: the standby takes over at once.
clauses: ST-7 FA-2
boot: lan-saved
bounds: outage 12s, tcp reset 300ms

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
traffic on
wait 1s
! power-off primary
wait 100ms
power-on primary
expect within 12s
    primary    Standby Ready
    secondary  Active
messages secondary
    104001 Peer unit just reloaded
show secondary show failover history
    Standby Ready ... Just Active ... Peer unit just reloaded
forwarder secondary
arp unchanged
