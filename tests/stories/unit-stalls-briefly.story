# The active unit stands still for less than its mate waits: it goes on, and nothing changes.
clauses: LS-3
boot: lan
bounds: outage 500ms, tcp kept

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit 1 holdtime 5
show secondary show failover
    Unit Poll frequency 1 seconds, holdtime 5 seconds
traffic on
wait 1s
! freeze primary
wait 1500ms
thaw primary
expect for 6s
    primary    Active
    secondary  Standby Ready
no-messages secondary
    103001
    104001
forwarder primary
arp unchanged
