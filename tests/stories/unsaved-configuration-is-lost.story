# What was not saved is gone after a power cut: on is a cold boot from flash.
clauses: CF-5 PW-1
boot: cable

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
show secondary show failover
    Unit Poll frequency 200 milliseconds, holdtime 800 milliseconds
power-off primary secondary
expect within 2s
    primary    off
    secondary  off
power-on primary
expect within 20s
    primary    Active
show primary show failover
    Unit Poll frequency 15 seconds, holdtime 45 seconds
