# Memory is exhausted on the unit that serves: it serves on, and its management comes back as it was.
clauses: FE-4
boot: lan-saved
worlds: virtual (only a real process runs out of memory)

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
traffic on
starve primary failover
! starve primary management
type primary
    hostname gateway
rest within 30s
expect for 5s
    primary    Active
    secondary  Standby Ready
show secondary show running-config
    hostname gateway
no-messages secondary
    104001
forwarder primary
arp unchanged
