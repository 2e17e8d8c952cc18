# The units ping each other's addresses: each address is answered by the unit that holds it, only.
clauses: DP-1 DP-2
boot: cable

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
ping secondary 172.16.1.1
ping secondary 192.168.1.1
ping primary 172.16.1.2
ping primary 192.168.1.2
