# Failover is off on both: one lets go by order, the other takes, at the document's slow polls too.
clauses: OR-5 HE-3
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
type primary
    no failover active
wait 3s
forwarder none
type secondary
    failover active
wait 1s
forwarder secondary
