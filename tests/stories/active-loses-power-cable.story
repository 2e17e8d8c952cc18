# The active unit loses power: the cable says so, and the standby takes over without waiting.
clauses: FA-1 FA-9 PS-1 HE-1 FW-1 FW-6 FW-7
boot: cable
bounds: decide 1s, outage 1s, tcp reset 300ms

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
! power-off primary
expect within 2s
    primary    off
    secondary  Active
messages secondary
    102001
    104001
    411002 Line protocol on Interface outside, changed state to down
    411002 Line protocol on Interface inside, changed state to down
    411001 Line protocol on Interface outside, changed state to up
    411001 Line protocol on Interface inside, changed state to up
show secondary show failover
    Cable status: Other side powered off
    This host: Secondary - Active
    Other host: Primary - Failed
wait 500ms
forwarder secondary
arp unchanged
