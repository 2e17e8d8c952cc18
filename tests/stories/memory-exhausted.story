# Memory is exhausted on the unit that serves: it serves on, and its management comes back as it was.
clauses: FE-4
boot: lan-saved
bounds: lost 50, tcp kept
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
    access-list 150 extended permit tcp host 10.1.0.1 host 10.2.0.1 eq 2
    access-list 150 extended permit tcp host 10.1.0.2 host 10.2.0.2 eq 3
    access-list 150 extended permit tcp host 10.1.0.3 host 10.2.0.3 eq 4
rest within 30s
expect for 5s
    primary    Active
    secondary  Standby Ready
show secondary show running-config
    hostname gateway
    access-list 150 extended permit tcp host 10.1.0.3 host 10.2.0.3 eq 4
no-messages secondary
    104001
forwarder primary
arp unchanged
