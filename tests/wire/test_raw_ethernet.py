"""Hellos on data interfaces, on real NICs: veth pairs between two network namespaces."""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wire_samples import hello

from firmware.core.failover.events import BadFrameReceived, Event, FrameReceived
from firmware.core.wire import frames
from firmware.core.wire.link import BAD_FRAMES_TOLD, FIRST_TRY_NS, HELLO_ETHERTYPE
from firmware.drivers.raw_ethernet import GROUP, RawEthernet

pytestmark = pytest.mark.own_namespace
Lab = Callable[[], Any]
PATIENCE_S = 10
NICS = {"Ethernet0": "eth0", "Ethernet1": "eth1"}
TYPE = HELLO_ETHERTYPE.to_bytes(2, "big")


def units(lab: Any) -> tuple[RawEthernet, RawEthernet]:
    with lab.at("left"):
        left = RawEthernet(NICS)
    with lab.at("right"):
        right = RawEthernet(NICS)
    return left, right


def ip(words: str) -> None:
    assert os.spawnlp(os.P_WAIT, "ip", "ip", *words.split()) == 0, words


def raw_socket(lab: Any, unit: str, nic: str, ethertype: int = 0) -> socket.socket:
    """Another program's: whole Ethernet frames in and out."""
    with lab.at(unit):
        made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        made.bind((nic, ethertype))
    made.settimeout(PATIENCE_S)
    return made


def heard(link: RawEthernet, enough: int = 1) -> list[Event]:
    events: list[Event] = []
    while len(events) < enough:
        assert select.select([link], [], [], PATIENCE_S)[0], (events, link.troubles())
        events += link.receive()
    return events


def test_each_nic_is_a_channel(two_units: Lab) -> None:
    lab = two_units()
    left, right = units(lab)
    left.send("Ethernet0", hello(1))
    assert heard(right) == [FrameReceived("Ethernet0", hello(1))]
    left.send("Ethernet1", hello(2))
    assert heard(right) == [FrameReceived("Ethernet1", hello(2))]
    right.send("Ethernet1", hello(3))
    assert heard(left) == [FrameReceived("Ethernet1", hello(3))]
    assert (left.counts.sent, left.counts.frames, right.counts.bad_frames) == (2, 1, 0)


def test_a_capture_sees_the_base_mac_as_it_is_now(two_units: Lab) -> None:
    lab = two_units()
    left, _ = units(lab)
    capture = raw_socket(lab, "right", "eth0", HELLO_ETHERTYPE)
    for mac in (lab.mac("left", "eth0"), "02:00:00:00:00:99"):
        with lab.at("left"):
            ip(f"link set eth0 address {mac}")
        left.send("Ethernet0", hello())
        data = capture.recv(2000)
        assert data[:14] == GROUP + bytes.fromhex(mac.replace(":", "")) + TYPE
        assert data[14:] == frames.encode(hello())
    capture.close()


def test_the_padding_of_short_frames_is_no_part_of_them(two_units: Lab) -> None:
    lab = two_units()
    _, right = units(lab)
    stranger = raw_socket(lab, "left", "eth0")
    stranger.send(GROUP + bytes(6) + TYPE + frames.encode(hello()) + b"\xee" * 46)
    assert heard(right) == [FrameReceived("Ethernet0", hello())]
    stranger.close()


def test_the_nic_is_asked_to_let_our_group_in(two_units: Lab) -> None:
    """A veth pair lets everything in; a real NIC's filter does not."""
    lab = two_units()
    _open = units(lab)
    with lab.at("left"):
        listed = Path("/proc/thread-self/net/dev_mcast").read_text()
    for nic in NICS.values():
        assert any(nic in line and GROUP.hex() in line for line in listed.splitlines()), listed


def test_other_ethertypes_do_not_wake_us(two_units: Lab) -> None:
    lab = two_units()
    _, right = units(lab)
    stranger = raw_socket(lab, "left", "eth0")
    for other in (0x0800, 0x0806, 0x88B6):
        stranger.send(GROUP + bytes(6) + other.to_bytes(2, "big") + frames.encode(hello()))
    stranger.send(GROUP + bytes(6) + TYPE + frames.encode(hello(5)))
    assert heard(right) == [FrameReceived("Ethernet0", hello(5))]
    stranger.close()


def test_strangers_and_noise_are_told_of_in_part_and_counted(two_units: Lab) -> None:
    lab = two_units()
    left, right = units(lab)
    stranger = raw_socket(lab, "left", "eth0")
    for size in range(40):
        stranger.send(GROUP + bytes(6) + TYPE + os.urandom(size * 30 + 1))
    left.send("Ethernet0", hello())
    rounds: list[list[Event]] = []
    while FrameReceived("Ethernet0", hello()) not in [event for one in rounds for event in one]:
        rounds.append(heard(right))
    for events in rounds:
        assert sum(isinstance(event, BadFrameReceived) for event in events) <= BAD_FRAMES_TOLD
    assert right.counts.bad_frames == 40
    stranger.close()


def test_personas_on_the_nic_do_not_hide_hellos(two_units: Lab) -> None:
    lab = two_units()
    left, right = units(lab)
    for unit in ("left", "right"):
        with lab.at(unit):
            ip("link add link eth0 name active type macvlan mode private")
            ip("link set active up")
    left.send("Ethernet0", hello())
    assert heard(right) == [FrameReceived("Ethernet0", hello())]


def test_a_nic_that_goes_down_and_up_is_survived(two_units: Lab) -> None:
    lab = two_units()
    left, right = units(lab)
    with lab.at("left"):
        ip("link set eth0 down")
    left.send("Ethernet0", hello(1))
    assert left.receive() == []
    assert "Ethernet0 (eth0)" in left.troubles()["Ethernet0"]
    with lab.at("left"):
        ip("link set eth0 up")
    left.send("Ethernet0", hello(2))
    assert heard(right) == [FrameReceived("Ethernet0", hello(2))]
    right.send("Ethernet0", hello(3))
    assert heard(left) == [FrameReceived("Ethernet0", hello(3))]
    assert (left.troubles(), left.counts.opened) == ({}, 2)


def test_a_nic_that_is_down_at_first_is_heard_once_it_is_up(two_units: Lab) -> None:
    lab = two_units()
    with lab.at("left"):
        ip("link set eth0 down")
    left, right = units(lab)
    assert left.receive() == []
    with lab.at("left"):
        ip("link set eth0 up")
    right.send("Ethernet0", hello(1))
    assert heard(left) == [FrameReceived("Ethernet0", hello(1))]


def test_a_nic_that_is_removed_is_found_again(two_units: Lab) -> None:
    lab = two_units()
    left, right = units(lab)
    left.pump(0)
    right.close()
    fd = left.fileno()
    with lab.at("left"):
        ip("link del eth0")
    assert select.select([left], [], [], PATIENCE_S)[0]
    while left.next_due_ns() is None:
        assert left.receive() == []
    left.send("Ethernet0", hello(1))
    left.send("Ethernet1", hello(1))  # the other NIC is not touched by it
    assert (left.counts.dropped, left.counts.sent) == (1, 1)
    with lab.at("left"):
        assert left.notice("Ethernet0", hello()) is None
        left.pump(FIRST_TRY_NS)
    assert left.next_due_ns() == FIRST_TRY_NS * 3
    lab.wire("eth0")
    with lab.at("right"):
        right = RawEthernet(NICS)
    with lab.at("left"):
        left.pump(FIRST_TRY_NS * 3)
    assert (left.next_due_ns(), left.fileno()) == (None, fd)
    right.send("Ethernet0", hello(2))
    assert heard(left) == [FrameReceived("Ethernet0", hello(2))]


def test_a_channel_that_this_unit_lacks_is_counted(two_units: Lab) -> None:
    lab = two_units()
    left, _ = units(lab)
    left.send("Ethernet7", hello())
    assert left.notice("Ethernet7", hello()) is None
    assert left.counts.dropped == 1


def test_a_notice_leaves_without_the_driver_and_hears_nothing(two_units: Lab) -> None:
    lab = two_units()
    left, right = units(lab)
    with lab.at("left"):
        route = left.notice("Ethernet1", hello(9))
        assert route is not None
        assert route.address is not None
        handed_over = socket.socket(fileno=os.dup(route.fd))
        left.close()
        handed_over.sendto(route.data, route.address)
    assert heard(right) == [FrameReceived("Ethernet1", hello(9))]
    right.send("Ethernet1", hello(10))
    assert not select.select([handed_over], [], [], 0)[0]
    handed_over.close()
