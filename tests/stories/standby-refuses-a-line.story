# A line that the standby cannot take is told on the active unit too, and the pair is out of sync.
clauses: RP-6
boot: lan-saved

power-on primary secondary
expect within 30s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
type secondary
    interface Ethernet4
    nameif dmz
    => **** WARNING ****
type primary
    interface Ethernet5
    nameif dmz
messages secondary within 5s
    709007  nameif dmz
messages primary within 5s
    709007  nameif dmz
messages primary within 5s
    990016
type primary
    write standby
messages primary within 10s
    709004
    990017
show secondary show running-config
    interface Ethernet5
    nameif dmz
expect within 5s
    primary    Active
    secondary  Standby Ready
