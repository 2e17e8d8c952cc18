# The standby restarts quicker than the hold time: a new life, synchronised anew; nobody is failed.
clauses: ST-7 NC-1
boot: lan-saved
bounds: outage 500ms, tcp kept

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
traffic on
wait 1s
! power-off secondary
wait 100ms
power-on secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
no-messages primary
    103001
    104002
messages secondary
    104002
    709006
expect for 1s
    primary    Active
    secondary  Standby Ready
forwarder primary
arp unchanged
