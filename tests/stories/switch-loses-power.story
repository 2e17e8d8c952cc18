# The inside switch loses its power: both units have no link there, and nobody takes over.
clauses: IF-1 HM-3
boot: lan

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
switch inside off
messages primary
    105007 inside
messages secondary
    105007 inside
expect for 3s
    primary    Active
    secondary  Failed
show primary show failover
    Interface inside (192.168.1.1): No Link (Waiting)
switch inside on
expect within 10s
    primary    Active
    secondary  Standby Ready
forwarder primary
