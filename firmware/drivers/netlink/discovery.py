"""What ARP and broadcast are to IPv4, as frames of IPv6: neighbour discovery and all nodes.

Raw frames of a persona, for the reasons given in arp.py and asking.py. Pure.
"""

from __future__ import annotations

import socket
import struct
from ipaddress import IPv6Address

from firmware.core.wire.internet import checksum

NOBODY = IPv6Address("::")
ALL_NODES = IPv6Address("ff02::1")

_ETHERTYPE = 0x86DD
_ETHERNET = struct.Struct("!6s6sH")
_HEADER = struct.Struct("!IHBB16s16s")  # version, class, flow; length, next header, hops; ends
_PSEUDO = struct.Struct("!16s16sI3xB")  # what a checksum covers beside the message
_ECHO = struct.Struct("!HH")
_VERSION = 6 << 28
_HOPS = 255  # neighbour discovery that came through a router is not believed
_ECHO_REQUEST, _SOLICITATION, _ADVERTISEMENT = 128, 135, 136
_OVERRIDE = 0x2000_0000
_SOURCE_MAC, _TARGET_MAC = 1, 2  # options of eight bytes


def advertisement(mac: str, address: IPv6Address) -> bytes:
    """Unasked, to everybody: ``address`` is at ``mac``, whatever was believed before."""
    body = struct.pack("!I", _OVERRIDE) + address.packed + _option(_TARGET_MAC, mac)
    return _frame(mac, address, ALL_NODES, _ADVERTISEMENT, body)


def solicitation(mac: str, sender: IPv6Address, wanted: IPv6Address) -> bytes:
    """Who has ``wanted``? A sender that is nobody gives no MAC: nobody learns one from it."""
    body = bytes(4) + wanted.packed
    if sender != NOBODY:
        body += _option(_SOURCE_MAC, mac)
    return _frame(mac, sender, _solicited(wanted), _SOLICITATION, body)


def echo_request(mac: str, sender: IPv6Address, identifier: int, sequence: int) -> bytes:
    """To every node of the link."""
    body = _ECHO.pack(identifier, sequence) + bytes(18)
    return _frame(mac, sender, ALL_NODES, _ECHO_REQUEST, body)


def _solicited(address: IPv6Address) -> IPv6Address:
    """The group of all who have an address that ends like this one."""
    return IPv6Address(IPv6Address("ff02::1:ff00:0").packed[:13] + address.packed[13:])


def _frame(mac: str, sender: IPv6Address, group: IPv6Address, kind: int, body: bytes) -> bytes:
    ends = sender.packed, group.packed
    length = 4 + len(body)
    covered = _PSEUDO.pack(*ends, length, socket.IPPROTO_ICMPV6)
    summed = checksum(covered + struct.pack("!BBH", kind, 0, 0) + body)
    to = b"\x33\x33" + group.packed[12:]
    head = _ETHERNET.pack(to, _octets(mac), _ETHERTYPE)
    head += _HEADER.pack(_VERSION, length, socket.IPPROTO_ICMPV6, _HOPS, *ends)
    return head + struct.pack("!BBH", kind, 0, summed) + body


def _option(kind: int, mac: str) -> bytes:
    return bytes((kind, 1)) + _octets(mac)


def _octets(mac: str) -> bytes:
    return bytes.fromhex(mac.replace(":", ""))
