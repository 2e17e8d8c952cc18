# The active unit lets go, but the mate does not hear it and never claims: taken back after 500 ms.
# The document's default timers, so that nobody is declared dead meanwhile.
clauses: HO-3 HO-4
boot: lan
bounds: outage 2s, tcp kept

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
traffic on
wait 1s
cut failover primary->secondary
cut inside primary->secondary
cut outside primary->secondary
! type primary
    no failover active
    => did not claim the addresses
expect within 2s
    primary    Active
    secondary  Standby Ready
messages primary
    990003
mend failover
mend inside
mend outside
expect for 1s
    primary    Active
    secondary  Standby Ready
forwarder primary
arp unchanged
