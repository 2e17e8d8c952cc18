# Data links lose a third of the hellos, bring some twice and out of order: no interface is failed.
clauses: IF-4 NC-2
boot: lan-saved
bounds: outage 500ms, tcp kept

power-on primary secondary
expect within 30s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime interface msec 500 holdtime 5
show primary show failover
    Interface outside (172.16.1.1): Normal
    Interface inside (192.168.1.1): Normal
traffic on
! lose inside 30%
! duplicate outside 50%
! reorder outside 60ms
expect for 10s
    primary    Active
    secondary  Standby Ready
no-messages primary
    105005
    105008
no-messages secondary
    105005
    105008
mend inside
mend outside
forwarder primary
arp unchanged
