"""What must be so of a pair after every fault and its repair. Pure.

A ``PairSeen`` is one look at a pair at rest. ``Audit`` compares it with what must always be, and
with its own first looks: what only ever grows is a leak, however slowly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from controller.bench.player import at_rest
from controller.bench.world import Unit

PROCESSES = frozenset({"supervisor", "nursery", "failover", "management"})
GROWN_KB = 24_576  # of one process since it was first seen: caches fill, leaks go on
HEAVIER_KB = 32_768  # than the first process of that name
GROWN_FDS, MORE_FDS = 4, 8  # open descriptors, likewise
CONNECTIONS_MOST = 8_192  # of the kernel's connection tracking, beside a probe's few hundred
NEIGHBOURS_MOST = 1_024  # the kernel's own limit; a storm of ARP leaves 200, for a while


@dataclass(frozen=True, slots=True)
class ProcessSeen:
    """One process of a unit."""

    pid: int
    rss_kb: int
    descriptors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSeen:
    """One unit, by its kernel and its own word."""

    state: str
    processes: Mapping[str, ProcessSeen]
    children: int  # of its supervisor, whatever they are
    zombies: int
    links: int  # network interfaces
    rules: int  # objects in the kernel's packet filter, elements of sets left out
    connections: int
    neighbours: int
    active_macs: Mapping[str, str]  # by active address, where the unit has it


@dataclass(frozen=True, slots=True, kw_only=True)
class PairSeen:
    """Both, and what the hosts see of them."""

    units: Mapping[Unit, UnitSeen]
    forwarders: tuple[Unit, ...]
    flows: bool  # the probe's packets, both ways
    answers: Mapping[str, tuple[str, ...]]  # by active address: the MACs that answer ARP for it
    resolved: Mapping[str, str]  # by active address: the MAC in the hosts' tables; "-" for none


@dataclass(slots=True)
class Audit:
    """Looks, and what they are held to. ``setting`` tells pairs that differ from one another."""

    _processes: dict[tuple[Unit, str, int], ProcessSeen] = field(default_factory=dict)
    _first: dict[tuple[Unit, str], ProcessSeen] = field(default_factory=dict)
    _shapes: dict[tuple[str, Unit, str], tuple[int, int]] = field(default_factory=dict)

    def check(self, seen: PairSeen, setting: str) -> list[str]:
        """Everything that is not as it must be, a line each."""
        why = list(_roles(seen))
        for unit, one in seen.units.items():
            why += [f"{unit}: {wrong}" for wrong in self._unit(unit, one, setting)]
        return why

    def _unit(self, unit: Unit, seen: UnitSeen, setting: str) -> Iterable[str]:
        yield from _alive(seen)
        for name, process in seen.processes.items():
            yield from self._growth(unit, name, process)
        shape = (seen.links, seen.rules)
        usual = self._shapes.setdefault((setting, unit, seen.state), shape)
        if shape != usual:
            yield (
                f"as {seen.state} it has {shape[0]} interfaces and {shape[1]} rules, "
                f"and had {usual[0]} and {usual[1]}"
            )
        if seen.connections > CONNECTIONS_MOST:
            yield f"tracks {seen.connections} connections"
        if seen.neighbours > NEIGHBOURS_MOST:
            yield f"has {seen.neighbours} neighbours"

    def _growth(self, unit: Unit, name: str, seen: ProcessSeen) -> Iterable[str]:
        own = self._processes.setdefault((unit, name, seen.pid), seen)
        first = self._first.setdefault((unit, name), seen)
        grown_kb, heavier_kb = seen.rss_kb - own.rss_kb, seen.rss_kb - first.rss_kb
        if grown_kb > GROWN_KB or heavier_kb > HEAVIER_KB:
            yield f"{name} grew from {own.rss_kb} kB ({first.rss_kb} at first) to {seen.rss_kb}"
        more = seen.descriptors - first.descriptors
        if seen.descriptors - own.descriptors > GROWN_FDS or more > MORE_FDS:
            yield (
                f"{name} has {seen.descriptors} descriptors open, "
                f"{own.descriptors} when it was first seen, {first.descriptors} at first"
            )


def _alive(seen: UnitSeen) -> Iterable[str]:
    """Each process once, nothing besides, nothing unwaited for."""
    missing, strange = PROCESSES - set(seen.processes), set(seen.processes) - PROCESSES
    if missing:
        yield f"no {' and no '.join(sorted(missing))} process"
    if strange or seen.children != len(seen.processes) - 1:
        yield f"{seen.children} children, known are {', '.join(sorted(seen.processes))}"
    if seen.zombies:
        yield f"{seen.zombies} zombies"


def _roles(seen: PairSeen) -> Iterable[str]:
    """One active, one ready; it forwards, and answers ARP for every active address, alone."""
    states = {unit: one.state for unit, one in seen.units.items()}
    if not at_rest(states.values()):
        yield "not at rest: " + ", ".join(f"{unit} {state}" for unit, state in states.items())
        return
    active = next(unit for unit, state in states.items() if state == "Active")
    if seen.forwarders != (active,):
        yield f"forwarding: {', '.join(seen.forwarders) or 'nobody'}; active is {active}"
    if not seen.flows:
        yield "nothing gets through the pair"
    for address in seen.units[active.mate].active_macs:
        yield f"{active.mate}, the standby, has the active address {address}"
    for address, macs in seen.answers.items():
        wanted = seen.units[active].active_macs.get(address, "")
        if macs != (wanted,):
            yield f"{address} is answered by {', '.join(macs) or 'nobody'}, not by {wanted}"
        if seen.resolved.get(address, wanted) != wanted:
            yield f"a host has {address} at {seen.resolved[address]}, not at {wanted}"
