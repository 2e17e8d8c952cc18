# The document's five steps to test failover, with traffic: there, and back again.
clauses: PR-1 HO-1 HO-2 FW-2 FW-6
boot: cable
bounds: lost 1, overlap 50ms, tcp reset 300ms

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
    failover polltime interface msec 500 holdtime 5
show secondary show failover
    Unit Poll frequency 200 milliseconds, holdtime 800 milliseconds
    Interface Poll frequency 500 milliseconds, holdtime 5 seconds
    This host: Secondary - Standby Ready
    Interface outside (172.16.1.2): Normal
    Interface inside (192.168.1.2): Normal
    Other host: Primary - Active
    Interface outside (172.16.1.1): Normal
    Interface inside (192.168.1.1): Normal
# 1. The active unit passes traffic as expected.
traffic on
forwarder primary
# 2. On the active unit.
! type primary
    no failover active
expect within 2s
    primary    Standby Ready
    secondary  Active
# 3. Another file between the same two hosts.
wait 1s
forwarder secondary
arp unchanged
# 4. The failover status.
show secondary show failover
    Cable status: Normal
    This host: Secondary - Active
    Interface outside (172.16.1.1): ...
    Interface inside (192.168.1.1): ...
    Other host: Primary - Standby Ready
    Interface outside (172.16.1.2): ...
    Interface inside (192.168.1.2): ...
show primary show failover
    This host: Primary - Standby Ready
    Other host: Secondary - Active
# 5. When you are finished, the unit is restored to active status.
! type primary
    failover active
expect within 2s
    primary    Active
    secondary  Standby Ready
wait 1s
forwarder primary
arp unchanged
show primary show failover history
    Active ... Standby Ready ... Set by the config command
    Standby Ready ... Just Active ... Set by the config command
show secondary show failover history
    Standby Ready ... Just Active ... Other unit want me Active
    Active ... Standby Ready ... Other unit wants me Standby
messages primary
    104002 Set by the config command
    411002
    411001
    104001 Set by the config command
    411002
    411001
