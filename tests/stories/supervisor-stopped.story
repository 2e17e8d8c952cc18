# The active unit's supervisor stands still: the unit goes on. Then its failover process does too.
clauses: LS-1 LS-2 FW-1
boot: cable
bounds: decide 2s, outage 2s, tcp reset 300ms

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
show secondary show failover
    Unit Poll frequency 200 milliseconds, holdtime 800 milliseconds
stop primary supervisor
expect for 3s
    primary    Active
    secondary  Standby Ready
traffic on
wait 1s
! stop primary failover
expect within 3s
    secondary  Active
messages secondary
    103001
    104001 HELLO not heard from mate
wait 1s
forwarder secondary
arp unchanged
