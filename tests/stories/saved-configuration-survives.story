# `copy running-config startup-config` on the active saves both; after a power cut both come back so.
clauses: CF-5 CF-2
boot: cable

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 300 holdtime msec 900
    copy running-config startup-config
wait 1s
power-off primary secondary
power-on secondary
expect within 20s
    primary    off
    secondary  Active
show secondary show failover
    Unit Poll frequency 300 milliseconds, holdtime 900 milliseconds
