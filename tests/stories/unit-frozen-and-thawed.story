# Every process of the active unit stands still for twice the hold time, then goes on, cable.
clauses: LS-1 LS-2 LS-4 FW-1 FA-2
boot: cable
bounds: decide 2s, outage 2s, tcp reset 300ms

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
! freeze primary
wait 1600ms
forwarder secondary
thaw primary
expect within 20s
    primary    Standby Ready
    secondary  Active
messages primary
    990030
show primary show failover history
    Active ... Negotiation ... This unit did not run
    Negotiation ... Cold Standby ... Detected an Active mate
expect for 2s
    primary    Standby Ready
    secondary  Active
forwarder secondary
arp unchanged
