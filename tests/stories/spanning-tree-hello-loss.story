# While spanning tree keeps hellos away, those on the cable still prove the mate dead.
clauses: SW-1 FE-1
boot: cable-saved

spanning-tree inside 15s
spanning-tree outside 15s
power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 500 holdtime 2
    failover polltime interface msec 500 holdtime 5
show primary show failover
    Interface outside (172.16.1.1): Normal (Waiting)
    Interface inside (192.168.1.1): Normal (Waiting)
    Interface outside (172.16.1.2): Normal (Waiting)
    Interface inside (192.168.1.2): Normal (Waiting)
stop primary failover
expect within 4s
    secondary  Active
messages secondary
    104001
# Hosts reach it when its ports carry what is said to them.
served within 40s
forwarder secondary
