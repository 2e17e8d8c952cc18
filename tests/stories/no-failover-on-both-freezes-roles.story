# `no failover` on both: nothing moves a role any more, not even a dead interface; then on again.
clauses: ST-2 FW-7
boot: lan
bounds: outage 500ms, tcp kept

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 100 holdtime msec 400
    failover polltime interface msec 500 holdtime 5
show secondary show failover
    Unit Poll frequency 100 milliseconds, holdtime 400 milliseconds
    Interface Poll frequency 500 milliseconds, holdtime 5 seconds
    This host: Secondary - Standby Ready
    Interface outside (172.16.1.2): Normal
    Interface inside (192.168.1.2): Normal
    Other host: Primary - Active
    Interface outside (172.16.1.1): Normal
    Interface inside (192.168.1.1): Normal
traffic on
wait 1s
! type primary
    no failover
type secondary
    no failover
expect within 2s
    primary    Disabled
    secondary  Disabled
show primary show failover
    Failover Off
show secondary show failover
    Failover Off
forwarder primary
arp unchanged
traffic off
pull-link primary Ethernet0
expect for 6s
    primary    Disabled
    secondary  Disabled
no-messages primary
    104002
    104003
no-messages secondary
    104001
plug-link primary Ethernet0
forwarder primary
type primary
    failover
type secondary
    failover
expect within 20s
    primary    Active
    secondary  Standby Ready
messages primary
    105001
    105002
messages secondary
    105001
    105002
show primary show failover history
    Active ... Disabled ... Set by the config command
    Disabled ... Negotiation ... Set by the config command
forwarder primary
