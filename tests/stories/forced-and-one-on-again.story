# Failover is off on both, the standby is forced, the other one is switched on: one forwarder.
clauses: OR-5 ST-2 FW-2
boot: cable-saved

power-on primary secondary
expect within 30s
    primary    Active
    secondary  Standby Ready
wait 20s
type primary
    no failover
type secondary
    no failover
wait 20s
type secondary
    failover active
wait 3s
forwarder secondary
type primary
    failover
wait 10s
forwarder secondary
