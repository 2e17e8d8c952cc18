# A second Primary appears: whoever is active stays, the newcomer stays out, both say why.
clauses: ID-2 ST-3
boot: cable-both-primary

power-on primary
expect within 20s
    primary    Active
    secondary  off
traffic on
power-on secondary
messages secondary within 15s
    990001
messages primary
    990001
expect for 2s
    primary    Active
    secondary  Negotiation
forwarder primary
