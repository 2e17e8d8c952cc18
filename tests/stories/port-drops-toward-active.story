# The active unit's inside port loses what the switch says to it: the standby takes over.
clauses: IF-3 IF-4 IT-2 HM-2 FA-7
boot: lan
bounds: decide 6s, outage 7s, tcp reset 300ms

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
    Primary | Failed |
    Secondary | Active |
    Ifc Failure
forwarder secondary
mend inside
expect within 10s
    primary    Standby Ready
    secondary  Active
arp unchanged
