# Units configured for a cable they never had do not know who they are, and stay out of the way.
clauses: ID-3
boot: cable-absent

power-on primary secondary
wait 2s
expect within 10s
    primary    Disabled
    secondary  Disabled
expect for 2s
    primary    Disabled
    secondary  Disabled
forwarder none
