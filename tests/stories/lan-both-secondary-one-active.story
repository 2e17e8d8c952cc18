# Both are configured as secondary, one is active already: it stays, the other stays out.
clauses: ID-2
boot: lan-both-secondary

power-on primary
expect within 20s
    primary    Active
    secondary  off
traffic on
power-on secondary
messages secondary within 15s
    990001
messages primary
    990001
expect for 2s
    primary    Active
    secondary  Negotiation
forwarder primary
