"""The rtnetlink messages fover says, each one function, and the two it reads, as bytes.

Packed by hand and not by a library: there are a dozen, they are made while hellos wait for the same
interpreter, and a library's objects cost a hundred times as long (docs/dataplane.md has the
figures). Each message carries what it does in words, for the report when the kernel refuses it,
and the refusals that only say "it is so already".
"""

from __future__ import annotations

import errno
import socket
import struct
import sys
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface

RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK = 16, 17, 18
RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR = 20, 21, 22
RTM_NEWROUTE, RTM_DELROUTE = 24, 25
RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH = 28, 29, 30

NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 0x001, 0x004, 0x300
_REPLACE, _EXCLUSIVE, _CREATE = 0x100, 0x200, 0x400

IFF_UP, IFF_NOARP, IFF_ALLMULTI, IFF_LOWER_UP = 0x1, 0x80, 0x200, 0x10000

_IFLA_ADDRESS, _IFLA_IFNAME, _IFLA_MTU, _IFLA_LINK, _IFLA_LINKINFO = 1, 3, 4, 5, 18
_IFLA_IFALIAS, _IFLA_AF_SPEC, _IFLA_EXT_MASK, _IFLA_PERM_ADDRESS = 20, 26, 29, 54
_INFO_KIND, _INFO_DATA, _MACVLAN_MODE, _MODE_VEPA = 1, 2, 1, 2
_INET_CONF, _CONF_FORWARDING, _SKIP_STATS = 1, 1, 8
_IFA_ADDRESS, _IFA_LOCAL, _IFA_BROADCAST, _NO_DUPLICATES_SOUGHT = 1, 2, 4, 0x02
_RTA_DST, _RTA_OIF, _RTA_GATEWAY, _RTA_PRIORITY, _RTA_MULTIPATH = 1, 4, 5, 6, 9
_TABLE_MAIN, _SCOPE_UNIVERSE, _SCOPE_NOWHERE, _UNICAST, _ONLINK = 254, 0, 255, 1, 4
_NDA_DST, _NDA_LLADDR, _NDA_CACHEINFO, _NDA_IFINDEX = 1, 2, 3, 8
_REACHABLE, _PERMANENT = 0x02, 0x80
_KNOWN = 0x9E  # reachable, stale, delay, probe, permanent
ROUTE_PROTOCOL = 240  # `ip route show proto 240`: ours, no routing daemon's

HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, port
_LINK = struct.Struct("=BxHiII")  # family, type, index, flags, change
_ADDRESS = struct.Struct("=BBBBI")  # family, prefix length, flags, scope, index
_ROUTE = struct.Struct("=BBBBBBBBI")  # family, dst, src, tos, table, protocol, scope, type, flags
_AGES = struct.Struct("=III")  # confirmed, used, updated: 1/_USER_HZ seconds ago
_USER_HZ = 100
_NEIGHBOUR = struct.Struct("=BxxxiHBB")  # family, index, state, flags, type
_NEXT_HOP = struct.Struct("=HBBi")  # length, flags, hops, index
_ATTRIBUTE = struct.Struct("=HH")  # length, kind


Address = IPv4Interface | IPv6Interface


@dataclass(frozen=True, slots=True)
class Message:
    """One request without its sequence number."""

    kind: int
    flags: int
    body: bytes
    what: str  # "add 192.168.1.1/24 to e0act"
    harmless: tuple[int, ...] = ()  # errno that leave things as they should be


@dataclass(frozen=True, slots=True)
class Link:
    """One interface as the kernel describes it. A MAC is lower-case, colon-separated."""

    index: int
    name: str
    flags: int
    mac: str = ""
    parent: int = 0  # 0: none
    kind: str = ""  # "macvlan", or "" for a NIC
    alias: str = ""
    permanent_mac: str = ""  # "" where the NIC has none of its own
    mtu: int = 0

    @property
    def up(self) -> bool:
        """Whether it is administratively up."""
        return bool(self.flags & IFF_UP)

    @property
    def carrier(self) -> bool:
        """Whether frames can pass. IFF_LOWER_UP and not IFF_RUNNING, which may lag by 0.6 s."""
        return bool(self.flags & IFF_UP and self.flags & IFF_LOWER_UP)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A host an interface has learnt: its address and MAC, as bytes."""

    address: bytes
    mac: bytes
    confirmed_s: float = 0.0  # seconds since it was last known to be there


@dataclass(frozen=True, slots=True)
class Hop:
    """A gateway and the interface it is reached by."""

    index: int
    gateway: IPv4Address


def raise_link(index: int, name: str) -> Message:
    """Administratively up."""
    return _change_link(index, f"raise {name}", flags=IFF_UP, change=IFF_UP)


def raise_forwarder(index: int, name: str) -> Message:
    """Up, and forwarding what comes in by it: two changes, one message."""
    body = _LINK.pack(socket.AF_UNSPEC, 0, index, IFF_UP, IFF_UP) + _forwarding(True)
    return Message(RTM_NEWLINK, 0, body, f"raise {name} and forward by it")


def stop_forwarding(index: int, name: str) -> Message:
    """Drop what comes in by it for others. In force when acknowledged, without taking it down."""
    body = _LINK.pack(socket.AF_UNSPEC, 0, index, 0, 0) + _forwarding(False)
    return Message(RTM_NEWLINK, 0, body, f"stop forwarding by {name}")


def lower_link(index: int, name: str) -> Message:
    """Administratively down. On a macvlan it waits for an RCU grace period, some 17 ms."""
    return _change_link(index, f"take {name} down", flags=0, change=IFF_UP)


def silence_arp(index: int, name: str, *, silent: bool) -> Message:
    """`arp off` or `arp on`."""
    flags = IFF_NOARP if silent else 0
    return _change_link(index, f"set arp of {name}", flags=flags, change=IFF_NOARP)


def hear_groups(index: int, name: str, *, all_of_them: bool) -> Message:
    """Whether its filter lets in what is said to groups that nobody here has joined."""
    flags = IFF_ALLMULTI if all_of_them else 0
    return _change_link(index, f"set allmulti of {name}", flags=flags, change=IFF_ALLMULTI)


def set_mac(index: int, name: str, mac: str) -> Message:
    """A macvlan takes it while up; a NIC may want to be down."""
    attribute = _attribute(_IFLA_ADDRESS, _mac_bytes(mac))
    return _change_link(index, f"set the MAC of {name} to {mac}", attribute)


def set_mtu(index: int, name: str, mtu: int) -> Message:
    """A persona's is at most its NIC's."""
    attribute = _attribute(_IFLA_MTU, struct.pack("=I", mtu))
    return _change_link(index, f"set the MTU of {name} to {mtu}", attribute)


def set_alias(index: int, name: str, alias: str) -> Message:
    """A note the kernel keeps with the interface, at most 255 characters."""
    return _change_link(index, f"note on {name}", _attribute(_IFLA_IFALIAS, alias.encode()))


def add_macvlan(parent: int, name: str, mac: str) -> Message:
    """A child that is down. VEPA: its frames always take the wire, never a sibling's ear, and a
    broadcast the mate sends from a MAC that a sibling has too is still heard by the others."""
    mode = _attribute(_MACVLAN_MODE, struct.pack("=I", _MODE_VEPA))
    info = _attribute(_INFO_KIND, b"macvlan") + _attribute(_INFO_DATA, mode)
    body = (
        _LINK.pack(socket.AF_UNSPEC, 0, 0, 0, 0)
        + _attribute(_IFLA_IFNAME, name.encode() + b"\0")
        + _attribute(_IFLA_LINK, struct.pack("=I", parent))
        + _attribute(_IFLA_ADDRESS, _mac_bytes(mac))
        + _attribute(_IFLA_LINKINFO, info)
    )
    return Message(RTM_NEWLINK, _CREATE | _EXCLUSIVE, body, f"make {name} with MAC {mac}")


def delete_link(index: int, name: str) -> Message:
    """Away with it, addresses and routes included."""
    body = _LINK.pack(socket.AF_UNSPEC, 0, index, 0, 0)
    return Message(RTM_DELLINK, 0, body, f"remove {name}", (errno.ENODEV,))


def add_address(index: int, name: str, address: Address) -> Message:
    """With its connected route. Adding what is there already is fine. An IPv6 one is in use at
    once: to ask first whether anybody has it would take a second, and the mate just had it."""
    return Message(
        RTM_NEWADDR,
        _CREATE | _REPLACE,
        _address_body(index, address),
        f"add {address} to {name}",
    )


def delete_address(index: int, name: str, address: Address) -> Message:
    """With its connected route; the last one takes every route and neighbour of the interface."""
    body = _address_body(index, address)
    # ENXIO: the interface speaks no IPv6 at all any more.
    gone = (errno.EADDRNOTAVAIL, errno.ENODEV, errno.ENXIO)
    return Message(RTM_DELADDR, 0, body, f"delete {address} from {name}", gone)


def replace_route(network: IPv4Network, metric: int, hops: tuple[Hop, ...]) -> Message:
    """One route in the place of any other of that network and metric, in one move.

    ``onlink``: a gateway outside the interface's network is the configuration's business.
    """
    if len(hops) == 1:
        flags, way = _ONLINK, _attribute(_RTA_OIF, struct.pack("=i", hops[0].index))
        way += _attribute(_RTA_GATEWAY, hops[0].gateway.packed)
    else:
        flags, way = 0, _attribute(_RTA_MULTIPATH, b"".join(map(_next_hop, hops)))
    body = _ROUTE.pack(
        *(socket.AF_INET, network.prefixlen, 0, 0, _TABLE_MAIN),
        *(ROUTE_PROTOCOL, _SCOPE_UNIVERSE, _UNICAST, flags),
    )
    body += _destination(network, metric) + way
    return Message(RTM_NEWROUTE, _CREATE | _REPLACE, body, f"route {network}")


def delete_route(network: IPv4Network, metric: int) -> Message:
    """Ours only, by whatever interface it goes."""
    body = _ROUTE.pack(
        *(socket.AF_INET, network.prefixlen, 0, 0, _TABLE_MAIN),
        *(ROUTE_PROTOCOL, _SCOPE_NOWHERE, 0, 0),
    )
    body += _destination(network, metric)
    return Message(RTM_DELROUTE, 0, body, f"delete route {network}", (errno.ESRCH,))


def add_neighbour(index: int, name: str, neighbour: Neighbour) -> Message:
    """Believed for some 30 s without asking, then forgotten if nobody speaks to it."""
    body = _NEIGHBOUR.pack(socket.AF_INET, index, _REACHABLE, 0, 0)
    body += _attribute(_NDA_DST, neighbour.address) + _attribute(_NDA_LLADDR, neighbour.mac)
    return Message(RTM_NEWNEIGH, _CREATE | _REPLACE, body, f"carry a neighbour over to {name}")


def add_static_neighbour(index: int, name: str, address: IPv4Address, mac: str) -> Message:
    """Believed until deleted, or the interface goes down or loses its last address."""
    body = _NEIGHBOUR.pack(socket.AF_INET, index, _PERMANENT, 0, 0)
    body += _attribute(_NDA_DST, address.packed) + _attribute(_NDA_LLADDR, _mac_bytes(mac))
    return Message(RTM_NEWNEIGH, _CREATE | _REPLACE, body, f"arp {address} {mac} on {name}")


def delete_neighbour(index: int, name: str, address: IPv4Address) -> Message:
    """Whether it was there or not."""
    body = _NEIGHBOUR.pack(socket.AF_INET, index, 0, 0, 0) + _attribute(_NDA_DST, address.packed)
    gone = (errno.ENOENT, errno.ENODEV)
    return Message(RTM_DELNEIGH, 0, body, f"forget {address} on {name}", gone)


def neighbour_query(index: int, family: int) -> bytes:
    """The body that asks, dumped, for the neighbours of one interface."""
    body = _NEIGHBOUR.pack(family, 0, 0, 0, 0)
    return body + _attribute(_NDA_IFINDEX, struct.pack("=I", index))


def read_neighbour(body: bytes) -> Neighbour | None:
    """An RTM_NEWNEIGH; None for one whose MAC is not known."""
    _, _, state, _, _ = _NEIGHBOUR.unpack_from(body)
    found = _attributes(body, _NEIGHBOUR.size)
    if not state & _KNOWN or _NDA_DST not in found or len(found.get(_NDA_LLADDR, b"")) != 6:
        return None
    ages = found.get(_NDA_CACHEINFO, b"")
    confirmed = _AGES.unpack_from(ages)[0] / _USER_HZ if len(ages) >= _AGES.size else 0.0
    return Neighbour(found[_NDA_DST], found[_NDA_LLADDR], confirmed)


def link_query(name: str = "") -> bytes:
    """The body that asks for that interface, or, dumped, for all, without their counters."""
    body = _LINK.pack(socket.AF_UNSPEC, 0, 0, 0, 0)
    if name:
        body += _attribute(_IFLA_IFNAME, name.encode() + b"\0")
    return body + _attribute(_IFLA_EXT_MASK, struct.pack("=I", _SKIP_STATS))


def address_query() -> bytes:
    """The body that asks, dumped, for all addresses of all families."""
    return _ADDRESS.pack(socket.AF_UNSPEC, 0, 0, 0, 0)


def read_link(body: bytes) -> Link:
    """An RTM_NEWLINK or RTM_DELLINK as the kernel sent it."""
    _, _, index, flags, _ = _LINK.unpack_from(body)
    found = _attributes(body, _LINK.size)
    info = _attributes(found.get(_IFLA_LINKINFO, b""), 0)
    return Link(
        index=index,
        name=_text(found.get(_IFLA_IFNAME, b"")),
        flags=flags,
        mac=_mac_text(found.get(_IFLA_ADDRESS, b"")),
        parent=int.from_bytes(found.get(_IFLA_LINK, b""), sys.byteorder),
        kind=_text(info.get(_INFO_KIND, b"")),
        alias=_text(found.get(_IFLA_IFALIAS, b"")),
        permanent_mac=_mac_text(found.get(_IFLA_PERM_ADDRESS, b"")),
        mtu=int.from_bytes(found.get(_IFLA_MTU, b""), sys.byteorder),
    )


def read_link_state(body: bytes) -> Link:
    """Its index, name and flags alone, which is what tells of carriers; a tenth of the time."""
    _, _, index, flags, _ = _LINK.unpack_from(body)
    return Link(index, link_name(body), flags)


def link_name(body: bytes) -> str:
    """Of an RTM_NEWLINK or RTM_DELLINK. The kernel puts it first."""
    length, kind = _ATTRIBUTE.unpack_from(body, _LINK.size)
    if kind != _IFLA_IFNAME:
        return _text(_attributes(body, _LINK.size).get(_IFLA_IFNAME, b""))
    start = _LINK.size + _ATTRIBUTE.size
    return _text(body[start : _LINK.size + length])


def read_address(body: bytes) -> tuple[int, Address] | None:
    """An RTM_NEWADDR: the interface's index and the address with its prefix length. None: of
    another family."""
    family, prefix_length, _, _, index = _ADDRESS.unpack_from(body)
    found = _attributes(body, _ADDRESS.size)
    packed = found.get(_IFA_LOCAL) or found.get(_IFA_ADDRESS, b"")
    if family == socket.AF_INET and len(packed) == 4:
        return index, IPv4Interface((IPv4Address(packed), prefix_length))
    if family == socket.AF_INET6 and len(packed) == 16:
        return index, IPv6Interface((IPv6Address(packed), prefix_length))
    return None


def _change_link(
    index: int, what: str, attributes: bytes = b"", *, flags: int = 0, change: int = 0
) -> Message:
    body = _LINK.pack(socket.AF_UNSPEC, 0, index, flags, change) + attributes
    return Message(RTM_NEWLINK, 0, body, what)


def _forwarding(on: bool) -> bytes:
    """The interface's IPv4 `forwarding`, inside RTM_NEWLINK: no /proc on the hot path."""
    conf = _attribute(_CONF_FORWARDING, struct.pack("=I", int(on)))
    return _attribute(_IFLA_AF_SPEC, _attribute(socket.AF_INET, _attribute(_INET_CONF, conf)))


def _address_body(index: int, address: Address) -> bytes:
    if isinstance(address, IPv6Interface):
        length = address.network.prefixlen
        body = _ADDRESS.pack(socket.AF_INET6, length, _NO_DUPLICATES_SOUGHT, 0, index)
        return body + _attribute(_IFA_LOCAL, address.ip.packed)
    body = _ADDRESS.pack(socket.AF_INET, address.network.prefixlen, 0, 0, index)
    body += _attribute(_IFA_LOCAL, address.ip.packed) + _attribute(_IFA_ADDRESS, address.ip.packed)
    if address.network.prefixlen <= 30:
        body += _attribute(_IFA_BROADCAST, address.network.broadcast_address.packed)
    return body


def _destination(network: IPv4Network, metric: int) -> bytes:
    where = _attribute(_RTA_DST, network.network_address.packed) if network.prefixlen else b""
    return where + _attribute(_RTA_PRIORITY, struct.pack("=I", metric))


def _next_hop(hop: Hop) -> bytes:
    gateway = _attribute(_RTA_GATEWAY, hop.gateway.packed)
    return _NEXT_HOP.pack(_NEXT_HOP.size + len(gateway), _ONLINK, 0, hop.index) + gateway


def _attribute(kind: int, payload: bytes) -> bytes:
    padding = b"\0" * (-len(payload) % 4)
    return _ATTRIBUTE.pack(_ATTRIBUTE.size + len(payload), kind) + payload + padding


def _attributes(data: bytes, offset: int) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while offset + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, offset)
        if length < _ATTRIBUTE.size:
            break
        found[kind & 0x3FFF] = data[offset + _ATTRIBUTE.size : offset + length]
        offset += (length + 3) & ~3
    return found


def _mac_bytes(mac: str) -> bytes:
    return bytes.fromhex(mac.replace(":", ""))


def _mac_text(mac: bytes) -> str:
    return mac.hex(":")


def _text(raw: bytes) -> str:
    return raw.rstrip(b"\0").decode(errors="replace")
