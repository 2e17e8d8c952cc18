"""What units in an interface test hear in the simulated world, and from whom.

The hosts, as they behave, are the only ones whose words count: hellos, the units' own tests and
spanning tree do not. ``traffic on`` makes the hosts talk with each other by way of the active unit,
which hears them all the time; the standby hears no more of it than a broadcast now and then.

A unit's ARP table has whom it pinged and, where it forwards traffic, the host; newest first. The
mate is in it and never asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Protocol

from controller.bench.hosts import HOST_ON
from controller.bench.simulated.around import Test
from controller.bench.simulated.clock import Schedule
from controller.bench.simulated.ethernet import EthernetLink
from controller.bench.simulated.unit import SimulatedUnit
from controller.bench.simulated.wires import PLACES
from controller.bench.world import Behaviour, Hosts, Link, Storm, Unit
from firmware.core.failover import effects as fe
from firmware.core.failover import events as ev

LOOK_US = 100_000  # what hosts say by themselves they say this often
CHATTER = 0.01  # of those looks: a host with traffic asks for somebody by broadcast
ANSWER_US = (200, 3000)  # an answer of a host takes at least, and less than
_ANSWERS_ARP = (Behaviour.USUAL, Behaviour.TALK, Behaviour.ARP)
_HAS_TRAFFIC = (Behaviour.USUAL, Behaviour.TALK)


class Bench(Protocol):
    """Who may hear what."""

    schedule: Schedule
    chance: Random
    links: dict[Link, EthernetLink]

    @property
    def units(self) -> Mapping[Unit, SimulatedUnit]:
        """Both boxes, by name."""

    def carrier(self, unit: Unit, physical: str) -> bool:
        """Whether that NIC has a carrier."""


class Listening:
    """The hosts of the data links, and the units that listen for them."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._since: dict[tuple[Unit, str], int] = {}  # NICs that listen: the count when it began
        self._count = 0
        self._pinged: dict[tuple[Unit, str], list[str]] = {}
        self._behaviour = dict.fromkeys(HOST_ON, Behaviour.USUAL)
        self._storm_until_us = dict.fromkeys(HOST_ON, -LOOK_US)
        self.traffic = False

    def obey(self, unit: Unit, effect: Test) -> None:
        """What a unit asks for in a test."""
        where = unit, effect.physical
        if effect.physical not in PLACES:
            return  # it leads nowhere
        if isinstance(effect, fe.ListenForActivity):
            self._count += 1
            self._since[where] = count = self._count
            first_us = self._bench.chance.randrange(1, LOOK_US)
            self._bench.schedule.after(first_us, lambda: self._look(*where, count))
        elif isinstance(effect, fe.StopListening):
            self._since.pop(where, None)
        elif isinstance(effect, fe.AskNeighbour):
            self._ask(*where, effect)
        else:
            self._answered(*where, by=(Behaviour.PING,))

    def behave(self, action: Hosts) -> None:
        """A host behaves otherwise from now on."""
        self._behaviour[action.link] = action.behaviour

    def storm(self, action: Storm) -> None:
        """A host floods its link: whoever listens hears it."""
        self._storm_until_us[action.link] = self._bench.schedule.now_us + action.ms * 1000

    def pinged(self, unit: Unit, physical: str, address: str) -> None:
        """The unit knows that address now."""
        known = self._pinged.setdefault((unit, physical), [])
        if address in known:
            known.remove(address)
        known.insert(0, address)

    def forget(self, unit: Unit) -> None:
        """A unit without power knows nobody."""
        for where in [where for where in self._pinged if where[0] is unit]:
            del self._pinged[where]

    def _look(self, unit: Unit, physical: str, count: int) -> None:
        if self._since.get((unit, physical)) != count:
            return
        if self._says_something(unit, PLACES[physical]):
            self._heard(unit, physical)
        else:
            self._bench.schedule.after(LOOK_US, lambda: self._look(unit, physical, count))

    def _says_something(self, unit: Unit, link: Link) -> bool:
        """Whether a host has said, since the last look, what the switch brings to that unit."""
        behaviour = self._behaviour.get(link, Behaviour.QUIET)
        if behaviour is Behaviour.QUIET or not self._bench.links[link].host_there():
            return False
        storm = self._bench.schedule.now_us < self._storm_until_us[link] + LOOK_US
        traffic = self.traffic and behaviour in _HAS_TRAFFIC
        told = traffic and self._bench.units[unit].data.holding
        chatter = traffic and self._bench.chance.random() < CHATTER
        return storm or told or chatter or behaviour is Behaviour.TALK

    def _ask(self, unit: Unit, physical: str, effect: fe.AskNeighbour) -> None:
        persona = effect.persona
        ends = (persona.active, persona.standby, persona.active6, persona.standby6)
        pair = [str(end.ip) for end in ends if end is not None]
        known = [one for one in self._pinged.get((unit, physical), ()) if one not in pair]
        host = HOST_ON.get(PLACES[physical])
        if host is None:
            return
        address = host.address6 if persona.by_ipv6 else host.address
        holding = self._bench.units[unit].data.holding
        if self.traffic and holding and address not in known:
            known.append(address)
        if effect.turn < len(known) and known[effect.turn] == address:
            self._answered(unit, physical, by=_ANSWERS_ARP)

    def _answered(self, unit: Unit, physical: str, *, by: tuple[Behaviour, ...]) -> None:
        """The host answers if it is of those, and if the question and the answer get through."""
        link = PLACES[physical]
        network = self._bench.links[link]
        answers = self._behaviour.get(link, Behaviour.QUIET) in by and network.host_there()
        if answers and network.speaks(unit) and self._bench.carrier(unit, physical):
            late_us = self._bench.chance.randrange(*ANSWER_US)
            self._bench.schedule.after(late_us, lambda: self._heard(unit, physical))

    def _heard(self, unit: Unit, physical: str) -> None:
        there = self._bench.carrier(unit, physical) and self._bench.units[unit].powered
        if (unit, physical) not in self._since or not there:
            return
        if self._bench.links[PLACES[physical]].hears(unit):
            del self._since[unit, physical]
            self._bench.units[unit].step(ev.ActivityHeard(physical))
