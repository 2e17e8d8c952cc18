# Half of the bytes on the cable are changed: nothing is believed, nobody switches over.
clauses: NC-3 FA-4
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
! garble cable 50%
expect for 2s
    primary    Active
    secondary  Standby Ready
mend cable
expect for 1s
    primary    Active
    secondary  Standby Ready
forwarder primary
arp unchanged
