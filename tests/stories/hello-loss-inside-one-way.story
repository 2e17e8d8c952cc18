# Only the standby's hellos are lost inside: the active unit tests, the standby too; both pass.
clauses: IF-3 EV-1
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
hosts inside talk
traffic on
wait 1s
! cut inside secondary->primary
messages primary within 5s
    105005 inside
    105008 inside
    105009 inside Passed
expect for 6s
    primary    Active
    secondary  Standby Ready
no-messages primary
    104002
    104003
no-messages secondary
    104001
    104003
mend inside
show primary show failover
    Interface inside (192.168.1.1): Normal
    Interface inside (192.168.1.2): Normal
forwarder primary
arp unchanged
