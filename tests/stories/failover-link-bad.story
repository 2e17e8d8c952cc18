# The failover link delays, loses, repeats and overtakes: roles stay, lines arrive once and in order.
clauses: SW-4
boot: lan

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
delay failover 40ms
lose failover 10%
duplicate failover 20%
reorder failover 30ms
type primary
    access-list web extended permit tcp any any eq 80
    access-list web extended permit tcp any any eq 81
    access-list web extended permit tcp any any eq 82
expect for 20s
    primary    Active
    secondary  Standby Ready
show secondary show running-config
    access-list web extended permit tcp any any eq www
    access-list web extended permit tcp any any eq 81
    access-list web extended permit tcp any any eq 82
no-messages secondary
    104001
type primary
    no failover active
expect within 3s
    primary    Standby Ready
    secondary  Active
mend failover
expect for 2s
    primary    Standby Ready
    secondary  Active
