"""What the interface tests ask, as a wire and a real host see it, and what is heard of it. IT-2."""

from __future__ import annotations

import select
import socket
from dataclasses import replace
from ipaddress import IPv4Interface

import pytest

from dataplane.rig import STANDBY_MACS, Rig, batch, ip, on_rig, plan
from dataplane.wire import Capture, Frame
from firmware.core.failover.effects import (
    AskNeighbour,
    DataPlan,
    ListenForActivity,
    Persona,
    PingBroadcast,
)
from firmware.core.failover.events import ActivityHeard
from firmware.core.wire.internet import checksum
from firmware.drivers.netlink import DataPlane, InterfaceTests
from firmware.drivers.netlink.asking import newest
from firmware.drivers.netlink.messages import Neighbour

OUTSIDE = plan().personas[0]
BASE = "06:50:54:00:0b:00"  # unit-b's
HOST, HOST_MAC = "172.16.1.3", "02:00:00:00:00:03"
BROADCAST = bytes.fromhex("0800f7fe00000001")  # an echo request
OTHER = "172.16.1.9"  # nobody


class Standby:
    """unit-b, with a host that it may know, and an ear on its outside NIC."""

    def __init__(
        self, rig: Rig, wanted: DataPlan | None = None, persona: Persona = OUTSIDE
    ) -> None:
        self.rig, self.persona = rig, persona
        with rig.inside("unit-a"):
            write("ipv6/conf/all/disable_ipv6", 1)  # nobody speaks of his own accord
        batch("outside", ["link set eth0 address " + HOST_MAC])
        self.plane: DataPlane = rig.prepared("unit-b", wanted)
        with rig.inside("unit-b"):
            burned_in = self.plane.burned_in_macs()
            self.tests = InterfaceTests({"Ethernet0": "eth0"}, burned_in, self.plane.serves)
        self.capture = Capture(rig)

    def knows(self, *entries: str) -> None:
        batch("unit-b", [f"neigh replace {entry} dev e0stby" for entry in entries])

    def asks(self, turn: int = 0, persona: Persona | None = None, *, holding: bool = False) -> None:
        self._do(AskNeighbour("Ethernet0", persona or self.persona, holding, turn))

    def pings(self, persona: Persona | None = None, *, holding: bool = False) -> None:
        self._do(PingBroadcast("Ethernet0", persona or self.persona, holding))

    def hears(self) -> bool:
        """Whether anything that counts comes within a fifth of a second."""
        heard = select.select([self.tests], [], [], 0.2)[0]
        return bool(heard) and self.tests.receive() == [ActivityHeard("Ethernet0")]

    def said(self, source: str) -> list[Frame]:
        """What came from unit-b by that MAC since the last look, but for greetings."""
        return [
            f
            for f in self.capture.frames()
            if f.sent and f.port == "unit-b-out" and f.source == source and not f.gratuitous
        ]

    def close(self) -> None:
        self.tests.close()

    def _do(self, question: AskNeighbour | PingBroadcast) -> None:
        """Listen, then ask; who is known is looked up aside."""
        self.capture.frames()
        for verb in (ListenForActivity("Ethernet0", self.persona, question.holding), question):
            self.tests.do(verb)
        with self.rig.inside("unit-b"):
            self.tests.pump(0)
        if isinstance(question, AskNeighbour):
            while self.tests.next_due_ns() is None:
                assert select.select([self.tests], [], [], 10)[0]
                assert self.tests.receive() == []
            self.tests.pump(0)


def asked(frame: Frame) -> tuple[str, str, str]:
    """Of an ARP request: sender's address, target's address, destination MAC."""
    sender, target = frame.data[28:32], frame.data[38:42]
    assert frame.data[22:28] == frame.data[6:12], "the sender's MAC, inside and outside"
    return socket.inet_ntoa(sender), socket.inet_ntoa(target), frame.data[:6].hex(":")


def test_the_last_confirmed_is_asked_first() -> None:
    def entry(last: int, confirmed: float) -> Neighbour:
        return Neighbour(bytes((172, 16, 1, last)), bytes(6), confirmed)

    known = (
        entry(9, 500.0),
        entry(1, 0.0),  # the pair's own addresses
        entry(4, 0.01),
        entry(7, 20.5),
        entry(8, 20.0),
        Neighbour(bytes((192, 168, 2, 2)), bytes(6), 0.0),  # of another network
    )
    assert [n.address[3] for n in newest(OUTSIDE, known)] == [8, 7, 9]
    assert [n.address[3] for n in newest(replace(OUTSIDE, standby=None), known)] == [4, 8, 7, 9]


@on_rig
def test_a_neighbour_answers_and_is_heard(rig: Rig) -> None:
    standby = Standby(rig)
    # Stale ones were confirmed long ago, whatever was done to them last.
    standby.knows(
        f"{HOST} lladdr {HOST_MAC} nud reachable", f"{OTHER} lladdr 02:00:00:00:00:09 nud stale"
    )
    standby.asks(turn=0)
    assert standby.hears()
    assert [asked(f) for f in standby.said(STANDBY_MACS[0])] == [
        ("172.16.1.4", HOST, "ff:ff:ff:ff:ff:ff")
    ]
    standby.asks(turn=1)
    assert not standby.hears()
    assert [asked(f)[1] for f in standby.said(STANDBY_MACS[0])] == [OTHER]
    standby.asks(turn=2)
    assert not standby.hears()
    assert standby.said(STANDBY_MACS[0]) == []
    standby.close()


@on_rig
def test_a_unit_without_personas_asks_from_its_base_whom_it_knew(rig: Rig) -> None:
    standby = Standby(rig)
    standby.knows(f"{HOST} lladdr {HOST_MAC} nud reachable")
    standby.asks()
    assert standby.hears()
    batch("unit-b", ["link set e0stby down"])
    assert not ip("unit-b", "neigh"), "the kernel has forgotten"
    before = rig.hosts_arp()
    standby.asks()
    assert standby.hears()
    assert [asked(f)[:2] for f in standby.said(BASE)] == [("0.0.0.0", HOST)]
    assert rig.hosts_arp() == before, "nobody learns an address from it"
    standby.close()


@on_rig
def test_what_was_asked_in_another_role_is_not_said(rig: Rig) -> None:
    standby = Standby(rig)
    standby.knows(f"{HOST} lladdr {HOST_MAC} nud reachable")
    standby.asks(holding=True)
    standby.pings(holding=True)
    assert standby.capture.sources() & {("unit-b", OUTSIDE.active_mac), ("unit-b", BASE)} == set()
    standby.close()


@on_rig
def test_an_active_unit_asks_from_its_active_persona(rig: Rig) -> None:
    standby = Standby(rig)
    standby.plane.assume()
    batch("unit-b", [f"neigh replace {HOST} lladdr {HOST_MAC} dev e0act nud reachable"])
    standby.asks(holding=True)
    standby.pings(holding=True)
    said = [f for f in standby.said(OUTSIDE.active_mac) if f.echo_request]
    assert [socket.inet_ntoa(f.data[26:30]) for f in said] == ["172.16.1.1"]
    standby.close()


@pytest.mark.parametrize("answers", [True, False])
def test_a_broadcast_ping_is_heard_where_hosts_answer_it(answers: bool) -> None:
    @on_rig
    def played(rig: Rig) -> None:
        standby = Standby(rig)
        with rig.inside("outside"):
            ignore_broadcasts(not answers)
        # Else the host's question for our MAC would be what is heard.
        batch("outside", [f"neigh replace 172.16.1.4 lladdr {STANDBY_MACS[0]} dev eth0"])
        standby.pings()
        assert standby.hears() is answers
        (request,) = [f for f in standby.said(STANDBY_MACS[0]) if f.echo_request]
        assert request.data[:6] == b"\xff" * 6
        assert socket.inet_ntoa(request.data[26:30]) == "172.16.1.4"
        assert socket.inet_ntoa(request.data[30:34]) == "172.16.1.255"
        assert (checksum(request.data[14:34]), checksum(request.data[34:])) == (0, 0)
        standby.close()

    played()


def ignore_broadcasts(yes: bool) -> None:
    write("ipv4/icmp_echo_ignore_broadcasts", int(yes))


def write(setting: str, value: int) -> None:
    with open(f"/proc/sys/net/{setting}", "w") as file:
        file.write(str(value))


@on_rig
def test_a_host_that_must_find_the_dropped_persona_first_is_heard(rig: Rig) -> None:
    standby = Standby(rig)
    with rig.inside("outside"):
        ignore_broadcasts(False)
    batch("unit-b", ["link set e0stby down"])
    standby.pings()
    assert standby.hears()
    assert [f.echo_request for f in standby.said(BASE)] == [True]
    standby.pings(replace(OUTSIDE, standby=None))
    assert standby.said(BASE) == [], "without an address there is nobody to answer to"
    standby.close()


@on_rig
def test_a_network_of_two_is_pinged_all_the_same(rig: Rig) -> None:
    standby = Standby(rig)
    two = replace(
        OUTSIDE, active=IPv4Interface("172.16.1.4/31"), standby=IPv4Interface("172.16.1.5/31")
    )
    standby.pings(two)
    (request,) = standby.said(STANDBY_MACS[0])
    assert socket.inet_ntoa(request.data[30:34]) == "255.255.255.255"
    standby.close()


@on_rig
def test_a_unit_never_answers_a_broadcast_ping(rig: Rig) -> None:
    for unit in ("unit-a", "unit-b"):
        with rig.inside(unit):
            ignore_broadcasts(False)
    active, standby = rig.prepared("unit-a"), Standby(rig)
    active.assume()
    standby.pings()
    with rig.socket("outside", socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as host:
        host.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        host.sendto(BROADCAST, ("172.16.1.255", 0))
    assert rig.ping("outside", "172.16.1.1"), "each by itself it does answer"
    assert rig.ping("outside", "172.16.1.4")
    replies = [f.data for f in standby.capture.frames() if f.sent and f.echo_reply]
    assert {socket.inet_ntoa(data[30:34]) for data in replies} == {HOST}
    assert {socket.inet_ntoa(data[26:30]) for data in replies} == {"172.16.1.1", "172.16.1.4"}
    assert not [data for data in replies if data[38:42] == BROADCAST[4:8]], "to the broadcast"
    standby.close()


@on_rig
def test_without_a_lease_nothing_is_asked_from_the_active_mac(rig: Rig) -> None:
    standby = Standby(rig)
    standby.plane.assume()
    batch("unit-b", [f"neigh replace {HOST} lladdr {HOST_MAC} dev e0act nud reachable"])
    standby.plane.lease.end()
    standby.asks(holding=True)
    standby.pings(holding=True)
    assert standby.said(OUTSIDE.active_mac) == []
    assert standby.tests.counts.unsent == 2
    standby.close()


@on_rig
def test_what_cannot_be_said_is_counted(rig: Rig) -> None:
    standby = Standby(rig)
    batch("unit-b", ["link del eth0"])
    standby.tests.do(PingBroadcast("Ethernet0", OUTSIDE, False))
    standby.tests.pump(0)
    assert standby.tests.counts.unsent == 1
    standby.close()
