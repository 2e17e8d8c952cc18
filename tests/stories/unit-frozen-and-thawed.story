# Every process of the active unit stands still for a while: its kernel stops, the mate takes over.
clauses: LS-1 LS-4
boot: lan
bounds: decide 3s, outage 4s

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
traffic on
wait 1s
! freeze primary
expect within 3s
    secondary  Active
wait 2s
forwarder secondary
thaw primary
expect within 20s
    primary    Standby Ready
    secondary  Active
messages primary
    990030
forwarder secondary
