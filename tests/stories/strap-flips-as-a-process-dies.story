# The strap reads wrong for a moment, just as the failover process dies: the unit stays who it was.
clauses: CA-4
boot: cable

power-on primary secondary
rest within 60s
type primary
    failover polltime unit 15 holdtime 45
    failover polltime interface 5 holdtime 25
wait 3s
strap secondary primary
wait 1ms
kill secondary failover
wait 1000ms
strap secondary secondary
wait 4s
rest within 60s
show secondary show failover
    This host: Secondary ...
forwarder primary
