"""Whether a switchover nobody asked for is explained by a stall that was recorded. Pure.

All moments are CLOCK_MONOTONIC nanoseconds, which every process of the machine shares. A switchover
is seen by captures: a unit sends from an active MAC after the other one did. Stalls are what the
units themselves recorded: the failover process its own (docs/unit.md, ``failover-counters.json``),
the supervisor the silence it fenced for.

A mate that hears nothing acts when the hold time is over; the active unit may have spoken a poll
before it began to stall. So a stall explains a switchover if it lasted longer than hold time minus
poll time and was not over long before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from controller.bench.perf.lateness_counters import Lateness
from controller.bench.virtual.forwarding import Forwarding
from controller.bench.world import Unit

SETTLES_NS = 1_000_000_000  # two actives that met settle within it who stays: one switchover
# A unit that was fenced itself, and is needed then, serves by then: its process begins anew in two
# seconds, three on a busy machine, and listens for a mate for five (ST-3).
STARTS_NS = 8_000_000_000
# A supervisor first cuts off, tells the mate and ends processes, and says so to us last: on a busy
# machine up to 160 ms after the takeover that followed.
SAYS_NS = 250_000_000
CLOCK_NS = 1_000_000  # the units' own clock counts whole milliseconds
_MS = 1_000_000
_FENCED = re.compile(r"fenced: (.*)")
_SILENT = re.compile(r"no heartbeat for (\d+) ms")


@dataclass(frozen=True, slots=True)
class Timers:
    """Unit poll and hold time."""

    poll_ms: int
    hold_ms: int

    @property
    def line(self) -> str:
        """The command that sets them."""
        long = self.hold_ms % 1_000 == 0
        hold = f"{self.hold_ms // 1_000}" if long else f"msec {self.hold_ms}"
        return f"failover polltime unit msec {self.poll_ms} holdtime {hold}"

    @property
    def words(self) -> str:
        """As a table has it: ``10/30 ms``."""
        return f"{self.poll_ms}/{self.hold_ms} ms"

    @property
    def most_ns(self) -> int:
        """How long a unit may stall and be believed alive all the same."""
        return (self.hold_ms - self.poll_ms) * _MS


@dataclass(frozen=True, slots=True)
class Stall:
    """A unit stood still for ``length_ns``, somewhere between two moments."""

    unit: Unit
    begin_ns: int
    end_ns: int
    length_ns: int


@dataclass(frozen=True, slots=True)
class Switchover:
    """From that moment on this unit is the active one."""

    at_ns: int
    to: Unit


@dataclass(frozen=True, slots=True)
class Fence:
    """A supervisor cut its unit off between two looks at what it says."""

    unit: Unit
    after_ns: int
    seen_ns: int
    why: str

    @property
    def silent_ms(self) -> int | None:
        """For how long the failover process had not been heard; None: another reason."""
        silent = _SILENT.match(self.why)
        return int(silent[1]) if silent else None


@dataclass(frozen=True, slots=True)
class Watched:
    """What became of a pair that was left alone."""

    switchovers: tuple[Switchover, ...]
    fences: tuple[Fence, ...]
    stalls: tuple[Stall, ...]
    became_active: int  # rows of both histories that say so
    late: Mapping[Unit, Lateness]
    wrong: str = ""  # how the pair is at the end, if not at rest

    def unexplained(self, timers: Timers) -> list[Switchover]:
        """Switchovers with no stall, and no fence, to explain them."""
        return [one for one in self.switchovers if not self._explained(one, timers)]

    def unexplained_fences(self, timers: Timers) -> list[Fence]:
        """Fences for another reason than silence, or for a silence that nobody would mind."""
        return [one for one in self.fences if not _silent_too_long(one, timers)]

    def _explained(self, one: Switchover, timers: Timers) -> bool:
        reach_ns = (timers.hold_ms + timers.poll_ms) * _MS
        stalled = any(
            stall.length_ns + CLOCK_NS > timers.most_ns
            and stall.begin_ns <= one.at_ns
            and stall.end_ns >= one.at_ns - reach_ns
            for stall in self.stalls
        )
        # Whoever was cut off is not active any more; its mate may have been starting just then.
        cut_off = any(
            fence.unit is one.to.mate
            and _silent_too_long(fence, timers)
            and fence.after_ns - SAYS_NS <= one.at_ns <= fence.seen_ns + STARTS_NS
            for fence in self.fences
        )
        return stalled or cut_off


def _silent_too_long(fence: Fence, timers: Timers) -> bool:
    silent_ms = fence.silent_ms
    return silent_ms is not None and silent_ms * _MS > timers.most_ns


def switchovers(seen: Forwarding, span: tuple[int, int], active: Unit) -> list[Switchover]:
    """Every change of the unit that sends from an active MAC. ``active``: who did before."""
    first_ns, last_ns = span
    moments = sorted((at, unit) for unit in Unit for at in seen.from_active_mac[unit])
    found: list[Switchover] = []
    for at_ns, unit in moments:
        if not first_ns <= at_ns <= last_ns or unit is active:
            continue
        active = unit
        if not found or at_ns - found[-1].at_ns > SETTLES_NS:
            found.append(Switchover(at_ns, unit))
    return found


def fences(said: str, unit: Unit, after_ns: int, seen_ns: int) -> list[Fence]:
    """The fences in what a unit wrote to its standard error between two looks."""
    return [Fence(unit, after_ns, seen_ns, why) for why in _FENCED.findall(said)]


def longest(watched: Sequence[Watched]) -> int:
    """The longest stall of all, ns; 0 without one."""
    return max((stall.length_ns for one in watched for stall in one.stalls), default=0)
