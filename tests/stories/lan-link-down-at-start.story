# The failover link is cut at start: both become active, as the document's table says; mended, one.
clauses: FA-5 FW-5
boot: lan-saved
two-actives: expected

cut failover
power-on primary secondary
expect within 20s
    primary    Active
    secondary  Active
mend failover
expect within 20s
    primary    Active
    secondary  Standby Ready
