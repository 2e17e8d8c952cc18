"""What an interface with IPv6 alone asks, as a wire and a real host have it. IT-3."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv6Address, IPv6Interface

from dataplane.rig import ACTIVE_MACS, STANDBY_MACS, Rig, batch, ip, on_rig, plan
from dataplane.test_interface_questions import BASE, HOST_MAC, Standby
from dataplane.test_ipv6 import ACTIVE, HOST, NOBODY, STANDBY, wanted
from dataplane.wire import Frame
from firmware.core.link_local import link_local
from firmware.drivers.netlink.asking import newest
from firmware.drivers.netlink.messages import Neighbour

OUTSIDE = wanted().personas[0]
GROUP = "33:33:ff:00:00:03"  # of all whose address ends like the host's
REQUEST, ASKED = 128, 135  # of ICMPv6


def standby_of(rig: Rig) -> Standby:
    """unit-b with IPv6 alone on its outside interface, and a host that has it too."""
    found = Standby(rig, wanted(), OUTSIDE)
    rig.speak_ipv6("outside", f"{HOST}/64")
    found.capture.until_quiet()  # it says which groups it has joined, twice
    return found


def kinds(frames: list[Frame], kind: int) -> list[Frame]:
    return [f for f in frames if f.data[12:14] == b"\x86\xdd" and f.data[54] == kind]


def asked(frame: Frame) -> tuple[str, str, str]:
    """Of a solicitation: sender's address, target's address, destination MAC."""
    sender, target = IPv6Address(frame.data[22:38]), IPv6Address(frame.data[62:78])
    return str(sender), str(target), frame.data[:6].hex(":")


def test_the_last_confirmed_is_asked_first_and_never_the_pair() -> None:
    def entry(address: str, confirmed: float) -> Neighbour:
        return Neighbour(IPv6Address(address).packed, bytes(6), confirmed)

    pair = [ACTIVE, STANDBY, *(str(link_local(m[0]).ip) for m in (ACTIVE_MACS, STANDBY_MACS))]
    known = (
        entry("2001:db8:1::9", 500.0),
        *(entry(address, 0.0) for address in pair),
        entry("fe80::7", 20.5),
        entry("2001:db8:1::8", 20.0),
        entry("2001:db8:77::1", 0.0),  # of another network
    )
    found = [str(IPv6Address(n.address)) for n in newest(OUTSIDE, known)]
    assert found == ["2001:db8:1::8", "fe80::7", "2001:db8:1::9"]


@on_rig
def test_a_neighbour_that_is_solicited_answers_and_is_heard(rig: Rig) -> None:
    standby = standby_of(rig)
    standby.knows(
        f"{HOST} lladdr {HOST_MAC} nud reachable", f"{NOBODY} lladdr 02:00:00:00:00:09 nud stale"
    )
    standby.asks(turn=0)
    assert standby.hears()
    ours = str(link_local(STANDBY_MACS[0]).ip)
    (question,) = kinds(standby.said(STANDBY_MACS[0]), ASKED)
    assert asked(question) == (ours, HOST, GROUP)
    standby.asks(turn=1)
    assert not standby.hears()
    (question,) = kinds(standby.said(STANDBY_MACS[0]), ASKED)
    assert asked(question)[1] == NOBODY
    standby.asks(turn=2)
    assert not standby.hears()
    assert kinds(standby.said(STANDBY_MACS[0]), ASKED) == []
    standby.close()


@on_rig
def test_a_unit_without_personas_solicits_from_its_base_and_nobody_learns_it(rig: Rig) -> None:
    standby = standby_of(rig)
    standby.knows(f"{HOST} lladdr {HOST_MAC} nud reachable")
    standby.asks()
    assert standby.hears()
    batch("unit-b", ["link set e0stby down"])
    before = ip("outside", "-6", "neigh")
    standby.asks()
    assert standby.hears()
    assert [asked(f) for f in kinds(standby.said(BASE), ASKED)] == [("::", HOST, GROUP)]
    known = {n["dst"] for n in ip("outside", "-6", "neigh")}
    assert known <= {n["dst"] for n in before}
    standby.close()


@on_rig
def test_hosts_answer_a_ping_of_all_nodes_and_are_heard(rig: Rig) -> None:
    standby = standby_of(rig)
    ours = link_local(STANDBY_MACS[0]).ip
    # Else the host's question for our MAC would be what is heard.
    batch("outside", [f"neigh replace {ours} lladdr {STANDBY_MACS[0]} dev eth0"])
    standby.pings()
    assert standby.hears()
    (request,) = kinds(standby.said(STANDBY_MACS[0]), REQUEST)
    assert request.data[:6] == bytes.fromhex("333300000001")
    assert IPv6Address(request.data[22:38]) == ours
    assert IPv6Address(request.data[38:54]) == IPv6Address("ff02::1")
    standby.close()


@on_rig
def test_the_mate_neither_answers_nor_counts(rig: Rig) -> None:
    active = rig.prepared("unit-a", wanted())
    active.assume()
    standby = Standby(rig, wanted(), OUTSIDE)  # no host speaks IPv6
    standby.capture.until_quiet()
    standby.pings()
    assert not standby.hears()
    assert len(kinds(standby.said(STANDBY_MACS[0]), REQUEST)) == 1
    # Nor does its answer to a solicitation, should its address be taken for a host's.
    stranger = replace(
        OUTSIDE, active6=IPv6Interface("2001:db8:1::77/64"), active_mac="02:00:00:00:00:77"
    )
    standby.knows(f"{ACTIVE} lladdr {ACTIVE_MACS[0]} nud reachable")
    standby.asks(persona=stranger)
    assert not standby.hears()
    (question,) = kinds(standby.said(STANDBY_MACS[0]), ASKED)
    assert asked(question)[1] == ACTIVE
    standby.close()


@on_rig
def test_without_a_standby_address_nobody_is_pinged(rig: Rig) -> None:
    standby = standby_of(rig)
    standby.pings(replace(OUTSIDE, standby6=None))
    assert kinds(standby.said(STANDBY_MACS[0]) + standby.said(BASE), REQUEST) == []
    standby.close()


@on_rig
def test_an_active_unit_asks_by_its_active_persona_and_only_with_a_lease(rig: Rig) -> None:
    standby = standby_of(rig)
    standby.plane.assume()
    batch("unit-b", [f"neigh replace {HOST} lladdr {HOST_MAC} dev e0act nud reachable"])
    standby.asks(holding=True)
    standby.pings(holding=True)
    said = standby.said(ACTIVE_MACS[0])
    ours = link_local(ACTIVE_MACS[0]).ip
    assert {IPv6Address(f.data[22:38]) for f in kinds(said, REQUEST)} == {ours}
    standby.plane.lease.end()
    standby.pings(holding=True)
    assert standby.said(ACTIVE_MACS[0]) == []
    standby.close()


@on_rig
def test_where_there_is_ipv4_too_it_is_what_is_asked_by(rig: Rig) -> None:
    outside, inside = wanted().personas
    both = replace(outside, active=plan().personas[0].active, standby=plan().personas[0].standby)
    standby = Standby(rig, plan(personas=(both, inside), routes=()), both)
    standby.pings()
    said = standby.said(STANDBY_MACS[0])
    assert [f.echo_request for f in said if f.data[12:14] == b"\x08\x00"] == [True]
    assert kinds(said, REQUEST) == []
    standby.close()
