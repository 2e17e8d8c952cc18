# Power cycled three times within 15 s of hold time, LAN: the new life is noticed, one takeover.
clauses: ST-7 FA-2 NC-1 FW-4
boot: lan-saved
bounds: outage 16s, tcp reset 300ms

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
wait 500ms
forwarder secondary
