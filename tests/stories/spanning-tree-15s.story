# Spanning tree with 15 s: for half a minute units wait for hellos, and nobody fails for them.
clauses: SW-1 IF-2
boot: lan

spanning-tree inside 15s
spanning-tree outside 15s
power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime interface msec 500 holdtime 5
show primary show failover
    Interface outside (172.16.1.1): Normal (Waiting)
    Interface inside (192.168.1.1): Normal (Waiting)
    Interface outside (172.16.1.2): Normal (Waiting)
    Interface inside (192.168.1.2): Normal (Waiting)
expect for 8s
    primary    Active
    secondary  Standby Ready
no-messages primary
    105005
    105008
    104003
no-messages secondary
    105005
    105008
    104003
show primary show failover
    Interface outside (172.16.1.1): Normal (Waiting)
    Interface inside (192.168.1.1): Normal (Waiting)
    Interface outside (172.16.1.2): Normal (Waiting)
    Interface inside (192.168.1.2): Normal (Waiting)
messages primary within 40s
    105004 outside
    105004 inside
messages secondary within 5s
    105004 outside
messages secondary
    105004 inside
show primary show failover
    Interface outside (172.16.1.1): Normal
    Interface inside (192.168.1.1): Normal
