# The cable is pulled in operation, contacts opening in any order over 50 ms: never a switchover.
clauses: FA-4 CA-1 CA-2 PS-2 PS-5 FW-7
boot: cable
bounds: outage 500ms, tcp kept

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
show secondary show failover
    Unit Poll frequency 200 milliseconds, holdtime 800 milliseconds
traffic on
wait 1s
! pull-cable secondary order power-primary plug-secondary transmit-primary over 50ms
expect for 1500ms
    primary    Active
    secondary  Standby Ready
show secondary show failover
    Cable status: My side not connected
show primary show failover
    Cable status: Other side is not connected
messages secondary
    101003
messages primary
    101004
no-messages secondary
    102001
plug-cable
expect within 5s
    primary    Active
    secondary  Standby Ready
show primary show failover
    Cable status: Normal
show secondary show failover
    Cable status: Normal
! pull-cable primary order transmit-secondary power-primary power-secondary over 50ms
expect for 1500ms
    primary    Active
    secondary  Standby Ready
show primary show failover
    Cable status: My side not connected
plug-cable
show secondary show failover
    Cable status: Normal
! pull-cable secondary order plug-secondary power-secondary power-primary over 50ms
expect for 1500ms
    primary    Active
    secondary  Standby Ready
forwarder primary
arp unchanged
