# Failover is off on the standby alone, and it is forced active: the other one lets go and stands by.
clauses: OR-5 FW-2
boot: lan-saved

power-on primary secondary
expect within 30s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
    failover polltime interface msec 500 holdtime 5
wait 4s
type secondary
    no failover
expect within 1s
    secondary  Disabled
type secondary
    failover active
wait 3s
forwarder secondary
expect for 10s
    primary    Standby Ready
    secondary  Disabled
forwarder secondary
