# The wire that tells of the active unit's power breaks: the mate still speaks, no switchover.
clauses: PS-3 CA-3
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
! open-contact power-primary
expect for 2s
    primary    Active
    secondary  Standby Ready
messages secondary
    101002
no-messages secondary
    102001
show secondary show failover
    Cable status: Bad cable
show primary show failover
    Cable status: Normal
close-contact power-primary
show secondary show failover
    Cable status: Normal
forwarder primary
arp unchanged
