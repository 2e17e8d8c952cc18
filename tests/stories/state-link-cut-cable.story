# The state link is cut, cable: nobody does anything. At a failover later sessions are terminated.
clauses: FA-6 FW-7
boot: cable
bounds: outage 1s, tcp reset 300ms

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
traffic on
wait 1s
! cut state
expect for 2s
    primary    Active
    secondary  Standby Ready
no-messages primary
    104002
    105043
    101003
no-messages secondary
    104001
    105043
forwarder primary
arp unchanged
! power-off primary
expect within 2s
    primary    off
    secondary  Active
wait 1s
forwarder secondary
arp unchanged
