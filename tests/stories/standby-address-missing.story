# The inside interface has no standby address: it waits for ever and is never tested.
clauses: IF-7
boot: lan

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime interface msec 500 holdtime 5
    interface Ethernet1
    ip address 192.168.1.1 255.255.255.0
wait 3s
show primary show failover
    Interface inside (192.168.1.1): Normal (Waiting)
    Interface inside (0.0.0.0): Normal (Waiting)
cut inside primary
expect for 6s
    primary    Active
    secondary  Standby Ready
no-messages primary
    105008 inside
