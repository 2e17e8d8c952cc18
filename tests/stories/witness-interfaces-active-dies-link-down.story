# The failover link fails, then the active unit dies: the witness lets the standby take over.
# The former active comes back while the link is still failed, hears the other, and stands by.
clauses: WI-2 WI-3
boot: lan-saved
bounds: decide 2s, outage 2s

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
type primary
    failover polltime unit msec 200 holdtime msec 800
    failover witness interfaces
    copy running-config startup-config
wait 1s
show secondary show running-config failover
    failover witness interfaces
traffic on
wait 1s
cut failover
messages secondary within 10s
    105043
expect for 2s
    primary    Active
    secondary  Standby Ready
! power-off primary
expect within 5s
    primary    off
    secondary  Active
messages secondary
    103001
    104001
power-on primary
expect within 20s
    primary    Cold Standby
    secondary  Active
forwarder secondary
mend failover
expect within 20s
    primary    Standby Ready
    secondary  Active
