# A unit that a test has failed is reset, the fault still there: it is tested, and fails again.
clauses: OR-3
boot: lan-saved

power-on primary secondary
expect within 30s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
    failover polltime interface msec 500 holdtime 5
wait 4s
hosts inside talk
cut inside secondary
expect within 10s
    primary    Active
    secondary  Failed
type primary
    failover reset
wait 20s
expect within 1s
    primary    Active
    secondary  Failed
