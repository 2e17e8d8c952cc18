# Hellos are lost both ways, the neighbour answers ARP alone: both units pass.
clauses: IF-3 IT-2
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
    Interface inside (192.168.1.1): Normal (Waiting)
    Interface inside (192.168.1.2): Normal (Waiting)
expect for 3s
    primary    Active
    secondary  Standby Ready
mend inside
wait 1s
show primary show failover
    Interface inside (192.168.1.1): Normal
    Interface inside (192.168.1.2): Normal
