# `no failover active` on the active unit: the roles change, at most one packet is lost.
clauses: HO-1 HO-5 FW-2 FW-6 FW-7
boot: cable
bounds: lost 1, overlap 50ms, tcp reset 300ms

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
traffic on
wait 1s
! type primary
    no failover active
expect within 2s
    primary    Standby Ready
    secondary  Active
messages primary
    104002
messages secondary
    104001
wait 1s
forwarder secondary
arp unchanged
