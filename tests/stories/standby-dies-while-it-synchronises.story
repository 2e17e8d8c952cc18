# The standby dies while it takes over the configuration: the active goes on, and gives it anew.
clauses: ST-5 FA-3
boot: cable-saved
bounds: outage 500ms, tcp kept

power-on primary
expect within 20s
    primary    Active
power-on secondary
expect within 20s
    secondary  Sync Config
traffic on
! power-off secondary
expect for 1s
    primary    Active
    secondary  off
messages primary
    102001
show primary show failover
    Other host: Secondary - Failed
power-on secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
messages secondary
    709005
    709006
show secondary show failover history
    Cold Standby ... Sync Config ... Detected an Active mate
    Bulk Sync ... Standby Ready ...
forwarder primary
arp unchanged
