# The same with an Ethernet failover link and 45 s to wait: the mate is told.
clauses: LS-2 FW-1
boot: lan
bounds: decide 2s, outage 2s, tcp reset 300ms

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit 15 holdtime 45
show secondary show failover
    Unit Poll frequency 15 seconds, holdtime 45 seconds
traffic on
wait 1s
! kill primary supervisor
expect within 5s
    secondary  Active
messages secondary
    104001 Other unit reports that it is failed
wait 1s
forwarder secondary
arp unchanged
