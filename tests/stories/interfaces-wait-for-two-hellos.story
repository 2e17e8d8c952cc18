# Interfaces are (Waiting) until their second hello; with fast interface timers that is soon.
clauses: HE-2 IF-2
boot: lan

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime interface msec 500 holdtime 5
show primary show failover
    Interface Poll frequency 500 milliseconds, holdtime 5 seconds
    Interface outside (172.16.1.1): Normal (Waiting)
wait 2s
messages primary within 5s
    105004 outside
messages secondary within 5s
    105004 outside
show primary show failover
    Interface outside (172.16.1.1): Normal
    Interface inside (192.168.1.1): Normal
    Interface outside (172.16.1.2): Normal
    Interface inside (192.168.1.2): Normal
