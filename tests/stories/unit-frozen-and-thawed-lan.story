# Every process of the active unit stands still for twice the hold time, then goes on, LAN, fast.
clauses: LS-1 LS-2 LS-4 FW-1 FA-2
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
! freeze primary
wait 800ms
forwarder secondary
thaw primary
expect within 20s
    primary    Standby Ready
    secondary  Active
messages primary
    990030
expect for 2s
    primary    Standby Ready
    secondary  Active
forwarder secondary
arp unchanged
