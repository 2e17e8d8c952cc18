# An ASA pair gets an optical interface: the document's nine steps, one unit at a time.
clauses: PR-6 MT-3 MT-5 FW-2
boot: lan-asa

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    copy running-config startup-config
traffic on
wait 1s
# 1. The primary is active. The secondary is shut down and gets the new card.
forwarder primary
power-off secondary
fit secondary
# 2. All cables removed, it is booted to test that the new hardware is operational.
pull-link secondary Ethernet0
pull-link secondary Ethernet1
pull-link secondary Ethernet2
pull-link secondary Ethernet3
power-on secondary
expect within 20s
    primary    Active
    secondary  Active
show secondary show running-config interface GigabitEthernet1/0
    interface GigabitEthernet1/0
    shutdown
# "Do not allow both ASAs to become active at the same time": it has no cable to forward by.
forwarder primary
no-messages secondary
    105038
    105046
    105047
# 3. Shut down again, the cables reconnected.
power-off secondary
plug-link secondary Ethernet0
plug-link secondary Ethernet1
plug-link secondary Ethernet2
plug-link secondary Ethernet3
# 4. The primary is shut down, the secondary booted.
power-off primary
forwarder none
power-on secondary
expect within 20s
    primary    off
    secondary  Active
# 5. It is up and passes traffic; it is made active.
forwarder secondary
type secondary
    failover active
forwarder secondary
# 6. The new interface is put into the primary, its cables removed.
fit primary
pull-link primary Ethernet0
pull-link primary Ethernet1
pull-link primary Ethernet2
pull-link primary Ethernet3
# 7. It is booted, the new hardware tested.
power-on primary
expect within 20s
    primary    Active
    secondary  Active
show primary show running-config interface GigabitEthernet1/0
    interface GigabitEthernet1/0
    shutdown
forwarder secondary
no-messages primary
    105038
    105046
    105047
# 8. Shut down, the cables reconnected.
power-off primary
plug-link primary Ethernet0
plug-link primary Ethernet1
plug-link primary Ethernet2
plug-link primary Ethernet3
# 9. Booted, and made active.
power-on primary
expect within 20s
    primary    Standby Ready
    secondary  Active
forwarder secondary
no-messages primary
    105038
    105046
    105047
no-messages secondary
    105038
    105046
    105047
type primary
    failover active
expect within 2s
    primary    Active
    secondary  Standby Ready
wait 1s
forwarder primary
# "Verify the failover status on both devices with the show failover command."
show primary show failover
    Failover On
    Failover LAN Interface: failover Ethernet3 (up)
    This host: Primary - Active
    Other host: Secondary - Standby Ready
show secondary show failover
    Failover On
    Failover LAN Interface: failover Ethernet3 (up)
    This host: Secondary - Standby Ready
    Other host: Primary - Active
# "You can configure the interfaces on the primary active device, which will be replicated."
type primary
    interface GigabitEthernet1/0
    nameif optical
    security-level 50
    ip address 172.31.0.1 255.255.255.0 standby 172.31.0.2
    no shutdown
    exit
show secondary show running-config interface GigabitEthernet1/0
    nameif optical
    security-level 50
    ip address 172.31.0.1 255.255.255.0 standby 172.31.0.2
show primary show failover
    This host: Primary - Active
    Interface optical (172.31.0.1): Normal...
    Other host: Secondary - Standby Ready
    Interface optical (172.31.0.2): Normal...
expect for 2s
    primary    Active
    secondary  Standby Ready
forwarder primary
show primary show failover history
    Negotiation ... Cold Standby ... Detected an Active mate
    Standby Ready ... Just Active ... Set by the config command
show secondary show failover history
    Negotiation ... Just Active ... No Active unit found
    Active ... Standby Ready ... Other unit wants me Standby
