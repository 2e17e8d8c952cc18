# The inside switch hangs: nobody hears anything there, nobody knows, nobody fails.
clauses: IF-3 IF-5
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
# Both know the host; it asks back within 6 s.
ping primary 192.168.1.10
ping secondary 192.168.1.10
wait 7s
switch inside hangs
expect for 7s
    primary    Active
    secondary  Standby Ready
messages primary
    105005 inside
    105008 inside
messages secondary
    105008 inside
no-messages primary
    104003
no-messages secondary
    104003
show primary show failover
    Interface inside (192.168.1.1): Unknown...
    Interface inside (192.168.1.2): Unknown...
show secondary show failover
    Interface inside (192.168.1.2): Unknown...
    Interface inside (192.168.1.1): Unknown...
switch inside on
wait 1s
show primary show failover
    Interface inside (192.168.1.1): Normal
    Interface inside (192.168.1.2): Normal
forwarder primary
