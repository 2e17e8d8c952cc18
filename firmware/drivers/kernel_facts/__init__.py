"""Tells management what the kernel has: interfaces, routes, ARP, connections, hit counts, load.

Asked of the programs that come with the kernel (`ip -j`, `nft -j`, `conntrack`), which cost some
5 ms each: a netlink library for the same costs the management process 0.2 s and 20 MB at its first
question and holds its interpreter while it decodes. Everything runs in one thread beside the loop,
since the kernel's link lock may be held for 50 ms; questions wait for one another.
"""

from firmware.drivers.kernel_facts.burned_in import with_burned_in_macs
from firmware.drivers.kernel_facts.conntrack import read_connection
from firmware.drivers.kernel_facts.programs import NotToldError
from firmware.drivers.kernel_facts.teller import KernelTeller

__all__ = ["KernelTeller", "NotToldError", "read_connection", "with_burned_in_macs"]
