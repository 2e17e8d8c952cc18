# One unit is transparent, the other routed: 105044 on both.
clauses: MT-2 MT-5
boot: lan-other-mode

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Disabled
messages primary
    105044  Mate operational mode (routed, single) is not compatible with my mode (transparent, single).
messages secondary
    105044
show secondary show failover history
    Negotiation ... Disabled ... Other unit operating mode is different
