# While the cable is out the standby may not take over, whatever happens to the active unit.
clauses: FA-4 EV-6 PS-5 OR-2
boot: cable

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
pull-cable secondary
messages primary
    101004
messages secondary
    101003
type secondary
    failover active
    => failover link is failed
type primary
    no failover active
    => failover link is failed
# Too many of its interfaces fail.
pull-link primary Ethernet1
expect for 2s
    primary    Active
    secondary  Standby Ready
plug-link primary Ethernet1
# It dies.
power-off primary
expect for 3s
    primary    off
    secondary  Standby Ready
no-messages secondary
    102001
    104001
# The link restored: the other side has no power, and that is seen.
plug-cable
expect within 3s
    secondary  Active
forwarder secondary
power-on primary
expect within 20s
    primary    Standby Ready
    secondary  Active
