# `failover active` on the standby, then on the other: there and back, at most one packet is lost.
clauses: FA-9 HO-2 HO-5 FW-2 FW-6 HE-3 FW-7
boot: lan
bounds: lost 1, overlap 50ms, tcp reset 300ms

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
traffic on
wait 1s
! type secondary
    failover active
expect within 2s
    primary    Standby Ready
    secondary  Active
wait 1s
forwarder secondary
! type primary
    failover active
expect within 2s
    primary    Active
    secondary  Standby Ready
wait 1s
forwarder primary
messages primary
    104002
    411002
    411001
    104001
    411002
    411001
show primary show failover history
    Active ... Standby Ready ... Other unit wants me Standby
    Standby Ready ... Just Active ... Set by the config command
arp unchanged
