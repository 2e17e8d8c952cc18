# The active unit's inside port carries nothing but spanning tree: that is nobody, and it fails.
clauses: IF-3 IT-1 HM-2
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
spanning-tree inside 2s
bpdus-only inside primary
expect within 6s
    primary    Failed
    secondary  Active
messages primary
    105008 inside
    105009 Testing on interface inside Failed
    104003
expect for 5s
    primary    Failed
    secondary  Active
mend inside
expect within 10s
    primary    Standby Ready
    secondary  Active
