# One unit of a working pair gets another failover key: both say so, and nobody takes over.
clauses: KY-1 KY-2
boot: lan
bounds: decide 1400ms, outage 1400ms, tcp reset 300ms

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 100 holdtime msec 400
show secondary show failover
    Unit Poll frequency 100 milliseconds, holdtime 400 milliseconds
traffic on
type primary
    failover key alpha
type secondary
    failover key beta
expect for 5s
    primary    Active
    secondary  Standby Ready
messages primary
    990012 Failover message decryption failure. Please make sure both units have the same failover shared key and crypto license or system is not out of memory
messages secondary
    990012 Failover message decryption failure. Please make sure both units have the same failover shared key and crypto license or system is not out of memory
no-messages primary
    103001
    105043
no-messages secondary
    103001
    105043
    104001
type primary
    no failover active
    => not understood
forwarder primary
type secondary
    failover key alpha
wait 1s
! power-off primary
expect within 3s
    primary    off
    secondary  Active
forwarder secondary
