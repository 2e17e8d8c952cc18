# The active unit's power is cycled three times within one hold time: one takeover, and no way back.
clauses: FA-1 FA-2 PS-1
boot: cable
bounds: outage 1s, tcp reset 300ms

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
traffic on
wait 1s
! power-off primary
wait 200ms
power-on primary
wait 300ms
! power-off primary
wait 200ms
power-on primary
wait 300ms
! power-off primary
wait 200ms
power-on primary
expect within 20s
    primary    Standby Ready
    secondary  Active
expect for 1s
    primary    Standby Ready
    secondary  Active
forwarder secondary
arp unchanged
