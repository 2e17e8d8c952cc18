# Two units of other releases start at once: the primary serves, the secondary stays passive.
clauses: ST-8 MT-1 MT-5
boot: lan-other-version

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Disabled
forwarder primary
messages primary
    103006
messages secondary
    103006  Mate version 7.2(1) is not compatible with ours 7.1(2)
    105001
show secondary show failover history
    Negotiation ... Disabled ... Other unit has different software version
show primary show failover
    Other host: Secondary - Failed
type primary
    no failover active
    => cannot be its mate
power-off primary
expect for 20s
    secondary  Disabled
forwarder none
