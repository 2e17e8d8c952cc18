# The document's cable-based procedure, its commands typed step by step on two empty units.
clauses: DC-1
boot: cable-empty
bounds: decide 1s, outage 1s, lost 1, tcp reset 300ms

power-on primary
expect within 20s
    primary    Active
    secondary  off
# Step 3: addresses of the data interfaces.
console primary
    pixfirewall> enable
    Password:
    pixfirewall# configure terminal
    pixfirewall(config)# hostname pix
    pix(config)# interface Ethernet0
    pix(config-if)# nameif outside
    INFO: Security level for "outside" set to 0 by default.
    pix(config-if)# security-level 0
    pix(config-if)# ip address 172.16.1.1 255.255.0.0 standby 172.16.1.2
    pix(config-if)# no shutdown
    pix(config-if)# interface Ethernet1
    pix(config-if)# nameif inside
    INFO: Security level for "inside" set to 100 by default.
    pix(config-if)# ip address 192.168.1.1 255.255.255.0 standby 192.168.1.2
    pix(config-if)# no shutdown
    pix(config-if)# exit
# Step 4: the state link.
    pix(config)# failover link state Ethernet2
    pix(config)# failover interface ip state 10.0.0.1 255.0.0.0 standby 10.0.0.2
    pix(config)# interface ethernet2
    pix(config-if)# no shutdown
    pix(config-if)# exit
# The rest of the document's listing.
    pix(config)# access-list 101 extended permit ip any any
    pix(config)# nat (inside) 0 access-list 101
    pix(config)# access-group 101 in interface outside
    pix(config)# route outside 0.0.0.0 0.0.0.0 172.16.1.3 1
# Step 5.
    pix(config)# failover
# Step 6: the console of the secondary, which is asked nothing but this.
power-on secondary
console secondary
    pixfirewall> enable
    Password:
expect within 20s
    primary    Active
    secondary  Standby Ready
console secondary
    pix# configure terminal
    **** WARNING ****
    Configuration Replication is NOT performed from Standby unit to Active unit.
    Configurations are no longer synchronized.
    pix(config)# failover
    pix(config)# end
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
console primary
    pix(config)# copy running-config startup-config
    [OK]
    pix(config)# show failover
    Failover On
    Cable status: Normal
    Failover unit Primary
    Failover LAN Interface: N/A - Serial-based failover enabled
    Unit Poll frequency 15 seconds, holdtime 45 seconds
    Interface Poll frequency 5 seconds, holdtime 25 seconds
    Interface Policy 1
    Monitored Interfaces 2 of 250 maximum
    This host: Primary - Active
    Interface outside (172.16.1.1): ...
    Interface inside (192.168.1.1): ...
    Other host: Secondary - Standby Ready
    Interface outside (172.16.1.2): ...
    Interface inside (192.168.1.2): ...
    Link : state Ethernet2 ...
show secondary show startup-config
    hostname pix
show primary show failover interface
    interface state Ethernet2
    System IP Address: 10.0.0.1 255.0.0.0
    My IP Address      : 10.0.0.1
    Other IP Address   : 10.0.0.2
# "Forced Failover".
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
