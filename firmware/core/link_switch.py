"""How an open link switch is marked on a NIC, so that nothing raises what a hand has pulled.

Two processes move one NIC: the supervisor, because a link switch is open, and the failover process,
because the configuration wants the interface up. The mark is an interface flag that the kernel
itself has no use for: it outlives processes, is set in the same message that takes the NIC down,
is told to whoever listens when it goes even while the NIC is down (an interface group would not
be), and `ip link` shows it as DYNAMIC.
"""

OPEN_SWITCH_FLAG = 0x8000  # IFF_DYNAMIC
