# Two that became active without their link meet, both healthy: the primary goes on.
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
messages secondary within 20s
    104001
    105043
show primary show failover
    Failover LAN Interface: failover Ethernet3 (Failed - No Switchover)
    This host: Primary - Active
show secondary show failover
    Failover LAN Interface: failover Ethernet3 (Failed - No Switchover)
    This host: Secondary - Active
mend failover
expect within 20s
    primary    Active
    secondary  Standby Ready
messages secondary
    105042
messages primary
    105042
    709003
    709004
messages secondary
    104002 Detected an Active mate
    709005
    709006
no-messages primary
    104002
show secondary show failover history
    Active ... Cold Standby ... Detected an Active mate
    Bulk Sync ... Standby Ready ...
forwarder primary
