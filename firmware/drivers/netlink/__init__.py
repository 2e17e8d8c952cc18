"""The data plane: personas, addresses, routes, ARP, tests of interfaces. See docs/dataplane.md."""

from firmware.drivers.netlink.dataplane import DataPlane, NoSuchNicError
from firmware.drivers.netlink.interface_tests import InterfaceTests

__all__ = ["DataPlane", "InterfaceTests", "NoSuchNicError"]
