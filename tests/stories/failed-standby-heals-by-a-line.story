# The interface that failed the standby is monitored no more, as a line on the active unit says.
clauses: HM-5 IF-6 RP-1
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
    no monitor-interface inside
expect within 20s
    primary    Active
    secondary  Standby Ready
show secondary show failover
    Monitored Interfaces 1 of 250 maximum
    Interface inside (192.168.1.2): No Link (Not-Monitored)
