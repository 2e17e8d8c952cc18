# The failover link is cut at start: both become active, as the document's table says; mended, one.
clauses: FA-5 FW-5
boot: lan-saved
two-actives: expected

cut failover
power-on primary secondary
expect within 20s
    primary    Active
    secondary  Active
messages primary within 20s
    104001
    105043
show primary show failover
    Failover LAN Interface: failover Ethernet3 (Failed - No Switchover)
    This host: Primary - Active
    Other host: Secondary - Not Detected
mend failover
expect within 20s
    primary    Active
    secondary  Standby Ready
messages primary
    105042
show primary show failover
    Failover LAN Interface: failover Ethernet3 (up)
    Other host: Secondary - Standby Ready
