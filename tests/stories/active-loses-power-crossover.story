# The active unit loses power, the failover link is a crossover wire: carrier goes too; taken over.
clauses: FA-1 EV-1 LK-2
boot: lan-crossover
bounds: decide 1400ms, outage 1400ms, tcp reset 300ms

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 100 holdtime msec 400
show secondary show failover
    Unit Poll frequency 100 milliseconds, holdtime 400 milliseconds
traffic on
wait 1s
! power-off primary
expect within 3s
    primary    off
    secondary  Active
messages secondary
    104001
wait 500ms
forwarder secondary
arp unchanged
