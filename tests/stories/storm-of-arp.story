# An ARP storm on the inside link: roles stay, traffic goes on.
clauses: SW-3
boot: lan
bounds: outage 2s

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime interface msec 500 holdtime 5
wait 2s
messages primary within 5s
    105004 outside
messages primary
    105004 inside
messages secondary within 5s
    105004 outside
messages secondary
    105004 inside
traffic on
wait 1s
! storm inside arp 4s
expect for 6s
    primary    Active
    secondary  Standby Ready
no-messages primary
    104003
    105008
no-messages secondary
    104001
    104003
    105008
forwarder primary
