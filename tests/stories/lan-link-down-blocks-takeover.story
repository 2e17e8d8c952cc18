# With the failover link failed the standby may not take over until it is back, as documented.
# The active unit then dies. Mended, the standby sees the mate's new life, and serves.
clauses: FA-4 EV-6
boot: lan

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 100 holdtime msec 400
show secondary show failover
    Unit Poll frequency 100 milliseconds, holdtime 400 milliseconds
cut failover
messages secondary
    105043
power-off primary
expect for 3s
    primary    off
    secondary  Standby Ready
mend failover
power-on primary
expect within 20s
    primary    Standby Ready
    secondary  Active
