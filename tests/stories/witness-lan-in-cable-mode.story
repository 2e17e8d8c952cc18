# The cable is pulled, then the active unit dies: the LAN failover link is the witness.
clauses: WI-1 WI-3 WI-6
boot: cable-and-lan
bounds: decide 2s, outage 2s

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
    failover witness lan
show secondary show failover
    Failover LAN Interface: N/A - Serial-based failover enabled
    Witness: lan (mate alive)
traffic on
wait 1s
pull-cable
messages secondary
    101003
expect for 3s
    primary    Active
    secondary  Standby Ready
! power-off primary
expect within 5s
    primary    off
    secondary  Active
show secondary show fover
    Witness: ... lan (mate dead)
