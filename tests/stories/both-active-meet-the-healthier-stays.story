# Two that became active without their link meet, the primary with a dead interface: it gives way.
clauses: FA-5 HM-3 FW-5
boot: lan-saved
two-actives: expected

cut failover
pull-link primary Ethernet1
power-on primary secondary
expect within 20s
    primary    Active
    secondary  Active
mend failover
expect within 20s
    primary    Failed
    secondary  Active
no-messages secondary
    104002
messages primary
    104002 Detected an Active mate
    709005
    709006
    104003
show primary show failover history
    Active ... Cold Standby ... Detected an Active mate
    Bulk Sync ... Standby Ready ...
    Standby Ready ... Failed ... Interface check
forwarder secondary
plug-link primary Ethernet1
expect within 20s
    primary    Standby Ready
    secondary  Active
