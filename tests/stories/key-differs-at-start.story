# Two units start with different failover keys: one serves, and the other never beside it.
clauses: KY-2 KY-3
boot: lan-keys-differ

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Negotiation
expect for 5s
    primary    Active
    secondary  Negotiation
messages primary
    990012 Failover message decryption failure
messages secondary
    990012 Failover message decryption failure
forwarder primary
power-off primary
expect within 10s
    secondary  Active
power-on primary
expect within 5s
    primary    Negotiation
expect for 8s
    primary    Negotiation
    secondary  Active
forwarder secondary
type secondary
    failover key alpha
expect within 10s
    primary    Standby Ready
    secondary  Active
