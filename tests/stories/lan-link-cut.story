# The LAN failover link is cut in operation: marked failed on both, no switchover; then mended.
clauses: FA-4 LK-1 OR-2 EV-1 EV-2
boot: lan
bounds: outage 500ms, tcp kept

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 100 holdtime msec 400
show secondary show failover
    Unit Poll frequency 100 milliseconds, holdtime 400 milliseconds
traffic on
wait 1s
! cut failover
expect for 2s
    primary    Active
    secondary  Standby Ready
messages primary
    105043
messages secondary
    105043
show primary show failover
    Failover LAN Interface: failover Ethernet3 (Failed - No Switchover)
show secondary show failover
    Failover LAN Interface: failover Ethernet3 (Failed - No Switchover)
type secondary
    failover active
    => failover link is failed
mend failover
messages primary
    105042
messages secondary
    105042
show secondary show failover
    Failover LAN Interface: failover Ethernet3 (up)
forwarder primary
arp unchanged
