# The document's LAN-based procedure, primary and secondary, typed step by step on two empty units.
clauses: DC-2
boot: lan-empty
bounds: decide 20s, outage 20s, tcp reset 300ms

power-on primary secondary
# Primary, step 1.
console primary
    pixfirewall> enable
    Password:
    pixfirewall# configure terminal
    pixfirewall(config)# hostname pix
    pix(config)# interface Ethernet0
    pix(config-if)# nameif outside
    pix(config-if)# ip address 172.16.1.1 255.255.0.0 standby 172.16.1.2
    pix(config-if)# no shutdown
    pix(config-if)# interface Ethernet1
    pix(config-if)# nameif inside
    pix(config-if)# ip address 192.168.1.1 255.255.255.0 standby 192.168.1.2
    pix(config-if)# no shutdown
# Steps 2 to 4.
    pix(config-if)# failover lan enable
    pix(config)# failover lan unit primary
    pix(config)# failover lan interface failover Ethernet3
    INFO: Non-failover interface config is cleared on Ethernet3 and its sub-interfaces
    pix(config)# failover interface ip failover 10.1.0.1 255.255.255.0 standby 10.1.0.2
    pix(config)# interface ethernet3
    pix(config-if)# no shutdown
# Step 5.
    pix(config-if)# failover link state Ethernet2
    pix(config)# failover interface ip state 10.0.0.1 255.0.0.0 standby 10.0.0.2
    pix(config)# interface ethernet2
    pix(config-if)# no shutdown
    pix(config-if)# exit
# The rest of the document's listing.
    pix(config)# access-list 101 extended permit ip any any
    pix(config)# nat (inside) 0 access-list 101
    pix(config)# access-group 101 in interface outside
    pix(config)# route outside 0.0.0.0 0.0.0.0 172.16.1.3 1
# Step 6.
    pix(config)# failover
expect within 20s
    primary    Active
# Step 7.
console primary
    pix(config)# copy running-config startup-config
    [OK]
# Secondary, steps 1 to 4.
console secondary
    pixfirewall> enable
    Password:
    pixfirewall# configure terminal
    pixfirewall(config)# failover lan enable
    pixfirewall(config)# failover lan interface failover Ethernet3
    pixfirewall(config)# failover interface ip failover 10.1.0.1 255.255.255.0 standby 10.1.0.2
    pixfirewall(config)# interface ethernet3
    pixfirewall(config-if)# no shutdown
    pixfirewall(config-if)# exit
    pixfirewall(config)# failover lan unit secondary
    pixfirewall(config)# failover
    Detected an Active mate
    Beginning configuration replication from mate.
    End configuration replication from mate.
expect within 20s
    primary    Active
    secondary  Standby Ready
messages primary
    709003
    709004
# Step 5.
console primary
    pix(config)# copy running-config startup-config
    [OK]
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
