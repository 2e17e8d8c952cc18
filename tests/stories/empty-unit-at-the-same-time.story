# An empty unit at the Primary end and a configured one at the other boot together: the latter leads.
clauses: ST-10
boot: cable-empty-primary

power-on primary secondary
expect within 20s
    primary    Standby Ready
    secondary  Active
traffic on
wait 500ms
forwarder secondary
