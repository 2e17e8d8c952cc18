# The document's LAN-based procedure, primary and secondary, typed step by step on two empty units.
clauses: DC-2
boot: lan-empty

power-on primary secondary
wait 2s
# Primary, step 1.
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
# Steps 2 to 4.
    failover lan enable
    failover lan unit primary
    failover lan interface failover Ethernet3
    failover interface ip failover 10.1.0.1 255.255.255.0 standby 10.1.0.2
    interface ethernet3
    no shutdown
# Step 5.
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
# Step 6.
    failover
expect within 20s
    primary    Active
# Step 7.
type primary
    copy running-config startup-config
# Secondary, steps 1 to 4.
type secondary
    failover lan enable
    failover lan interface failover Ethernet3
    failover interface ip failover 10.1.0.1 255.255.255.0 standby 10.1.0.2
    interface ethernet3
    no shutdown
    failover lan unit secondary
    failover
expect within 20s
    primary    Active
    secondary  Standby Ready
messages primary
    709003
    709004
# Step 5.
type primary
    copy running-config startup-config
show secondary show running-config failover
    failover
    failover lan unit secondary
    failover lan interface failover Ethernet3
    failover lan enable
    failover link state Ethernet2
    failover interface ip failover 10.1.0.1 255.255.255.0 standby 10.1.0.2
    failover interface ip state 10.0.0.1 255.0.0.0 standby 10.0.0.2
show primary show running-config failover
    failover lan unit primary
show secondary show startup-config
    hostname pix
show primary show failover
    Failover unit Primary
    Failover LAN Interface: failover Ethernet3 (up)
    This host: Primary - Active
    Other host: Secondary - Standby Ready
traffic on
! power-off primary
expect within 20s
    primary    off
    secondary  Active
