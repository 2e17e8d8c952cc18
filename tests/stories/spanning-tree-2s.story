# The switches run spanning tree, 2 s: units wait for hellos, and nobody fails for them.
clauses: SW-1 IF-2
boot: lan

spanning-tree inside 2s
spanning-tree outside 2s
power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime interface msec 500 holdtime 5
messages primary within 12s
    105003 outside
    105004 outside
messages primary
    105003 inside
    105004 inside
messages secondary within 12s
    105004 outside
messages secondary
    105004 inside
no-messages primary
    105005
    105008
no-messages secondary
    105005
    105008
show primary show failover
    Interface outside (172.16.1.1): Normal
    Interface inside (192.168.1.1): Normal
# A link that comes up again is silent for 4 s more: it waits, and is not tested.
pull-link secondary Ethernet1
expect within 2s
    primary    Active
    secondary  Failed
wait 2s
plug-link secondary Ethernet1
expect within 12s
    primary    Active
    secondary  Standby Ready
messages secondary
    104003
    104004
no-messages secondary
    105008
