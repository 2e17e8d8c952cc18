# The standby's inside link is pulled: real loss of carrier, shown on both units; no switchover.
clauses: IF-1
boot: lan
bounds: outage 500ms, tcp kept

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
traffic on
wait 1s
! pull-link secondary Ethernet1
expect for 1s
    primary    Active
    secondary  Standby Ready
show secondary show failover
    This host: Secondary - Standby Ready
    Interface inside (192.168.1.2): No Link...
show primary show failover
    Other host: Secondary - Standby Ready
    Interface inside (192.168.1.2): No Link...
plug-link secondary Ethernet1
show secondary show failover
    Interface inside (192.168.1.2): Normal...
forwarder primary
arp unchanged
