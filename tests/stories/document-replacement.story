# A failed ASA is replaced by a new one, with the document's own steps.
clauses: DC-3 PR-5
boot: lan-asa
bounds: decide 20s

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
# Step 1: "the status of the secondary unit shows standby unit as not detected".
type primary
    no failover
show primary show failover
    Failover Off
show secondary show failover
    This host: Secondary - Standby Ready
    Other host: Primary - Not Detected
show secondary show failover state
    ====Other State====
    Primary | Not Detected |
# Step 2: the primary is unplugged; a new one comes out of its box, and is not on the network yet.
! power-off primary
expect within 20s
    secondary  Active
pull-link primary Ethernet0
pull-link primary Ethernet1
pull-link primary Ethernet3
erase primary
power-on primary
expect within 20s
    primary    Disabled
    secondary  Active
# Step 3: it runs the same software as the secondary.
show primary show version
    Cisco Adaptive Security Appliance Software Version 7.2(1)
show secondary show version
    Cisco Adaptive Security Appliance Software Version 7.2(1)
# Step 4, on the new unit.
console primary
    ciscoasa> enable
    Password:
    ciscoasa# configure terminal
    ciscoasa(config)# failover lan unit primary
    ciscoasa(config)# failover lan interface failover Ethernet3
    ciscoasa(config)# failover interface ip failover 10.1.0.1 255.255.255.0 standby 10.1.0.2
    ciscoasa(config)# interface Ethernet3
    ciscoasa(config-if)# no shut
    ciscoasa(config-if)# exit
# Step 5: it is plugged to the network.
plug-link primary Ethernet0
plug-link primary Ethernet1
plug-link primary Ethernet3
console primary
    ciscoasa(config)# failover
expect within 20s
    primary    Standby Ready
    secondary  Active
messages primary
    709005
    709006
no-messages primary
    105045
    105046
    105047
show primary show running-config interface Ethernet0
    ip address 172.16.1.1 255.255.0.0 standby 172.16.1.2
show primary show running-config failover
    failover
    failover lan unit primary
    failover lan interface failover Ethernet3
show primary show failover history
    Disabled ... Negotiation ... Set by the config command
    Negotiation ... Cold Standby ... Detected an Active mate
    Bulk Sync ... Standby Ready ...
show secondary show failover history
    Standby Ready ... Just Active ... HELLO not heard from mate
forwarder secondary
