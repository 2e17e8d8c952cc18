"""The simulated switches and hosts: what passes, what a unit in a test hears, and what mends it."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Interface
from random import Random

import pytest

from controller.bench.simulated.clock import Schedule
from controller.bench.simulated.ethernet import EthernetLink
from controller.bench.simulated.listening import Listening
from controller.bench.simulated.unit import DataPlane
from controller.bench.world import (
    Behaviour,
    BpdusOnly,
    Condition,
    Cut,
    Drop,
    Flood,
    Hosts,
    Link,
    Storm,
    Unit,
    Worsen,
)
from firmware.core.failover import effects as fe
from firmware.core.failover import events as ev

P, S = Unit.PRIMARY, Unit.SECONDARY
INSIDE, NIC = Link.INSIDE, "Ethernet1"
STAGE_MS = 700
PERSONA = fe.Persona(
    physical=NIC,
    name="inside",
    active=IPv4Interface("192.168.1.1/24"),
    standby=IPv4Interface("192.168.1.2/24"),
    active_mac="00:06:5b:01:00:01",
    standby_mac="00:06:5b:02:00:01",
)


@dataclass
class Box:
    """As much of a unit as listens."""

    data: DataPlane
    powered: bool = True
    heard: list[ev.Event] = field(default_factory=list)

    def step(self, event: ev.Event) -> None:
        """Note it."""
        self.heard.append(event)


@dataclass
class Bench:
    """Switches, hosts and two boxes; the primary is active."""

    schedule: Schedule = field(default_factory=Schedule)
    chance: Random = field(default_factory=lambda: Random(1))
    dark: set[Unit] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.links = {link: EthernetLink(self.schedule, self.chance) for link in Link}
        self.units = {
            unit: Box(DataPlane(self.schedule, lambda: None, holding=unit is P)) for unit in Unit
        }
        self.listening = Listening(self)  # type: ignore[arg-type]

    def carrier(self, unit: Unit, physical: str) -> bool:
        """Unless the test says otherwise."""
        return unit not in self.dark

    def behave(self, how: Behaviour) -> None:
        """The inside host."""
        self.listening.behave(Hosts(INSIDE, how))

    def hears(self, unit: Unit, asks: str) -> bool:
        """Whether the unit, listening and asking that, hears somebody within a stage."""
        box = self.units[unit]
        box.heard.clear()
        self.listening.obey(unit, fe.ListenForActivity(NIC, PERSONA, box.data.holding))
        if asks == "arp":
            for turn in range(2):
                self.listening.obey(unit, fe.AskNeighbour(NIC, PERSONA, box.data.holding, turn))
        elif asks == "ping":
            self.listening.obey(unit, fe.PingBroadcast(NIC, PERSONA, box.data.holding))
        self.schedule.run(STAGE_MS * 1000)
        self.listening.obey(unit, fe.StopListening(NIC))
        assert box.heard in ([], [ev.ActivityHeard(NIC)]), box.heard
        return bool(box.heard)


@pytest.fixture
def bench() -> Bench:
    """Both units have pinged the host."""
    made = Bench()
    for unit in Unit:
        made.listening.pinged(unit, NIC, "192.168.1.10")
    return made


ANSWERS = {
    Behaviour.USUAL: {"arp"},
    Behaviour.QUIET: set(),
    Behaviour.ARP: {"arp"},
    Behaviour.PING: {"ping"},
    Behaviour.TALK: {"nothing", "arp", "ping"},
}


@pytest.mark.parametrize("how", ANSWERS)
@pytest.mark.parametrize("unit", list(Unit))
def test_hosts_answer_as_they_behave(bench: Bench, how: Behaviour, unit: Unit) -> None:
    bench.behave(how)
    assert {asks for asks in ("nothing", "arp", "ping") if bench.hears(unit, asks)} == ANSWERS[how]


def test_a_neighbour_that_was_never_asked_is_not_in_the_table() -> None:
    bench = Bench()
    assert not bench.hears(P, "arp")
    bench.listening.traffic = True
    assert bench.hears(P, "arp")


def test_the_second_newest_neighbour_is_asked_too(bench: Bench) -> None:
    bench.listening.pinged(S, NIC, "192.168.1.1")
    assert bench.hears(S, "arp")
    bench.listening.pinged(S, NIC, "192.168.1.77")
    assert not bench.hears(S, "arp")
    bench.listening.pinged(S, NIC, "192.168.1.10")
    assert bench.hears(S, "arp")
    bench.listening.forget(S)
    assert not bench.hears(S, "arp")


def test_with_traffic_the_active_unit_hears_it_and_the_standby_seldom_does(bench: Bench) -> None:
    bench.listening.traffic = True
    assert bench.hears(P, "nothing")
    heard = [bench.hears(S, "nothing") for _ in range(100)]
    assert 0 < sum(heard) < 30


# What is done to the link, whether the primary still hears what hosts say, and gets answers.
FAULTS = {
    "whole": (lambda link: None, True, True),
    "deaf": (lambda link: link.drop(Drop(INSIDE, P, toward=True)), False, False),
    "mute": (lambda link: link.drop(Drop(INSIDE, P, toward=False)), True, False),
    "the other's port": (lambda link: link.drop(Drop(INSIDE, S, toward=True)), True, True),
    "wrong VLAN": (lambda link: link.cut(Cut(INSIDE, off=P)), False, False),
    "between units": (lambda link: link.cut(Cut(INSIDE)), True, True),
    "BPDUs only": (lambda link: link.drop(BpdusOnly(INSIDE, P)), False, False),
    "hung switch": (lambda link: link.become(Condition.HANGS), False, False),
    "no power": (lambda link: link.become(Condition.OFF), False, False),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_a_fault_leaves_to_hear(bench: Bench, fault: str) -> None:
    do, hears, answered = FAULTS[fault]
    link = bench.links[INSIDE]
    do(link)
    assert bench.hears(P, "arp") is answered
    bench.behave(Behaviour.TALK)
    assert bench.hears(P, "nothing") is hears
    link.mend()
    link.become(Condition.ON)
    assert bench.hears(P, "nothing")


PASSES = {
    "whole": {P, S},
    "deaf": {P},
    "mute": {S},
    "the other's port": {S},
    "wrong VLAN": set(),
    "between units": set(),
    "BPDUs only": set(),
    "hung switch": set(),
    "no power": set(),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_a_fault_leaves_of_the_pairs_frames(bench: Bench, fault: str) -> None:
    link = bench.links[INSIDE]
    FAULTS[fault][0](link)
    assert {unit for unit in Unit if link.passes(unit)} == PASSES[fault]


def test_spanning_tree_keeps_a_port_that_came_up_silent_for_twice_its_delay(bench: Bench) -> None:
    link = bench.links[INSIDE]
    link.forward_delay_us = 2_000_000
    bench.behave(Behaviour.TALK)
    assert bench.hears(P, "nothing")  # up before spanning tree, and goes on
    link.came_up(P)
    assert not bench.hears(P, "nothing")
    assert bench.hears(S, "nothing")
    assert not link.passes(P)
    bench.schedule.run(4_000_000)
    assert bench.hears(P, "nothing")
    assert link.passes(P)


def test_a_switch_that_starts_with_spanning_tree_carries_nothing_at_first(bench: Bench) -> None:
    link = bench.links[INSIDE]
    link.forward_delay_us = 2_000_000
    bench.behave(Behaviour.TALK)
    link.become(Condition.HANGS)
    link.become(Condition.ON)
    bench.schedule.run(3_900_000)
    assert not link.passes(S)
    assert not link.host_there()
    bench.schedule.run(200_000)
    assert link.passes(S)
    assert bench.hears(S, "nothing")


@pytest.mark.parametrize("unit", list(Unit))
def test_a_storm_is_heard_while_it_lasts(bench: Bench, unit: Unit) -> None:
    bench.listening.storm(Storm(INSIDE, Flood.ARP, 300))
    assert bench.hears(unit, "nothing")
    bench.schedule.run(300_000)
    assert not bench.hears(unit, "nothing")


def test_nothing_is_heard_without_carrier(bench: Bench) -> None:
    bench.behave(Behaviour.TALK)
    bench.dark.add(P)
    assert not bench.hears(P, "nothing")
    assert bench.hears(S, "nothing")


def arrivals(link: EthernetLink, count: int = 200) -> list[tuple[int, bytes]]:
    """What comes of so many numbered frames said a millisecond apart, and when."""
    found: list[tuple[int, bytes]] = []
    for number in range(count):
        said = number.to_bytes(2)
        link.carry(P, said, lambda _, frame: found.append((link.schedule.now_us, frame)))  # type: ignore[arg-type]
        link.schedule.run(1000)
    link.schedule.run(1_000_000)
    return found


def numbers(found: list[tuple[int, bytes]]) -> list[int]:
    return [int.from_bytes(frame) for _, frame in found]


def test_a_link_delays_loses_repeats_and_overtakes(bench: Bench) -> None:
    link = bench.links[Link.FAILOVER]
    assert numbers(arrivals(link)) == list(range(200))
    link.worsen(Worsen(Link.FAILOVER, delay_ms=50))
    begun_us = link.schedule.now_us
    assert arrivals(link, 1)[0][0] - begun_us == 50_060
    link.mend()
    link.worsen(Worsen(Link.FAILOVER, lose_percent=50))
    assert 50 < len(arrivals(link)) < 150
    link.mend()
    link.worsen(Worsen(Link.FAILOVER, duplicate_percent=50))
    assert 250 < len(arrivals(link)) < 350
    link.mend()
    link.worsen(Worsen(Link.FAILOVER, reorder_ms=20))
    found = numbers(arrivals(link))
    assert found != sorted(found)
    assert sorted(found) == list(range(200))
    link.mend()
    assert numbers(arrivals(link)) == list(range(200))
