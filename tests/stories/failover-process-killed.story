# The failover process of the active unit dies: the unit is fenced, the mate told, long before 45 s.
clauses: HI-1 FE-1 FE-2 FE-3 FW-1 FW-3 FW-4
boot: cable
bounds: decide 2s, outage 2s, tcp reset 300ms

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
traffic on
wait 1s
! kill primary failover
expect within 5s
    secondary  Active
messages secondary
    103005
    104001 Other unit reports that it is failed
expect within 20s
    primary    Standby Ready
    secondary  Active
show primary show failover history
    Active Config Applied      Active                     No Active unit found
    Negotiation                Cold Standby               Detected an Active mate
    Bulk Sync                  Standby Ready              Configuration synchronization done
forwarder secondary
arp unchanged
