# The inside interface is shut down: Link Down, which counts for nothing.
clauses: IF-6
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
type primary
    interface Ethernet1
    shutdown
show primary show failover
    Interface inside (192.168.1.1): Link Down...
    Interface inside (192.168.1.2): Link Down...
expect for 3s
    primary    Active
    secondary  Standby Ready
no-messages primary
    104003
type primary
    interface Ethernet1
    no shutdown
expect for 3s
    primary    Active
    secondary  Standby Ready
no-messages primary
    104003
show primary show failover
    Interface inside (192.168.1.1): Normal
