# The LAN failover link fails in one direction: marked failed on both, no switchover.
clauses: FA-4 LK-3
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
! cut failover secondary->primary
expect for 2s
    primary    Active
    secondary  Standby Ready
messages primary
    105043
messages secondary
    105043
mend failover
messages primary
    105042
messages secondary
    105042
forwarder primary
arp unchanged
