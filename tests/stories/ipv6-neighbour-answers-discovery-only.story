# IPv6 alone inside, hellos are lost there, the neighbour answers solicitations alone: both pass.
clauses: IF-3 IF-9 IT-3
boot: lan-ipv6

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
show primary show failover
    Interface inside (2001:db8:1::1): Normal
    Interface inside (2001:db8:1::2): Normal
# Both know the host; they ask each other back, by either address, three times 5 s later.
ping primary 2001:db8:1::10
ping secondary 2001:db8:1::10
wait 20s
hosts inside arp
cut inside
messages primary within 6s
    105005 inside
    105008 inside
    105009 Testing on interface inside Passed
messages secondary within 6s
    105008 inside
    105009 Testing on interface inside Passed
show primary show failover
    Interface inside (2001:db8:1::1): Normal (Waiting)
    Interface inside (2001:db8:1::2): Normal (Waiting)
expect for 3s
    primary    Active
    secondary  Standby Ready
mend inside
wait 1s
show primary show failover
    Interface inside (2001:db8:1::1): Normal
    Interface inside (2001:db8:1::2): Normal
