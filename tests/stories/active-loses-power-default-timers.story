# The document's timers, 15 and 45 seconds, are no wait: a power loss is seen, not timed.
clauses: PS-1 TM-1
boot: cable
bounds: decide 1s, outage 1s, tcp reset 300ms

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
show secondary show failover
    Unit Poll frequency 15 seconds, holdtime 45 seconds
traffic on
wait 1s
! power-off primary
expect within 2s
    primary    off
    secondary  Active
messages secondary
    102001
    104001 No power detected from peer
wait 500ms
forwarder secondary
arp unchanged
