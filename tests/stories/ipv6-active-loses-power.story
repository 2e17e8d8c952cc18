# The active unit loses power, IPv6 alone inside: the host there goes on, with the MAC it knows.
clauses: IF-9 FA-1 FA-2 MA-1
boot: lan-ipv6
bounds: decide 1s

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 100 holdtime msec 400
    failover polltime interface msec 500 holdtime 5
ping primary 2001:db8:1::10
ping secondary 2001:db8:1::1
# They ask each other back, by either address, three times 5 s later; then tables are at rest.
wait 20s
! power-off primary
expect within 2s
    primary    off
    secondary  Active
ping secondary 2001:db8:1::10
arp unchanged
power-on primary
expect within 20s
    primary    Standby Ready
    secondary  Active
ping primary 2001:db8:1::1
wait 2s
show secondary show failover
    This host: Secondary - Active
    Interface inside (2001:db8:1::1): Normal
    Other host: Primary - Standby Ready
    Interface inside (2001:db8:1::2): Normal
show secondary show running-config
    ipv6 address 2001:db8:1::1/64 standby 2001:db8:1::2
