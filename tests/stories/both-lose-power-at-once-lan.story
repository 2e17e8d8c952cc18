# Both units lose power at once and get it back: the primary serves, as at any start.
clauses: ST-4 FW-4
boot: lan-saved

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type secondary
    failover active
expect within 2s
    primary    Standby Ready
    secondary  Active
power-off primary secondary
expect for 1s
    primary    off
    secondary  off
forwarder none
power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
show primary show failover history
    Negotiation ... Just Active ... No Active unit found
show secondary show failover history
    Negotiation ... Cold Standby ... Failover state check
forwarder primary
