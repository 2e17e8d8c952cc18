# The secondary boots alone and serves on its own MACs; the primary joins later as standby.
# When the primary's MACs become known they take over the active addresses, as the document says.
clauses: ST-3 FA-2 MA-1 MA-2
boot: cable-saved

power-on secondary
expect within 20s
    primary    off
    secondary  Active
traffic on
wait 500ms
forwarder secondary
power-on primary
expect within 20s
    primary    Standby Ready
    secondary  Active
show primary show failover state
    Mac set
show secondary show failover state
    Mac set
forwarder secondary
