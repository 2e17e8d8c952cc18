"""Who forwarded when, as a capture saw it. Pure.

A unit forwards when it sends a frame from an *active MAC*, or relays one. An active MAC is not
known in advance (the primary's, the secondary's own, or a configured one), so it is learned as the
hosts learn it: it is the MAC that a unit's ARP last bound to the interface's active address. A unit
that later binds the same MAC to the standby address, or begins a new life, no longer has it.
Relayed is an IPv4 frame whose source is none of the pair's own addresses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from controller.bench.virtual.frames import ARP, IPV4, Seen
from controller.bench.virtual.network import INSIDE, OUTSIDE
from controller.bench.world import Unit

SPAN_GAP_NS = 100_000_000  # traffic is a packet a millisecond: a longer silence is an end


@dataclass(frozen=True, slots=True)
class Pair:
    """The two addresses a data interface's units share out between them."""

    active: bytes
    standby: bytes


def _pair(active: str, standby: str) -> Pair:
    return Pair(IPv4Address(active).packed, IPv4Address(standby).packed)


ADDRESSES: Mapping[int, Pair] = {
    OUTSIDE: _pair("172.16.1.1", "172.16.1.2"),
    INSIDE: _pair("192.168.1.1", "192.168.1.2"),
}  # the seed's own configurations
_OWN = frozenset(
    address for pair in ADDRESSES.values() for address in (pair.active, pair.standby)
) | {bytes(4)}


@dataclass(slots=True)
class Forwarding:
    """What each unit was seen forwarding: moments, in order."""

    moments: dict[Unit, list[int]] = field(default_factory=lambda: {unit: [] for unit in Unit})
    from_active_mac: dict[Unit, list[int]] = field(
        default_factory=lambda: {unit: [] for unit in Unit}
    )  # those of them that were sent from an active MAC

    def spans(self, unit: Unit) -> list[tuple[int, int]]:
        """From when to when the unit forwarded, silences beyond SPAN_GAP_NS left out."""
        spans: list[tuple[int, int]] = []
        for at_ns in self.moments[unit]:
            if spans and at_ns - spans[-1][1] <= SPAN_GAP_NS:
                spans[-1] = (spans[-1][0], at_ns)
            else:
                spans.append((at_ns, at_ns))
        return spans

    def overlaps(self) -> list[tuple[int, int]]:
        """When both units forwarded at once."""
        found = []
        for first in self.spans(Unit.PRIMARY):
            for second in self.spans(Unit.SECONDARY):
                begin, end = max(first[0], second[0]), min(first[1], second[1])
                if begin <= end:
                    found.append((begin, end))
        return found

    def first_active(self, unit: Unit, after_ns: int) -> int | None:
        """The unit's first frame from an active MAC from that moment on."""
        return next((at for at in self.from_active_mac[unit] if at >= after_ns), None)

    def last(self, unit: Unit, before_ns: int) -> int | None:
        """The last moment before that one at which the unit forwarded."""
        earlier = [at for at in self.moments[unit] if at < before_ns]
        return earlier[-1] if earlier else None

    def forwarded(self, unit: Unit, first_ns: int, last_ns: int) -> bool:
        """Whether the unit forwarded between two moments."""
        return any(first_ns <= at <= last_ns for at in self.moments[unit])


def forwarding(frames: Iterable[Seen], boots: Sequence[tuple[int, Unit]] = ()) -> Forwarding:
    """Judge frames in order of time. ``boots`` are the moments units were powered on."""
    found = Forwarding()
    holds: dict[tuple[Unit, int], bytes] = {}  # the active MAC each unit last claimed, by interface
    lives = sorted(boots, reverse=True)
    for frame in frames:
        while lives and lives[-1][0] <= frame.at_ns:
            _, booted = lives.pop()
            for ethernet in ADDRESSES:
                holds.pop((booted, ethernet), None)
        if frame.ethertype == ARP:
            _learn(holds, frame)
        active = _is_active_mac(holds, frame)
        relayed = frame.ethertype == IPV4 and frame.source not in _OWN
        if active:
            found.from_active_mac[frame.unit].append(frame.at_ns)
        if active or relayed:
            found.moments[frame.unit].append(frame.at_ns)
    return found


def _learn(holds: dict[tuple[Unit, int], bytes], frame: Seen) -> None:
    pair = ADDRESSES.get(frame.ethernet)
    key = (frame.unit, frame.ethernet)
    if pair is None:
        return
    if frame.source == pair.active:
        holds[key] = frame.mac_from
    elif frame.source == pair.standby and holds.get(key) == frame.mac_from:
        del holds[key]


def _is_active_mac(holds: Mapping[tuple[Unit, int], bytes], frame: Seen) -> bool:
    return any(holds.get((unit, frame.ethernet)) == frame.mac_from for unit in Unit)
