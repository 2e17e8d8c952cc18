# IPv6 alone inside, the active port loses what comes to it: the standby takes over.
clauses: IF-3 IF-4 IF-9 IT-3 HM-2 HM-5 FA-7
boot: lan-ipv6
bounds: decide 6s

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
# Both know the host; they ask each other back, by either address, three times 5 s later.
ping primary 2001:db8:1::10
ping secondary 2001:db8:1::10
wait 20s
! drop inside toward primary
expect within 6s
    primary    Failed
    secondary  Active
messages primary
    105005 inside
    105008 inside
    105009 Testing on interface inside Failed
    104003
messages secondary
    105008 inside
    105009 Testing on interface inside Passed
    104001
show primary show failover state
    Ifc Failure
# A failed unit has no persona; it heals when anybody is heard.
hosts inside talk
mend inside
expect within 10s
    primary    Standby Ready
    secondary  Active
