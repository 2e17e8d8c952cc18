# Nobody monitors the inside interface: what becomes of it moves nobody.
clauses: IF-6
boot: lan

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime interface msec 500 holdtime 5
    no monitor-interface inside
wait 2s
messages primary within 5s
    105004 outside
show primary show failover
    Interface inside (192.168.1.1): Normal (Not-Monitored)
    Interface inside (192.168.1.2): Normal (Not-Monitored)
cut inside primary
expect for 6s
    primary    Active
    secondary  Standby Ready
mend inside
pull-link primary Ethernet1
show primary show failover
    Interface inside (192.168.1.1): No Link (Not-Monitored)
expect for 3s
    primary    Active
    secondary  Standby Ready
no-messages primary
    105008
    104003
plug-link primary Ethernet1
type primary
    monitor-interface inside
messages primary within 5s
    105004 inside
