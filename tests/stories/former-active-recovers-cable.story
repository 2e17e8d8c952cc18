# The former active unit gets its power back, cable: it becomes standby, and nothing preempts.
clauses: FA-2 FA-9 CA-1
boot: cable-saved
bounds: decide 1s, outage 1s, tcp reset 300ms

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
type primary
    copy running-config startup-config
traffic on
wait 1s
! power-off primary
expect within 2s
    primary    off
    secondary  Active
wait 500ms
power-on primary
expect within 20s
    primary    Standby Ready
    secondary  Active
messages primary
    105002
    104002 Detected an Active mate
    709005
    709006
messages secondary
    104001 No power detected from peer
    709003
    709004
expect for 1s
    primary    Standby Ready
    secondary  Active
show primary show failover
    Cable status: Normal
    This host: Primary - Standby Ready
    Interface outside (172.16.1.2): ...
    Other host: Secondary - Active
show secondary show failover
    Cable status: Normal
    This host: Secondary - Active
    Interface outside (172.16.1.1): ...
    Other host: Primary - Standby Ready
show primary show failover history
    Negotiation ... Cold Standby ... Detected an Active mate
show secondary show failover history
    Standby Ready ... Just Active ... No power detected from peer
forwarder secondary
arp unchanged
