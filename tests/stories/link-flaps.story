# A link of each unit flaps: after four turns roles stay as they are, and it is said.
clauses: HM-6
boot: lan

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime interface msec 500 holdtime 5
wait 2s
messages primary within 5s
    105004 outside
messages primary
    105004 inside
messages secondary within 5s
    105004 outside
messages secondary
    105004 inside
flap secondary Ethernet1 5 over 15s
messages secondary
    105037
expect for 3s
    primary    Active
    secondary  Failed
forwarder primary
