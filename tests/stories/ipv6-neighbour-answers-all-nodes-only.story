# IPv6 alone inside, a host answers a ping of all nodes alone: whose port is dead, fails.
clauses: IF-3 IF-4 IF-9 IT-3 HM-4
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
hosts inside ping
cut inside secondary
expect within 6s
    primary    Active
    secondary  Failed
messages primary
    105005 inside
    105008 inside
    105009 Testing on interface inside Passed
messages secondary
    105008 inside
    105009 Testing on interface inside Failed
    104003
