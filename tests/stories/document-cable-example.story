# The document's cable-based procedure, its commands typed step by step on two empty units.
clauses: DC-1
boot: cable-empty

power-on primary
expect within 20s
    primary    Active
    secondary  off
# Step 3: addresses of the data interfaces.
type primary
    interface Ethernet0
    nameif outside
    security-level 0
    ip address 172.16.1.1 255.255.0.0 standby 172.16.1.2
    no shutdown
    interface Ethernet1
    nameif inside
    security-level 100
    ip address 192.168.1.1 255.255.255.0 standby 192.168.1.2
    no shutdown
# Step 4: the state link.
    failover link state Ethernet2
    failover interface ip state 10.0.0.1 255.0.0.0 standby 10.0.0.2
    interface ethernet2
    no shutdown
# The rest of the document's listing.
    hostname pix
    access-list 101 extended permit ip any any
    nat (inside) 0 access-list 101
    access-group 101 in interface outside
    route outside 0.0.0.0 0.0.0.0 172.16.1.3 1
# Step 5.
    failover
# Step 6.
power-on secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type secondary
    show failover
messages primary
    709003
    709004
messages secondary
    709005
    709006
show secondary show running-config
    hostname pix
    interface Ethernet0
    nameif outside
    ip address 172.16.1.1 255.255.0.0 standby 172.16.1.2
    interface Ethernet2
    description STATE Failover Interface
    access-list 101 extended permit ip any any
    failover
    failover link state Ethernet2
    failover interface ip state 10.0.0.1 255.0.0.0 standby 10.0.0.2
    nat (inside) 0 access-list 101
    access-group 101 in interface outside
    route outside 0.0.0.0 0.0.0.0 172.16.1.3 1
# Step 7.
type primary
    copy running-config startup-config
show secondary show startup-config
    hostname pix
# "Verify".
show primary show failover
    Failover On
    Cable status: Normal
    Failover unit Primary
    Failover LAN Interface: N/A - Serial-based failover enabled
    Unit Poll frequency 15 seconds, holdtime 45 seconds
    Interface Poll frequency 5 seconds, holdtime 25 seconds
    Interface Policy 1
    Monitored Interfaces 2 of 250 maximum
    This host: Primary - Active
    Interface outside (172.16.1.1)
    Interface inside (192.168.1.1)
    Other host: Secondary - Standby Ready
    Interface outside (172.16.1.2)
    Interface inside (192.168.1.2)
    Link : state Ethernet2
show primary show failover interface
    interface state Ethernet2
    System IP Address: 10.0.0.1 255.0.0.0
    My IP Address      : 10.0.0.1
    Other IP Address   : 10.0.0.2
traffic on
! type primary
    no failover active
expect within 5s
    primary    Standby Ready
    secondary  Active
type primary
    failover active
expect within 5s
    primary    Active
    secondary  Standby Ready
