# Lines typed while the failover link is cut are on the standby when it is mended.
clauses: RP-1 RP-5
boot: lan-saved

power-on primary secondary
expect within 30s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
    failover polltime interface msec 500 holdtime 5
wait 6s
cut failover
messages primary within 5s
    105043
type primary
    name 10.0.0.1 one
    hostname gateway
wait 2s
mend failover
messages primary within 5s
    105042
show secondary show running-config
    hostname gateway
    name 10.0.0.1 one
expect for 3s
    primary    Active
    secondary  Standby Ready
no-messages primary
    990016
