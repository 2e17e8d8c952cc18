# A broadcast storm on both data links: roles stay; a power loss in it still acts.
clauses: SW-3
boot: cable-saved

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime interface msec 500 holdtime 5
wait 2s
messages primary within 5s
    105004 outside
messages primary
    105004 inside
messages secondary within 5s
    105004 outside
messages secondary
    105004 inside
storm inside broadcast 6s
storm outside broadcast 6s
expect for 3s
    primary    Active
    secondary  Standby Ready
power-off primary
expect within 3s
    primary    off
    secondary  Active
