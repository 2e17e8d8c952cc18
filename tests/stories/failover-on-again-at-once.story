# Failover is switched off and on on the active unit alone: it is Active again at once.
clauses: ST-2 PR-3
boot: lan-saved
bounds: outage 500ms, tcp kept

power-on primary secondary
expect within 30s
    primary    Active
    secondary  Standby Ready
traffic on
! type primary
    no failover
wait 1s
! type primary
    failover
expect within 1s
    primary    Active
    secondary  Standby Ready
expect for 3s
    primary    Active
    secondary  Standby Ready
forwarder primary
arp unchanged
