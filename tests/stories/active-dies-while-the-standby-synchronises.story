# The active unit dies while its mate takes over its configuration: the mate serves with what it has.
clauses: ST-6 PS-1
boot: cable-saved

power-on primary
expect within 20s
    primary    Active
power-on secondary
expect within 20s
    secondary  Sync Config
power-off primary
expect within 10s
    primary    off
    secondary  Active
messages secondary
    102001
    104001 No Active unit found
show secondary show failover history
    Sync Config ... Negotiation ... No power detected from peer
    Negotiation ... Just Active ... No Active unit found
forwarder secondary
power-on primary
expect within 20s
    primary    Standby Ready
    secondary  Active
forwarder secondary
