# What is typed beside a standby with a dead cable is there when it has to serve all the same.
clauses: RP-1 CF-3 HM-7
boot: lan-saved

power-on primary secondary
expect within 30s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
    failover polltime interface msec 500 holdtime 5
wait 4s
pull-link secondary Ethernet1
expect within 5s
    primary    Active
    secondary  Failed
type primary
    access-list 102 extended permit tcp any any
    hostname newname
wait 5s
power-off primary
expect within 20s
    secondary  Active
show secondary show running-config
    hostname newname
    access-list 102 extended permit tcp any any
