# The standby's inside port is put into a wrong VLAN: it fails, and traffic notices nothing.
clauses: IF-3 HM-4 HM-5 FA-8
boot: lan
bounds: outage 500ms, tcp kept

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
traffic on
wait 1s
! cut inside secondary
expect within 6s
    primary    Active
    secondary  Failed
messages secondary
    105005 inside
    105008 inside
    105009 Testing on interface inside Failed
    104003
messages primary
    105005 inside
    105008 inside
    105009 Testing on interface inside Passed
show primary show failover
    This host: Primary - Active
    Interface inside (192.168.1.1): Normal (Waiting)
    Other host: Secondary - Failed
    Interface inside (192.168.1.2): Failed (Waiting)
expect for 3s
    primary    Active
    secondary  Failed
mend inside
messages secondary within 3s
    104004
expect within 10s
    primary    Active
    secondary  Standby Ready
forwarder primary
arp unchanged
