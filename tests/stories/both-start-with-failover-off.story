# Both units have saved `no failover` and start together: the primary is the gateway, and alone.
clauses: OR-4
boot: lan-saved

power-on primary secondary
expect within 30s
    primary    Active
    secondary  Standby Ready
type primary
    no failover
    write memory
type secondary
    no failover
    write memory
wait 2s
power-off primary secondary
wait 2s
power-on primary secondary
wait 12s
forwarder primary
