# A line typed on the active unit is on the standby at once; typed on the standby it draws a warning.
clauses: CF-3 CF-4
boot: cable

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    hostname gateway
    access-list 102 extended deny ip any any
show secondary show running-config
    hostname gateway
    access-list 102 extended deny ip any any
type secondary
    access-list 103 extended permit ip any any
    => **** WARNING ****
