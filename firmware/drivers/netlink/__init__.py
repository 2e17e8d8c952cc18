"""The data plane: personas, addresses, routes and gratuitous ARP. See docs/dataplane.md."""

from firmware.drivers.netlink.dataplane import DataPlane, NoSuchNicError

__all__ = ["DataPlane", "NoSuchNicError"]
