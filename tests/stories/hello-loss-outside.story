# The units do not hear each other outside, though each hears its hosts: tested, and both pass.
clauses: IF-3 IF-4 EV-1
boot: lan
bounds: outage 500ms, tcp kept

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 100 holdtime msec 400
    failover polltime interface msec 500 holdtime 5
show secondary show failover
    Unit Poll frequency 100 milliseconds, holdtime 400 milliseconds
    Interface Poll frequency 500 milliseconds, holdtime 5 seconds
    This host: Secondary - Standby Ready
    Interface outside (172.16.1.2): Normal
    Interface inside (192.168.1.2): Normal
    Other host: Primary - Active
    Interface outside (172.16.1.1): Normal
    Interface inside (192.168.1.1): Normal
hosts outside talk
traffic on
wait 1s
! cut outside
messages primary within 5s
    105005 outside
    105008 outside
    105009 outside Passed
messages secondary within 5s
    105005 outside
    105008 outside
    105009 outside Passed
expect for 6s
    primary    Active
    secondary  Standby Ready
show primary show failover
    This host: Primary - Active
    Interface outside (172.16.1.1): ...
    Other host: Secondary - Standby Ready
    Interface outside (172.16.1.2): ...
mend outside
show primary show failover
    Interface outside (172.16.1.1): Normal
    Interface outside (172.16.1.2): Normal
show secondary show failover
    Interface outside (172.16.1.2): Normal
    Interface outside (172.16.1.1): Normal
forwarder primary
arp unchanged
