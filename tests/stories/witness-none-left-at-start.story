# With no way left at start the primary serves and the secondary stays passive, and says why.
clauses: WI-2 WI-4 WI-6
boot: lan-saved

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover witness interfaces
    copy running-config startup-config
wait 1s
power-off primary secondary
cut failover
cut inside
cut outside
power-on primary secondary
expect within 20s
    primary    Active
    secondary  Negotiation
expect for 10s
    primary    Active
    secondary  Negotiation
forwarder primary
messages secondary
    990032
mend outside
expect within 15s
    primary    Active
    secondary  Cold Standby
messages secondary
    990033
mend failover
mend inside
expect within 20s
    primary    Active
    secondary  Standby Ready
