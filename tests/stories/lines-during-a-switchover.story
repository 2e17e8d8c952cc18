# Lines typed around switchovers, on whichever unit is active, end up on both.
clauses: RP-1 RP-5
boot: lan-saved

power-on primary secondary
expect within 30s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
    name 10.0.0.1 one
    no failover active
expect within 5s
    primary    Standby Ready
    secondary  Active
type secondary
    name 10.0.0.2 two
    no failover active
expect within 5s
    primary    Active
    secondary  Standby Ready
type primary
    name 10.0.0.3 three
    failover active
    no failover active
expect within 5s
    primary    Standby Ready
    secondary  Active
show primary show running-config
    name 10.0.0.1 one
show primary show running-config
    name 10.0.0.2 two
show primary show running-config
    name 10.0.0.3 three
show secondary show running-config
    name 10.0.0.1 one
show secondary show running-config
    name 10.0.0.2 two
show secondary show running-config
    name 10.0.0.3 three
expect for 3s
    primary    Standby Ready
    secondary  Active
no-messages primary
    990016
no-messages secondary
    990016
