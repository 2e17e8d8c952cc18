# The IPv6 address inside has no standby: the interface waits for ever and is never tested.
clauses: IF-7 IF-9
boot: lan-ipv6

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime interface msec 500 holdtime 5
    interface Ethernet1
    ipv6 address 2001:db8:1::1/64
wait 3s
show primary show failover
    Interface inside (2001:db8:1::1): Normal (Waiting)
    Interface inside (::): Normal (Waiting)
cut inside primary
expect for 6s
    primary    Active
    secondary  Standby Ready
no-messages primary
    105008 inside
