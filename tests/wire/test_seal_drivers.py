"""Where an unreadable frame came from decides what it is: on real NICs, in two namespaces."""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from wire_samples import HEADER, hello

from firmware.core.failover.effects import SendFrame
from firmware.core.failover.events import (
    BadFrameReceived,
    Event,
    FrameReceived,
    FrameUnreadable,
)
from firmware.core.settings import DataInterface, FailoverLink, Identity, Mode, Settings
from firmware.core.wire import seal
from firmware.core.wire.bodies import LAN, Frame, Header, Probe
from firmware.core.wire.seal import Seals
from firmware.drivers.lan_link import PORT, LanLink
from firmware.drivers.raw_ethernet import RawEthernet
from firmware.processes.channels import Channels
from firmware.processes.clock import now_ns

pytestmark = pytest.mark.own_namespace
Lab = Callable[[], Any]
PATIENCE_S = 10
LEFT, RIGHT = IPv4Interface("10.0.0.1/24"), IPv4Interface("10.0.0.2/24")
NICS = {"Ethernet0": "eth0"}
OURS, ANOTHER = b"\1" * seal.KEY_BYTES, b"\2" * seal.KEY_BYTES


def seals(key: bytes | None) -> Seals:
    made = Seals(ChaCha20Poly1305, InvalidTag)
    made.use(key, from_mate=False, now_ms=0, hold_ms=1)
    return made


def ip(words: str) -> None:
    assert os.spawnlp(os.P_WAIT, "ip", "ip", *words.split()) == 0, words


def heard(link: LanLink | RawEthernet) -> list[Event]:
    events: list[Event] = []
    while not events:
        assert select.select([link], [], [], PATIENCE_S)[0]
        events += link.receive()
    return events


def lan(lab: Any, unit: str, key: bytes | None) -> LanLink:
    own, mate = (LEFT, RIGHT) if unit == "left" else (RIGHT, LEFT)
    with lab.at(unit):
        ip(f"addr add {own} brd + dev eth1")
        return LanLink("eth1", own, seals(key), mate.ip)


@pytest.mark.parametrize("key", [ANOTHER, None], ids=["another key", "no key"])
def test_by_the_failover_link_the_mates_address_tells(two_units: Lab, key: bytes | None) -> None:
    lab = two_units()
    left, right = lan(lab, "left", OURS), lan(lab, "right", key)
    right.send(hello())
    assert heard(left) == [FrameUnreadable(LAN, serves=False)]
    left.send(Frame(HEADER, Probe(1)))
    assert heard(right) == [FrameUnreadable(LAN, probe=True)]
    assert (left.counts.unreadable, left.counts.bad_frames) == (1, 0)


def test_a_mate_of_our_own_address_is_taken_for_one_that_serves(two_units: Lab) -> None:
    """Given one identity, and two keys, both wait: neither may go by the other's claim."""
    lab = two_units()
    drivers = []
    for unit, key in (("left", OURS), ("right", ANOTHER)):
        with lab.at(unit):
            ip(f"addr add {LEFT} brd + dev eth1")
            conf = "/proc/thread-self/root/proc/sys/net/ipv4/conf/eth1/accept_local"
            Path(conf).write_text("1")
            drivers.append(LanLink("eth1", LEFT, seals(key), RIGHT.ip))
    drivers[1].send(hello())
    assert heard(drivers[0]) == [FrameUnreadable(LAN, serves=True)]


def test_a_strangers_sealed_frame_on_the_link_is_just_bad(two_units: Lab) -> None:
    lab = two_units()
    left = lan(lab, "left", OURS)
    with lab.at("right"):
        ip("addr add 10.0.0.77/24 brd + dev eth1")
        stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    stranger.sendto(seals(ANOTHER).encode(hello()), ("10.0.0.255", PORT))
    stranger.close()
    assert heard(left) == [BadFrameReceived(LAN, seal.WRONG_SEAL)]
    assert (left.counts.unreadable, left.counts.bad_frames) == (0, 1)


def test_one_key_is_heard_and_the_notice_is_sealed(two_units: Lab) -> None:
    lab = two_units()
    left, right = lan(lab, "left", OURS), lan(lab, "right", OURS)
    left.send(hello())
    assert heard(right) == [FrameReceived(LAN, hello())]
    route = left.notice(hello())
    assert route is not None
    assert route.data == seals(OURS).encode(hello())


def test_by_a_data_interface_the_mac_it_was_understood_from_tells(two_units: Lab) -> None:
    lab = two_units()
    with lab.at("left"):
        left = RawEthernet(NICS, seals(OURS))
    with lab.at("right"):
        good, bad = RawEthernet(NICS, seals(OURS)), RawEthernet(NICS, seals(ANOTHER))
    bad.send("Ethernet0", hello())
    assert heard(left) == [BadFrameReceived("Ethernet0", seal.WRONG_SEAL)]  # it may be anybody
    left.send("Ethernet0", Frame(Header(1, boot=HEADER.echo, echo=0), hello().body))
    good.send("Ethernet0", hello())  # echoes what left has just said of itself
    assert heard(left) == [FrameReceived("Ethernet0", hello())]
    bad.send("Ethernet0", hello())
    assert heard(left) == [FrameUnreadable("Ethernet0", serves=False)]
    with lab.at("right"):
        ip("link set eth0 address 02:00:00:00:00:99")
    bad.send("Ethernet0", hello())
    assert heard(left) == [BadFrameReceived("Ethernet0", seal.WRONG_SEAL)]


def test_a_units_channels_seal_what_they_say_with_the_key_of_its_settings(two_units: Lab) -> None:
    lab = two_units()
    keyed = Settings(
        mode=Mode.LAN,
        lan_identity=Identity.PRIMARY,
        failover_link=FailoverLink(
            name="failover",
            physical="Ethernet3",
            primary=IPv4Interface("10.1.0.1/24"),
            secondary=IPv4Address("10.1.0.2"),
        ),
        interfaces=(
            DataInterface(physical="Ethernet0", name="outside", active=None, standby=None),
        ),
    )
    with lab.at("left"):
        ip("addr add 10.1.0.1/24 brd + dev eth1")
        left = Channels({"Ethernet0": "eth0", "Ethernet3": "eth1"}, None)
        left.apply(replace(keyed, key=OURS))
    with lab.at("right"):
        ip("addr add 10.1.0.2/24 brd + dev eth1")
        by_link = LanLink("eth1", IPv4Interface("10.1.0.2/24"), seals(OURS))
        by_data = RawEthernet(NICS, seals(OURS))
    left.send(SendFrame(LAN, hello()))
    left.send(SendFrame("Ethernet0", hello()))
    assert heard(by_link) == [FrameReceived(LAN, hello())]
    assert heard(by_data) == [FrameReceived("Ethernet0", hello())]
    routes = left.opened()
    left.apply(replace(keyed, key=ANOTHER, key_from_mate=True))
    assert left.opened() > routes  # what the supervisor would say is sealed with the old key
    left.send(SendFrame(LAN, hello()))
    assert heard(by_link) == [BadFrameReceived(LAN, seal.WRONG_SEAL)]
    by_link.send(hello())
    by_data.send("Ethernet0", hello())
    lan_driver = next(d for d in left.drivers() if isinstance(d, LanLink))
    assert heard(lan_driver) == [FrameReceived(LAN, hello())]  # the old key is still read
    left.pump(now_ns() + (seal.PATIENCE_LEAST_MS + 2 * keyed.hold_unit_ms) * 1_000_000)
    by_link.send(hello())
    assert heard(lan_driver) == [FrameUnreadable(LAN, serves=False)]
    left.close()


def test_what_does_not_echo_this_boot_teaches_no_mac(two_units: Lab) -> None:
    lab = two_units()
    with lab.at("left"):
        left = RawEthernet(NICS, seals(OURS))
    with lab.at("right"):
        good, bad = RawEthernet(NICS, seals(OURS)), RawEthernet(NICS, seals(ANOTHER))
    left.send("Ethernet0", Frame(Header(1, boot=99, echo=0), hello().body))
    good.send("Ethernet0", hello())
    heard(left)
    bad.send("Ethernet0", hello())
    assert heard(left) == [BadFrameReceived("Ethernet0", seal.WRONG_SEAL)]
