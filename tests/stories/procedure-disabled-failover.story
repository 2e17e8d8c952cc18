# Failover disabled as the document has it: both keep their roles, until an order or a restart.
clauses: PR-3 ST-2 OR-5
boot: cable-saved
bounds: tcp reset 300ms

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
# "The standby unit remains in standby mode so that both units do not start to pass traffic."
forwarder primary
wait 2s
forwarder primary
arp unchanged
# "In order to make the standby unit active (even with failover disabled)": forced.
type secondary
    failover active
wait 1s
forwarder secondary
arp unchanged
messages primary
    105001
    104002 Other unit wants me Standby
messages secondary
    105001
    104001 Set by the config command
# And from the other side: the unit that serves lets go, the other is told to serve.
type secondary
    no failover active
wait 1s
forwarder none
type primary
    failover active
wait 1s
forwarder primary
arp unchanged
# "Maintained until you restart": what is saved says that failover is on.
traffic off
power-off primary secondary
power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
forwarder primary
