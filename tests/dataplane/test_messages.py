"""Our netlink bytes mean what we think, by the word of another implementation: pyroute2's decoder.

And nothing the kernel might say raises from a reader.
"""

import errno
import socket
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pyroute2.netlink.rtnl.ifaddrmsg import ifaddrmsg  # type: ignore[import-untyped]
from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg  # type: ignore[import-untyped]
from pyroute2.netlink.rtnl.ndmsg import ndmsg  # type: ignore[import-untyped]
from pyroute2.netlink.rtnl.rtmsg import rtmsg  # type: ignore[import-untyped]

from firmware.core.link_local import link_local
from firmware.core.wire.internet import checksum
from firmware.drivers.netlink import discovery
from firmware.drivers.netlink import messages as say
from firmware.drivers.netlink.arp import announcement
from firmware.drivers.netlink.messages import Hop, Message, Neighbour
from firmware.drivers.netlink.rtnl import batch, split

ADDRESS = IPv4Interface("192.168.1.1/24")
DEFAULT = IPv4Network("0.0.0.0/0")
MAC = "00:50:54:ff:06:98"


def decoded(kind: type, message: Message) -> Any:
    """As pyroute2 reads it."""
    ((data, _),) = batch([message]).parts
    found = kind(data)
    found.decode()
    return found


def test_a_batch_numbers_its_messages_and_asks_for_one_acknowledgement() -> None:
    prepared = batch([say.raise_link(3, "e0act"), say.raise_link(4, "e1act")])
    ((data, last),) = prepared.parts
    headers = [say.HEADER.unpack_from(data, at) for at in (0, len(data) // 2)]
    assert [(flags, sequence) for _, _, flags, sequence, _ in headers] == [(0x1, 1), (0x5, 2)]
    assert last == 2


def test_a_batch_of_many_routes_is_sent_in_parts_that_fit() -> None:
    route = say.replace_route(DEFAULT, 1, (Hop(7, IPv4Address("172.16.1.3")),))
    prepared = batch([route] * 5000)
    assert prepared.parts[-1][1] == 5000
    assert 1 < len(prepared.parts) < 5
    assert max(len(data) for data, _ in prepared.parts) < 200_000


def test_links_up_and_down() -> None:
    up = decoded(ifinfmsg, say.raise_link(7, "e0act"))
    assert (up["index"], up["flags"] & 1, up["change"]) == (7, 1, 1)
    down = decoded(ifinfmsg, say.lower_link(7, "e0act"))
    assert (down["flags"] & 1, down["change"]) == (0, 1)
    silent = decoded(ifinfmsg, say.silence_arp(2, "eth0", silent=True))
    assert (silent["flags"], silent["change"]) == (0x80, 0x80)


def test_a_persona_is_a_vepa_macvlan_of_its_nic() -> None:
    made = decoded(ifinfmsg, say.add_macvlan(2, "e0act", MAC))
    assert made.get_attr("IFLA_IFNAME") == "e0act"
    assert made.get_attr("IFLA_LINK") == 2
    assert made.get_attr("IFLA_ADDRESS") == MAC
    info = made.get_attr("IFLA_LINKINFO")
    assert info.get_attr("IFLA_INFO_KIND") == "macvlan"
    assert info.get_attr("IFLA_INFO_DATA").get_attr("IFLA_MACVLAN_MODE") == "vepa"


def test_addresses() -> None:
    added = decoded(ifaddrmsg, say.add_address(7, "e0act", ADDRESS))
    assert (added["index"], added["prefixlen"]) == (7, 24)
    assert added.get_attr("IFA_LOCAL") == "192.168.1.1"
    assert added.get_attr("IFA_BROADCAST") == "192.168.1.255"
    point = decoded(ifaddrmsg, say.add_address(7, "e0act", IPv4Interface("10.0.0.1/31")))
    assert point.get_attr("IFA_BROADCAST") is None
    assert errno.EADDRNOTAVAIL in say.delete_address(7, "e0act", ADDRESS).harmless


def test_routes_by_one_gateway_and_by_two() -> None:
    one = decoded(rtmsg, say.replace_route(DEFAULT, 5, (Hop(7, IPv4Address("172.16.1.3")),)))
    assert (one["dst_len"], one["flags"], one["proto"]) == (0, 4, say.ROUTE_PROTOCOL)
    assert one.get_attr("RTA_GATEWAY") == "172.16.1.3"
    assert (one.get_attr("RTA_OIF"), one.get_attr("RTA_PRIORITY")) == (7, 5)
    hops = (Hop(7, IPv4Address("172.16.1.3")), Hop(8, IPv4Address("10.0.0.3")))
    two = decoded(rtmsg, say.replace_route(IPv4Network("10.9.0.0/16"), 1, hops))
    assert two.get_attr("RTA_DST") == "10.9.0.0"
    found = [(h["oif"], h.get_attr("RTA_GATEWAY")) for h in two.get_attr("RTA_MULTIPATH")]
    assert found == [(7, "172.16.1.3"), (8, "10.0.0.3")]


def test_neighbours_are_said_as_they_are_read() -> None:
    known = Neighbour(bytes((10, 0, 0, 9)), bytes.fromhex(MAC.replace(":", "")))
    message = say.add_neighbour(7, "e0stby", known)
    said = decoded(ndmsg, message)
    assert (said["ifindex"], said.get_attr("NDA_DST")) == (7, "10.0.0.9")
    assert said.get_attr("NDA_LLADDR") == MAC
    assert say.read_neighbour(message.body) == known


def test_static_neighbours_are_permanent_and_may_be_gone_already() -> None:
    address = IPv4Address("10.0.0.9")
    said = decoded(ndmsg, say.add_static_neighbour(7, "e0act", address, MAC))
    assert (said["ifindex"], said["state"]) == (7, 0x80)
    assert (said.get_attr("NDA_DST"), said.get_attr("NDA_LLADDR")) == ("10.0.0.9", MAC)
    forgotten = say.delete_neighbour(7, "e0act", address)
    assert decoded(ndmsg, forgotten).get_attr("NDA_DST") == "10.0.0.9"
    assert errno.ENOENT in forgotten.harmless


def test_an_mtu() -> None:
    assert decoded(ifinfmsg, say.set_mtu(2, "eth0", 1400)).get_attr("IFLA_MTU") == 1400


def test_links_are_read_as_pyroute2_writes_them() -> None:
    message = ifinfmsg()
    message["index"], message["flags"] = 7, 0x10001
    info = {"attrs": [["IFLA_INFO_KIND", "macvlan"]]}
    message["attrs"] = [
        ("IFLA_IFNAME", "e0act"),
        ("IFLA_LINK", 2),
        ("IFLA_ADDRESS", MAC),
        ("IFLA_IFALIAS", "note"),
        ("IFLA_MTU", 1400),
        ("IFLA_LINKINFO", info),
    ]
    message.encode()
    link = say.read_link(bytes(message.data)[16:])
    assert (link.index, link.name, link.parent, link.mac) == (7, "e0act", 2, MAC)
    assert (link.kind, link.alias, link.mtu) == ("macvlan", "note", 1400)
    assert link.up
    assert link.carrier
    assert link.permanent_mac == ""


@given(st.binary(max_size=200))
def test_no_bytes_raise_from_the_readers(data: bytes) -> None:
    assert say.read_link(bytes(16) + data).index == 0
    say.read_neighbour(bytes(12) + data)
    assert all(len(body) <= len(data) for _, _, body in split(data))


def test_a_gratuitous_arp_says_its_address_twice_from_the_personas_mac() -> None:
    said = announcement("e0act", MAC, IPv4Address("192.168.1.1"))
    mac = bytes.fromhex("00505400ff0698".replace("00ff", "ff"))
    address = bytes((192, 168, 1, 1))
    for frame, operation, target in zip(said.frames, (1, 2), (bytes(6), mac), strict=True):
        assert frame[:14] == b"\xff" * 6 + mac + b"\x08\x06"
        assert frame[14:22] == b"\x00\x01\x08\x00\x06\x04\x00" + bytes((operation,))
        assert frame[22:] == mac + address + target + address


def test_ipv6_addresses_are_in_use_without_a_trial() -> None:
    address = IPv6Interface("2001:db8:1::1/64")
    added = decoded(ifaddrmsg, say.add_address(7, "e0act", address))
    assert (added["family"], added["index"], added["prefixlen"]) == (socket.AF_INET6, 7, 64)
    assert added["flags"] == 0x02
    assert added.get_attr("IFA_LOCAL") == "2001:db8:1::1"
    deleted = say.delete_address(7, "e0act", address)
    assert decoded(ifaddrmsg, deleted).get_attr("IFA_LOCAL") == "2001:db8:1::1"
    assert errno.ENXIO in deleted.harmless
    assert say.read_address(deleted.body) == (7, address)


@given(st.binary(min_size=8, max_size=60))
def test_no_address_raises_from_its_reader(data: bytes) -> None:
    found = say.read_address(data)
    assert found is None or found[0] >= 0


def test_a_nic_hears_every_group_where_it_must() -> None:
    said = decoded(ifinfmsg, say.hear_groups(2, "eth0", all_of_them=True))
    assert (said["flags"], said["change"]) == (0x200, 0x200)
    assert decoded(ifinfmsg, say.hear_groups(2, "eth0", all_of_them=False))["flags"] == 0


def sums_up(frame: bytes) -> bool:
    """RFC 8200, 8.1: ends, length and protocol are covered too."""
    length, ends = frame[18:20], frame[22:54]
    return checksum(ends + b"\0\0" + length + b"\0\0\0\x3a" + frame[54:]) == 0


def test_an_ipv6_address_is_advertised_to_all_nodes_over_what_they_knew() -> None:
    (frame,) = announcement("e0act", MAC, IPv6Address("2001:db8:1::1")).frames
    mac, address = bytes.fromhex(MAC.replace(":", "")), IPv6Address("2001:db8:1::1").packed
    assert frame[:14] == bytes.fromhex("333300000001") + mac + b"\x86\xdd"
    assert frame[14:22] == bytes.fromhex("6000000000203aff")
    assert frame[22:54] == address + IPv6Address("ff02::1").packed
    assert frame[54:56] + frame[58:] == b"\x88\0" + b"\x20\0\0\0" + address + b"\2\1" + mac
    assert sums_up(frame)


def test_a_neighbour_is_solicited_by_the_group_it_is_in() -> None:
    ours, wanted = IPv6Address("fe80::1"), IPv6Address("2001:db8:1::12:3456")
    frame = discovery.solicitation(MAC, ours, wanted)
    mac = bytes.fromhex(MAC.replace(":", ""))
    assert frame[:12] == bytes.fromhex("3333ff123456") + mac
    assert frame[22:54] == ours.packed + IPv6Address("ff02::1:ff12:3456").packed
    assert frame[54:56] + frame[58:] == b"\x87\0" + bytes(4) + wanted.packed + b"\1\1" + mac
    assert sums_up(frame)
    nameless = discovery.solicitation(MAC, discovery.NOBODY, wanted)
    assert nameless[58:] == bytes(4) + wanted.packed, "nobody learns the MAC from it"
    assert sums_up(nameless)


def test_a_link_local_address_is_made_of_the_mac() -> None:
    assert str(link_local("00:06:5b:01:00:00")) == "fe80::206:5bff:fe01:0/64"
