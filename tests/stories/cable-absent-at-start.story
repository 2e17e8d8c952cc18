# The cable is gone at start: both units become active, as the document's table says.
# They knew their ends of the cable from before. Plugged in again, the primary goes on.
clauses: FA-5 ID-1 CA-2 FW-5
boot: cable-saved
two-actives: expected

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
power-off primary secondary
pull-cable
power-on primary secondary
expect within 20s
    primary    Active
    secondary  Active
show primary show failover
    Cable status: My side not connected
show secondary show failover
    Cable status: My side not connected
messages primary
    101003
plug-cable
expect within 20s
    primary    Active
    secondary  Standby Ready
messages primary
    101001
