# Nobody is left to fence, LAN, fast timers: the lease silences the old active before the hold time.
clauses: LS-1 LS-2 FW-1
boot: lan
bounds: decide 1400ms, outage 1400ms, tcp reset 300ms

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 100 holdtime msec 400
show secondary show failover
    Unit Poll frequency 100 milliseconds, holdtime 400 milliseconds
stop primary supervisor
expect for 2s
    primary    Active
    secondary  Standby Ready
traffic on
wait 1s
! stop primary failover
expect within 3s
    secondary  Active
messages secondary
    104001 HELLO not heard from mate
wait 1s
forwarder secondary
arp unchanged
