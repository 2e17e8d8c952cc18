# The document's two commands that force a failover, typed where it says, in EXEC mode.
clauses: PR-2 HO-1 HO-2 FW-2
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
traffic on
wait 1s
# "Enter this command on the standby unit."
console secondary
    pix> enable
    Password: cisco
    pix# failover active
expect within 2s
    primary    Standby Ready
    secondary  Active
wait 1s
forwarder secondary
# "Enter this command on the active unit."
console secondary
    pix# no failover active
expect within 2s
    primary    Active
    secondary  Standby Ready
wait 1s
forwarder primary
show primary show failover history
    Active ... Standby Ready ... Other unit wants me Standby
    Standby Ready ... Just Active ... Other unit want me Active
show secondary show failover history
    Standby Ready ... Just Active ... Set by the config command
    Active ... Standby Ready ... Set by the config command
