"""The LAN failover link's driver on real NICs: a veth pair between two network namespaces."""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Callable
from ipaddress import IPv4Interface
from pathlib import Path
from typing import Any

import pytest
from wire_samples import hello, segment

from firmware.core.failover.events import BadFrameReceived, Event, FrameReceived
from firmware.core.wire.bodies import LAN
from firmware.core.wire.link import BAD_FRAMES_TOLD, FIRST_TRY_NS
from firmware.drivers.lan_link import PORT, LanLink

pytestmark = pytest.mark.own_namespace
Lab = Callable[[], Any]
PATIENCE_S = 10
LEFT, RIGHT = IPv4Interface("10.0.0.1/24"), IPv4Interface("10.0.0.2/24")


def address(lab: Any, unit: str, interface: IPv4Interface) -> LanLink:
    """A unit's driver with its address in place."""
    with lab.at(unit):
        ip(f"addr add {interface} brd + dev eth1")
        return LanLink("eth1", interface)


def ip(words: str) -> None:
    assert os.spawnlp(os.P_WAIT, "ip", "ip", *words.split()) == 0, words


def heard(link: LanLink, enough: int = 1) -> list[Event]:
    events: list[Event] = []
    while len(events) < enough:
        assert select.select([link], [], [], PATIENCE_S)[0], (events, link.trouble)
        events += link.receive()
    return events


def silent(link: LanLink) -> bool:
    return not select.select([link], [], [], 0)[0]


def test_units_hear_each_other_but_not_themselves(two_units: Lab) -> None:
    lab = two_units()
    left, right = address(lab, "left", LEFT), address(lab, "right", RIGHT)
    left.send(hello(1))
    assert heard(right) == [FrameReceived(LAN, hello(1))]
    right.send(hello(2))
    assert heard(left) == [FrameReceived(LAN, hello(2))]  # hello(1) did not come back to it
    assert silent(right)
    assert (left.counts.sent, left.counts.frames, left.trouble) == (1, 1, "")


def test_no_arp_is_needed(two_units: Lab) -> None:
    lab = two_units()
    left, right = address(lab, "left", LEFT), address(lab, "right", RIGHT)
    left.send(hello())
    heard(right)
    with lab.at("left"):
        assert len(Path("/proc/thread-self/net/arp").read_text().splitlines()) == 1


def test_two_units_with_one_address_hear_each_other(two_units: Lab) -> None:
    lab = two_units()
    left, right = address(lab, "left", LEFT), address(lab, "right", LEFT)
    with lab.at("right"):
        Path("/proc/thread-self/root/proc/sys/net/ipv4/conf/eth1/accept_local").write_text("1")
    left.send(hello(1))
    assert heard(right) == [FrameReceived(LAN, hello(1))]


@pytest.mark.parametrize("prefix", [31, 32])
def test_a_subnet_without_a_broadcast_address_works(two_units: Lab, prefix: int) -> None:
    lab = two_units()
    left = address(lab, "left", IPv4Interface(f"10.0.0.0/{prefix}"))
    right = address(lab, "right", IPv4Interface(f"10.0.0.1/{prefix}"))
    with lab.at("right"):
        ip("route replace 10.0.0.0/32 dev eth1")  # the source must be reachable
    left.send(hello(1))
    assert heard(right) == [FrameReceived(LAN, hello(1))]


def test_a_nic_that_goes_down_and_up_is_survived(two_units: Lab) -> None:
    lab = two_units()
    left, right = address(lab, "left", LEFT), address(lab, "right", RIGHT)
    with lab.at("left"):
        ip("link set eth1 down")
    left.send(hello(1))
    assert left.counts.dropped == 1
    assert "eth1 10.0.0.1/24" in left.trouble
    with lab.at("left"):
        ip("link set eth1 up")
    left.send(hello(2))
    assert heard(right) == [FrameReceived(LAN, hello(2))]
    assert left.trouble == ""


def test_an_address_that_comes_later_is_waited_for(two_units: Lab) -> None:
    lab = two_units()
    right = address(lab, "right", RIGHT)
    with lab.at("left"):
        ip("addr add 192.0.2.1/24 dev eth0")  # must never be used as the source
        left = LanLink("eth1", LEFT)
        left.send(hello(1))
        assert left.counts.dropped == 1
        ip(f"addr add {LEFT} brd + dev eth1")
    left.send(hello(2))
    assert heard(right) == [FrameReceived(LAN, hello(2))]


def test_a_nic_that_is_missing_is_tried_again_and_a_new_one_found(two_units: Lab) -> None:
    lab = two_units()
    right = address(lab, "right", RIGHT)
    left = address(lab, "left", LEFT)
    fd = left.fileno()
    left.pump(0)
    with lab.at("left"):
        ip("link del eth1")
    left.send(hello(1))
    assert left.next_due_ns() == FIRST_TRY_NS
    with lab.at("left"):
        left.pump(FIRST_TRY_NS)
    assert left.next_due_ns() == FIRST_TRY_NS * 3
    right.close()
    lab.wire("eth1")
    right = address(lab, "right", RIGHT)
    with lab.at("left"):
        ip(f"addr add {LEFT} brd + dev eth1")
        left.pump(FIRST_TRY_NS * 3)
    assert (left.next_due_ns(), left.counts.opened, left.fileno()) == (None, 2, fd)
    left.send(hello(2))
    assert heard(right) == [FrameReceived(LAN, hello(2))]
    right.send(hello(3))
    assert heard(left) == [FrameReceived(LAN, hello(3))]


def test_noise_is_bounded_and_a_truncated_frame_is_none(two_units: Lab) -> None:
    lab = two_units()
    left, right = address(lab, "left", LEFT), address(lab, "right", RIGHT)
    with lab.at("left"):
        stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    for size in range(40):
        stranger.sendto(bytes(size * 37), ("10.0.0.255", PORT))
    left.send(segment(1, 1200))
    events = []
    while FrameReceived(LAN, segment(1, 1200)) not in events:
        events += heard(right)
    bad = [event for event in events if isinstance(event, BadFrameReceived)]
    assert right.counts.bad_frames == 40
    assert len(bad) >= BAD_FRAMES_TOLD
    stranger.close()


def test_a_notice_leaves_without_the_driver_and_holds_no_port(two_units: Lab) -> None:
    lab = two_units()
    left, right = address(lab, "left", LEFT), address(lab, "right", RIGHT)
    with lab.at("left"):
        route = left.notice(hello(9))
    assert route is not None
    assert route.address is not None
    handed_over = socket.socket(fileno=os.dup(route.fd))
    left.close()
    handed_over.sendto(route.data, route.address)
    assert heard(right) == [FrameReceived(LAN, hello(9))]
    with lab.at("left"):
        restarted = LanLink("eth1", LEFT)
    assert restarted.trouble == ""
    handed_over.close()


def test_a_window_of_segments_fits_the_receivers_buffer(two_units: Lab) -> None:
    lab = two_units()
    left, right = address(lab, "left", LEFT), address(lab, "right", RIGHT)
    for number in range(64):  # both windows' worth, while the receiver sleeps
        left.send(segment(number, 1200))
    assert len(heard(right, 64)) == 64
