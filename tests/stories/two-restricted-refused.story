# Two restricted licences have no failover: 105045 on both.
clauses: MT-4 MT-5
boot: cable-restricted

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Disabled
messages primary
    105045
messages secondary
    105045  Mate license (R, 0 contexts) is not compatible with my license (R, 0 contexts).
show secondary show failover history
    Negotiation ... Disabled ... Other unit license is different
