"""How an open link switch is marked on a NIC, so that nothing raises what a hand has pulled.

Two processes move one NIC: the supervisor, because a link switch is open, and the failover process,
because the configuration wants the interface up. The mark is the NIC's interface group, which the
kernel keeps while processes come and go, and which `ip link` shows.
"""

OPEN_SWITCH_GROUP = 60_001  # private range; 0 is every interface's default
