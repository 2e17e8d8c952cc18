# The active unit's inside port loses what it says: it hears no answer, the standby does.
clauses: IF-3 IF-4 IT-2 HM-2
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
drop inside from primary
expect within 6s
    secondary  Active
messages secondary
    105005 inside
    105008 inside
    105009 Testing on interface inside Passed
    104001
messages primary
    105008 inside
    105009 Testing on interface inside Failed
    104003
expect for 6s
    secondary  Active
forwarder secondary
mend inside
expect within 10s
    primary    Standby Ready
    secondary  Active
