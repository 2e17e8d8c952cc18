# The LAN failover link fails, then the active unit loses power: the cable tells it at once.
clauses: WI-1 WI-5
boot: lan-and-cable
bounds: decide 1s, outage 1s

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover witness cable
show secondary show failover
    Cable status: Normal
    Witness: cable (mate alive)
traffic on
wait 1s
cut failover
messages secondary within 30s
    105043
! power-off primary
expect within 2s
    primary    off
    secondary  Active
messages secondary
    102001
    104001
