# A standby that was changed by hand becomes active: nothing is overwritten until write standby.
clauses: RP-3 RP-4
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
type secondary
    failover active
expect within 5s
    primary    Standby Ready
    secondary  Active
messages secondary within 5s
    990016  this unit was changed by hand while it was the standby unit
expect for 5s
    primary    Standby Ready
show primary show running-config
    hostname pix
type secondary
    write standby
messages secondary within 5s
    709004
    990017
show primary show running-config
    hostname other
