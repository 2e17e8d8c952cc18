# The management process dies and comes back: no role changes, nothing is lost.
clauses: FE-4 HI-1 FW-7
boot: cable
bounds: outage 500ms, tcp kept

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
show secondary show failover
    Unit Poll frequency 200 milliseconds, holdtime 800 milliseconds
traffic on
wait 1s
! kill primary management
expect within 10s
    primary    Active
    secondary  Standby Ready
show primary show failover
    Unit Poll frequency 200 milliseconds, holdtime 800 milliseconds
show primary show failover history
    Disabled                   Negotiation                Set by the config command
    Negotiation                Just Active                No Active unit found
    Active Config Applied      Active                     No Active unit found
forwarder primary
arp unchanged
