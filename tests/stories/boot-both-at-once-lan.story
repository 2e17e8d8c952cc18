# Both units are switched on together; the failover link is Ethernet. The primary becomes active.
clauses: ST-4 ST-5 ID-1 CF-1 TM-3
boot: lan

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
show primary show failover
    Failover On
    Failover unit Primary
    Failover LAN Interface: failover Ethernet3 (up)
    Unit Poll frequency 1 seconds, holdtime 15 seconds
    This host: Primary - Active
    Other host: Secondary - Standby Ready
show secondary show running-config
    ip address 172.16.1.1 255.255.0.0 standby 172.16.1.2
    failover lan unit secondary
    class-map inspection_default
traffic on
wait 500ms
forwarder primary
