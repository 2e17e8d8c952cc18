# Both units are configured as secondary: neither forwards, and both say why.
clauses: ID-2
boot: lan-both-secondary

power-on primary secondary
messages primary within 15s
    990001
messages secondary within 15s
    990001
expect for 6s
    primary    Negotiation
    secondary  Negotiation
forwarder none
