# The failover link fails, then one data link after the other: no witness is left, and that is told.
# The secondary stays passive; when its mate dies as well, nobody can tell, and it stays so.
clauses: WI-4 WI-6
boot: lan-saved

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
    failover polltime interface msec 500 holdtime 5
    failover witness interfaces
show secondary show failover
    Witness: interfaces (mate alive)
cut failover
messages secondary within 5s
    105043
switch inside hangs
wait 6s
no-messages secondary
    990032
switch outside hangs
expect for 10s
    primary    Active
    secondary  Standby Ready
messages secondary
    103001
    990032 (Secondary) No failover witness is left (interfaces); a takeover is blocked.
messages primary
    990032
show secondary show failover
    Witness: interfaces (silent); none left: takeover blocked
switch outside on
messages secondary within 10s
    990033
switch outside hangs
messages secondary within 10s
    990032
    990033
    990032
power-off primary
expect for 8s
    primary    off
    secondary  Standby Ready
