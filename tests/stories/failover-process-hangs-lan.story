# The active's failover process hangs, LAN, fast timers: silent before the new active speaks.
clauses: FE-1 FE-2 FW-1 FW-3
boot: lan
bounds: decide 1400ms, outage 1400ms, tcp reset 300ms

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
show secondary show failover
    Unit Poll frequency 200 milliseconds, holdtime 800 milliseconds
traffic on
wait 1s
! stop primary failover
expect within 5s
    secondary  Active
messages secondary
    104001 Other unit reports that it is failed
expect within 20s
    primary    Standby Ready
    secondary  Active
forwarder secondary
arp unchanged
