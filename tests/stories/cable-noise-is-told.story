# Noise on the cable is counted and told, the cable is called bad, and good again when it ends.
clauses: BI-1 NC-3
boot: cable
bounds: outage 500ms, tcp kept

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
show secondary show failover
    Unit Poll frequency 200 milliseconds, holdtime 800 milliseconds
traffic on
! garble cable 90%
messages primary within 10s
    990007 frames ignored on cable
messages secondary within 10s
    990007 frames ignored on cable
messages primary within 10s
    105011
show primary show failover
    Cable status: Bad cable
expect for 1s
    primary    Active
    secondary  Standby Ready
mend cable
messages primary within 5s
    101001
    105011
    101001
show primary show failover
    Cable status: Normal
no-messages primary
    102001
    103001
no-messages secondary
    102001
    103001
    104001
forwarder primary
arp unchanged
