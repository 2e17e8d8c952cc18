# One unit is transparent, the other routed: 105044 on both. The one that is there first serves;
# tests/failover/test_unfit_boot.py switches both on at once.
clauses: MT-2 MT-5
boot: lan-other-mode

power-on primary
expect within 20s
    primary    Active
    secondary  off
power-on secondary
expect within 20s
    primary    Active
    secondary  Disabled
messages primary
    105044  Mate operational mode (routed, single) is not compatible with my mode (transparent, single).
messages secondary
    105044
show secondary show failover history
    Negotiation ... Disabled ... Other unit operating mode is different
