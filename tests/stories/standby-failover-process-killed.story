# The failover process of the standby dies: no switchover; it comes back as standby.
clauses: FA-3 FE-3
boot: cable
bounds: outage 500ms, tcp kept

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
traffic on
wait 1s
! kill secondary failover
expect within 20s
    primary    Active
    secondary  Standby Ready
no-messages primary
    104002
forwarder primary
arp unchanged
