# Failover is switched off on both units, then on again: traffic notices neither.
clauses: ST-2 PR-3
boot: lan-saved
bounds: outage 500ms, tcp kept

power-on primary secondary
expect within 30s
    primary    Active
    secondary  Standby Ready
type primary
    no failover
type secondary
    no failover
expect within 2s
    primary    Disabled
    secondary  Disabled
traffic on
! type primary
    failover
expect within 2s
    primary    Active
    secondary  Disabled
forwarder primary
type secondary
    failover
expect within 20s
    primary    Active
    secondary  Standby Ready
forwarder primary
arp unchanged
show primary show failover history
    Active                     Disabled                   Set by the config command
    Disabled                   Negotiation                Set by the config command
    Active Config Applied      Active                     No Active unit found
