# The cable is pulled in the middle of a synchronisation: nobody moves, and it begins anew later.
clauses: ST-5 FA-4
boot: cable-saved
bounds: outage 500ms, tcp kept

power-on primary
expect within 20s
    primary    Active
power-on secondary
expect within 20s
    secondary  Sync Config
traffic on
! pull-cable primary
expect for 5s
    primary    Active
messages primary
    101003
no-messages secondary
    104001
forwarder primary
plug-cable
expect within 30s
    primary    Active
    secondary  Standby Ready
messages secondary
    709006
forwarder primary
arp unchanged
