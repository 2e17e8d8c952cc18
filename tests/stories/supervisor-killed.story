# The active unit's supervisor is killed: nobody is left to fence, so the unit lets go by itself.
clauses: LS-2 FW-1
boot: cable
bounds: decide 2s, outage 2s, tcp reset 300ms

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
traffic on
wait 1s
! kill primary supervisor
expect within 5s
    primary    silent
    secondary  Active
wait 1s
forwarder secondary
arp unchanged
