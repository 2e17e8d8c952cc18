# Both units are switched on together; the secondary is new and needs nothing but the cable.
# One configured unit at the Primary end, one empty flash at the Secondary end.
clauses: ST-1 ST-5 ST-10 ID-1 CF-1 CF-2 MA-1 HE-1
boot: cable

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
show primary show failover
    Failover On
    Cable status: Normal
    Failover unit Primary
    Failover LAN Interface: N/A - Serial-based failover enabled
    Unit Poll frequency 15 seconds, holdtime 45 seconds
    Interface Poll frequency 5 seconds, holdtime 25 seconds
    This host: Primary - Active
    Other host: Secondary - Standby Ready
show secondary show failover
    Cable status: Normal
    Failover unit Secondary
    This host: Secondary - Standby Ready
    Other host: Primary - Active
show secondary show running-config
    ip address 172.16.1.1 255.255.0.0 standby 172.16.1.2
    ip address 192.168.1.1 255.255.255.0 standby 192.168.1.2
    access-list 101 extended permit ip any any
    failover link state Ethernet2
    nat (inside) 0 access-list 101
    route outside 0.0.0.0 0.0.0.0 172.16.1.3 1
    timeout conn 1:00:00 half-closed 0:10:00 udp 0:02:00 icmp 0:00:02
show secondary show failover history
    Negotiation ... Cold Standby ...
    Cold Standby ... Sync Config ...
    Sync Config ... Sync File System ...
    Sync File System ... Bulk Sync ...
    Bulk Sync ... Standby Ready ...
messages primary
    709003
    709004
messages secondary
    709005
    709006
traffic on
wait 500ms
forwarder primary
