# A cable with two Primary ends: neither unit forwards, and both say why.
clauses: ID-2
boot: cable-both-primary

power-on primary secondary
messages primary within 15s
    990001
messages secondary within 15s
    990001
expect for 6s
    primary    Negotiation
    secondary  Negotiation
forwarder none
