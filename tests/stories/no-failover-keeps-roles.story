# `no failover` keeps the roles as they are: the active goes on forwarding, the standby stays away.
clauses: ST-2 FW-7
boot: cable
bounds: outage 500ms, tcp kept

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
traffic on
wait 1s
! type primary
    no failover
expect within 3s
    primary    Disabled
expect for 1s
    primary    Disabled
forwarder primary
type primary
    failover
expect within 20s
    primary    Active
    secondary  Standby Ready
forwarder primary
arp unchanged
