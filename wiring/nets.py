"""A pure model of wires: pins that drive, pull or listen, joined by contacts that open and close.

A *node* is a point in the circuit ("primary:17", "power-primary.a"). Nodes joined by closed
contacts form a *net* and share one level. Strong drivers decide it; where they disagree the net is
low and the conflict is reported; without a driver the pulls decide (up against down is low);
with neither the net keeps the level it had, as a floating wire may (of several, the lower). "gnd"
and "vcc" are rails: they drive every net they touch, and do not join those nets to each other.

Knows nothing of sockets, boards or clocks: time is an argument, integer microseconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from wiring.signals import Pull

GROUND, SUPPLY = "gnd", "vcc"
RAILS = {GROUND: False, SUPPLY: True}


class UnknownName(ValueError):
    """There is no such node or contact, or the name is taken; says which there are."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A node's level from this time on."""

    at_us: int
    level: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A node took another level."""

    node: str
    level: bool
    at_us: int


@dataclass(frozen=True, slots=True)
class Fight:
    """Strong drivers of one net disagree; it is low while they do."""

    at_us: int
    nodes: tuple[str, ...]
    high: tuple[str, ...]  # who drives high
    low: tuple[str, ...]


@dataclass(slots=True)
class _Node:
    pull: Pull
    history: deque[Moment]
    level: bool = False
    drivers: dict[str, bool] = field(default_factory=dict)
    contacts: list[str] = field(default_factory=list)
    fight: tuple[tuple[str, ...], tuple[str, ...]] | None = None


@dataclass(slots=True)
class _Contact:
    a: str
    b: str
    closed: bool


class Nets:
    """The circuit. Every verb returns the changes it caused, in the order nodes were made.

    ``history`` and ``fights`` keep the newest ``limit`` entries and forget the oldest.
    """

    def __init__(self, *, limit: int = 256) -> None:
        self._limit = limit
        self._nodes: dict[str, _Node] = {}
        self._contacts: dict[str, _Contact] = {}
        self.fights: deque[Fight] = deque(maxlen=limit)
        self.fights_seen = 0  # all of them, the forgotten ones too

    def add_node(self, name: str, pull: Pull = Pull.FLOATING, now_us: int = 0) -> None:
        """A new point. Raises UnknownName if there is one of that name."""
        if name in self._nodes or name in RAILS:
            raise UnknownName(f"node {name!r} exists already; choose another name")
        first = Moment(now_us, pull is Pull.UP)
        history: deque[Moment] = deque((first,), self._limit)
        self._nodes[name] = _Node(pull=pull, history=history, level=first.level)

    def add_contact(
        self, name: str, a: str, b: str, *, closed: bool, now_us: int = 0
    ) -> tuple[Change, ...]:
        """Join two nodes, or a node and a rail. Raises UnknownName."""
        if name in self._contacts:
            raise UnknownName(f"contact {name!r} exists already; choose another name")
        for end in (a, b):
            if end not in RAILS:
                self._node(end)
        for end in (a, b):
            if end not in RAILS:
                self._nodes[end].contacts.append(name)
        self._contacts[name] = _Contact(a, b, closed)
        return self._settle((a, b), now_us) if closed else ()

    @property
    def contacts(self) -> dict[str, bool]:
        """Every contact's name, and whether it is closed."""
        return {name: contact.closed for name, contact in self._contacts.items()}

    @property
    def nodes(self) -> tuple[str, ...]:
        """Every node's name."""
        return tuple(self._nodes)

    def drive(
        self, node: str, driver: str, level: bool, now_us: int, *, instead_of: str = ""
    ) -> tuple[Change, ...]:
        """``driver`` now drives that node strongly; ``instead_of`` lets go in the same instant.

        Raises UnknownName.
        """
        drivers = self._node(node).drivers
        drivers.pop(instead_of, None)
        drivers[driver] = level
        return self._settle((node,), now_us)

    def release(self, node: str, driver: str, now_us: int) -> tuple[Change, ...]:
        """``driver`` is high-impedance there from now on. Raises UnknownName."""
        self._node(node).drivers.pop(driver, None)
        return self._settle((node,), now_us)

    def release_all(self, driver: str, now_us: int) -> tuple[Change, ...]:
        """``driver`` is high-impedance everywhere, in one instant."""
        held = [name for name, node in self._nodes.items() if driver in node.drivers]
        for name in held:
            del self._nodes[name].drivers[driver]
        return self._settle(held, now_us)

    def set_pull(self, node: str, pull: Pull, now_us: int) -> tuple[Change, ...]:
        """Raises UnknownName."""
        self._node(node).pull = pull
        return self._settle((node,), now_us)

    def set_contacts(self, names: Iterable[str], closed: bool, now_us: int) -> tuple[Change, ...]:
        """Open or close these in one instant. Raises UnknownName before any of them moved."""
        moved = [self._contact(name) for name in names]
        ends = []
        for contact in moved:
            contact.closed = closed
            ends += [contact.a, contact.b]
        return self._settle(ends, now_us)

    def level(self, node: str) -> bool:
        """True is high. Raises UnknownName."""
        return self._node(node).level

    def history(self, node: str) -> tuple[Moment, ...]:
        """What that node was, oldest first. Raises UnknownName."""
        return tuple(self._node(node).history)

    def _node(self, name: str) -> _Node:
        try:
            return self._nodes[name]
        except KeyError:
            raise UnknownName(f"no node {name!r}") from None

    def _contact(self, name: str) -> _Contact:
        try:
            return self._contacts[name]
        except KeyError:
            known = ", ".join(self._contacts) or "none"
            raise UnknownName(f"no contact {name!r}; there are: {known}") from None

    def _settle(self, starts: Iterable[str], now_us: int) -> tuple[Change, ...]:
        seen: dict[str, None] = {}
        changes: list[Change] = []
        for start in starts:
            if start not in seen and start not in RAILS:
                net, drivers = self._net_of(start)
                seen.update(dict.fromkeys(net))
                changes += self._settle_net(net, drivers, now_us)
        return tuple(changes)

    def _net_of(self, start: str) -> tuple[list[str], dict[str, bool]]:
        """The nodes joined to ``start``, and every strong driver among them."""
        net = [start]
        drivers: dict[str, bool] = {}
        found = {start: None}
        for name in net:  # grows as it is walked
            node = self._nodes[name]
            drivers.update((f"{driver} at {name}", high) for driver, high in node.drivers.items())
            for contact in (self._contacts[each] for each in node.contacts):
                other = contact.b if contact.a == name else contact.a
                if not contact.closed or other in found:
                    continue
                if other in RAILS:
                    drivers[other] = RAILS[other]
                else:
                    found[other] = None
                    net.append(other)
        return net, drivers

    def _settle_net(
        self, net: list[str], drivers: dict[str, bool], now_us: int
    ) -> Iterable[Change]:
        high = tuple(name for name, level in drivers.items() if level)
        low = tuple(name for name, level in drivers.items() if not level)
        fight = (high, low) if high and low else None
        if fight is not None and all(self._nodes[name].fight != fight for name in net):
            self.fights.append(Fight(now_us, tuple(net), high, low))
            self.fights_seen += 1
        for name in net:
            self._nodes[name].fight = fight
        level = self._level_of(net, bool(high), bool(low))
        for name in net:
            node = self._nodes[name]
            if level != node.level:
                node.level = level
                node.history.append(Moment(now_us, level))
                yield Change(name, level, now_us)

    def _level_of(self, net: list[str], high: bool, low: bool) -> bool:
        if high or low:
            return not low
        pulls = {self._nodes[name].pull for name in net} - {Pull.FLOATING}
        if pulls:
            return Pull.DOWN not in pulls
        return all(self._nodes[name].level for name in net)
