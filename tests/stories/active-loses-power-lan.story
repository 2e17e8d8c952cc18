# The active unit loses power; the failover link is Ethernet through a switch: the hold time decides.
clauses: FA-1 EV-1 TM-2 FW-1 FW-6 FW-7
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
traffic on
wait 1s
! power-off primary
expect within 3s
    primary    off
    secondary  Active
messages secondary
    103001
    104001 HELLO not heard from mate
show secondary show failover
    Other host: Primary - Failed
wait 500ms
forwarder secondary
arp unchanged
