# The former active unit comes back: it becomes standby. Nothing preempts, and nothing is lost again.
clauses: FA-1 FA-2 ST-5
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
type primary
    copy running-config startup-config
traffic on
wait 1s
! power-off primary
expect within 3s
    primary    off
    secondary  Active
power-on primary
expect within 20s
    primary    Standby Ready
    secondary  Active
expect for 1s
    primary    Standby Ready
    secondary  Active
show primary show failover
    Unit Poll frequency 100 milliseconds, holdtime 400 milliseconds
forwarder secondary
arp unchanged
