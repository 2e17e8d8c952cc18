# The standby loses power: it is marked failed, the active goes on and will not hand over to it.
clauses: FA-3 OR-1
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
! power-off secondary
expect for 2s
    primary    Active
messages primary
    102001
show primary show failover
    Cable status: Other side powered off
    This host: Primary - Active
    Other host: Secondary - Failed
type primary
    no failover active
    => ERROR
expect for 500ms
    primary    Active
forwarder primary
arp unchanged
