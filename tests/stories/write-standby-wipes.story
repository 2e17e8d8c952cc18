# What was typed on the standby is told on the active, and wiped by write standby.
clauses: RP-2 RP-3
boot: lan-saved

power-on primary secondary
expect within 30s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
type secondary
    hostname other
    => **** WARNING ****
messages primary within 5s
    990016  the standby unit was changed by hand
show secondary show running-config
    hostname other
expect for 5s
    secondary  Standby Ready
type primary
    write standby
show secondary show failover history
    Standby Ready ... Cold Standby ... Configuration mismatch
    Cold Standby ... Sync Config ...
    Bulk Sync ... Standby Ready ...
expect within 10s
    primary    Active
    secondary  Standby Ready
messages primary within 5s
    709003
    709004
    990017
messages secondary
    709005
    709006
show secondary show running-config
    hostname pix
