# Times the document does not allow, and ours where they do not belong, are refused with the range.
clauses: TM-1 TM-2 TM-4
boot: cable

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit 16
    => ERROR
    failover polltime unit msec 50 holdtime msec 200
    => ERROR
    failover polltime unit 5 holdtime 10
    => ERROR
    failover polltime interface 5 holdtime 20
    => ERROR
show primary show failover
    Unit Poll frequency 15 seconds, holdtime 45 seconds
    Interface Poll frequency 5 seconds, holdtime 25 seconds
