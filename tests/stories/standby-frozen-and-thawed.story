# Every process of the standby stands still for twice the hold time: it does not take over.
clauses: EV-4 FA-3 LS-4
boot: lan

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
freeze secondary
wait 800ms
thaw secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
no-messages secondary
    103001
    104001
forwarder primary
