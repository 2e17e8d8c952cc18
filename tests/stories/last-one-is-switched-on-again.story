# The failover link is failed, then the active unit dies: failover off and on again is a start.
clauses: FA-5 ST-3
boot: lan-saved

power-on primary secondary
expect within 30s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
    failover polltime interface msec 500 holdtime 5
wait 4s
cut failover
messages secondary within 10s
    105043
power-off primary
wait 40s
type secondary
    no failover
wait 1s
forwarder none
type secondary
    failover
expect within 20s
    secondary  Active
forwarder secondary
