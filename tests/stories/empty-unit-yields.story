# An empty unit that was switched on first gives way to a mate that has a configuration.
# The unit at the Primary end is new and alone, so it becomes active, having nothing to serve.
clauses: ST-3 ST-10 CF-2
boot: cable-empty-primary

power-on primary
expect within 20s
    primary    Active
    secondary  off
power-on secondary
expect within 20s
    primary    Standby Ready
    secondary  Active
messages primary
    990002
show primary show running-config
    ip address 172.16.1.1 255.255.0.0 standby 172.16.1.2
traffic on
wait 500ms
forwarder secondary
