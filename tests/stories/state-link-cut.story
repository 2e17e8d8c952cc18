# The state link is cut: nobody does anything, as the document's table says.
clauses: FA-6
boot: lan
bounds: outage 500ms, tcp kept

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
traffic on
wait 1s
! cut state
expect for 1s
    primary    Active
    secondary  Standby Ready
forwarder primary
arp unchanged
