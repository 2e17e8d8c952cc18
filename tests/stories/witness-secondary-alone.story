# A secondary that starts alone stays passive where a witness is on, until that is taken away.
clauses: WI-2
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
power-on secondary
expect within 15s
    primary    off
    secondary  Negotiation
messages secondary within 10s
    990032
type secondary
    no failover witness
expect within 5s
    primary    off
    secondary  Active
