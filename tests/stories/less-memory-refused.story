# Less memory than its mate: no pair. The active one shows its mate as failed.
clauses: MT-3 MT-5
boot: lan-less-memory

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Disabled
messages primary
    105046
messages secondary
    105046
show secondary show failover history
    Negotiation ... Disabled ... Other unit chassis configuration is different
forwarder primary
