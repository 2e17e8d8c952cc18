# The cable is late and loses frames: roles stay, and a power loss still acts.
clauses: SW-4
boot: cable-saved

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
wait 1s
delay cable 30ms
lose cable 5%
expect for 20s
    primary    Active
    secondary  Standby Ready
power-off primary
expect within 1s
    secondary  Active
