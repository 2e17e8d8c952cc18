# One direction of the cable fails: marked failed on both, no switchover.
clauses: FA-4 LK-3
boot: cable
bounds: outage 500ms, tcp kept

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
! cut cable primary->secondary
expect for 3s
    primary    Active
    secondary  Standby Ready
messages secondary
    105011
messages primary
    105011
mend cable
expect for 1s
    primary    Active
    secondary  Standby Ready
forwarder primary
arp unchanged
