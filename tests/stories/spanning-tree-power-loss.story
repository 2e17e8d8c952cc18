# While spanning tree keeps hellos away, a power loss still acts at once.
clauses: SW-1 PS-1
boot: cable-saved

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
power-off primary
expect within 2s
    primary    off
    secondary  Active
messages secondary
    102001
    104001
