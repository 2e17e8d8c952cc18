"""A pair at rest, left alone for a while: who took over though nothing failed, and what stalled."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from controller.bench.perf import lateness_counters
from controller.bench.perf.explained import (
    Fence,
    Stall,
    Switchover,
    Watched,
    fences,
    switchovers,
)
from controller.bench.perf.histories import became_active, transitions
from controller.bench.perf.lateness_counters import Lateness
from controller.bench.perf.pair import Pair
from controller.bench.virtual import clock
from controller.bench.virtual.forwarding import forwarding
from controller.bench.world import Unit, WorldError

LOOK_S = 0.1
COUNTERS_S = (
    1.0  # how often the counters are looked at: a process that is ended takes its own along
)
COUNTED_S = 20.0  # how long the last ones may take to be written on a busy machine


def watch(pair: Pair, seconds: float, said: Callable[[str], None] = lambda _: None) -> Watched:
    """Watch for so long. Raises WorldError where a unit's counters cannot be read."""
    watcher = _Watcher(pair)
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        pair.world.run(int(LOOK_S * 1000))
        watcher.look()
        said(f"{until_s - time.monotonic():.0f} s left")
    return watcher.end()


@dataclass(slots=True)
class _Watcher:
    """What was seen so far."""

    pair: Pair
    begun_ns: int = field(default_factory=clock.now_ns)
    fences: list[Fence] = field(default_factory=list)
    stalls: dict[Unit, set[tuple[int, int]]] = field(default_factory=dict)
    _late: dict[Unit, Lateness] = field(default_factory=dict)
    _history: dict[Unit, Counter[str]] = field(default_factory=dict)
    _said: dict[Unit, int] = field(default_factory=dict)
    _looked_ns: dict[Unit, int] = field(default_factory=dict)
    _counted_s: float = 0.0

    def __post_init__(self) -> None:
        self._late, self._history = look_late(self.pair), _histories(self.pair)
        for unit in Unit:
            self.stalls[unit] = set()
            self._looked_ns[unit] = self.begun_ns
            self._said[unit] = len(self.pair.said(unit))

    def look(self) -> None:
        """What has been said since the last look, and now and then what was counted."""
        for unit in Unit:
            looked_ns, said = clock.now_ns(), self.pair.said(unit)
            new = said[self._said[unit] :]
            self.fences += fences(new, unit, self._looked_ns[unit], clock.now_ns())
            self._said[unit], self._looked_ns[unit] = len(said), looked_ns
        if time.monotonic() - self._counted_s >= COUNTERS_S:
            self._counted_s = time.monotonic()
            for unit in Unit:
                self._keep(unit)

    def _keep(self, unit: Unit) -> None:
        try:
            late = _late(self.pair, unit)
        except WorldError:  # its process is being started anew
            return
        self.stalls[unit] |= {stall for stall in late.stalls_ns if stall[1] >= self.begun_ns}

    def end(self) -> Watched:
        """The last look, once the counters tell of all that was watched."""
        end_ns = clock.now_ns()
        pair, until_s = self.pair, time.monotonic() + COUNTED_S
        while any(pair.counted_ns(unit) < end_ns for unit in Unit) and time.monotonic() < until_s:
            pair.world.run(int(LOOK_S * 1000))
        self._counted_s = 0.0
        self.look()
        pair.world.capture.catch_up()
        seen = forwarding(pair.world.capture.frames(), pair.boots)
        stalls = [
            Stall(unit, begin_ns, end_ns, end_ns - begin_ns)
            for unit in Unit
            for begin_ns, end_ns in sorted(self.stalls[unit])
        ]
        return Watched(
            switchovers=tuple(switchovers(seen, (self.begun_ns, end_ns), pair.active)),
            fences=tuple(self.fences),
            stalls=tuple(stalls),
            became_active=became_active(self._history, _histories(pair)),
            late=_between(self._late, look_late(pair)),
            wrong="" if pair.at_rest_anyhow() else pair.states(),
        )


def look_late(pair: Pair) -> dict[Unit, Lateness]:
    """What both failover processes counted so far. Raises WorldError."""
    return {unit: _late(pair, unit) for unit in Unit}


def _late(pair: Pair, unit: Unit) -> Lateness:
    path = pair.counters(unit)
    try:
        found = lateness_counters.parse(path.read_text())
    except OSError as error:
        raise WorldError(f"{path}: {error.strerror}") from error
    if isinstance(found, str):
        raise WorldError(f"{path}: {found}")
    return found


def _between(
    before: Mapping[Unit, Lateness], after: Mapping[Unit, Lateness]
) -> dict[Unit, Lateness]:
    """What its last life counted is gone with it: then since its restart."""
    return {
        unit: lateness_counters.between(before[unit], late) or late for unit, late in after.items()
    }


def _histories(pair: Pair) -> dict[Unit, Counter[str]]:
    return {unit: transitions(pair.world.type(unit, "show failover history")) for unit in Unit}


def as_text(watched: Watched) -> str:
    """For a pipe to the process that asked."""
    return json.dumps(
        {
            "switchovers": [[one.at_ns, one.to] for one in watched.switchovers],
            "fences": [[one.unit, one.after_ns, one.seen_ns, one.why] for one in watched.fences],
            "stalls": [
                [one.unit, one.begin_ns, one.end_ns, one.length_ns] for one in watched.stalls
            ],
            "became_active": watched.became_active,
            "late": {
                unit: [late.alarms, late.buckets, late.worst_exact, late.stalls_ns]
                for unit, late in watched.late.items()
            },
            "wrong": watched.wrong,
        }
    )


def from_text(text: str) -> Watched:
    """What ``as_text`` wrote."""
    table = json.loads(text)
    return Watched(
        switchovers=tuple(Switchover(at, Unit(to)) for at, to in table["switchovers"]),
        fences=tuple(Fence(Unit(unit), *rest) for unit, *rest in table["fences"]),
        stalls=tuple(Stall(Unit(unit), *rest) for unit, *rest in table["stalls"]),
        became_active=table["became_active"],
        late={
            Unit(unit): Lateness(
                alarms,
                tuple((limit, count) for limit, count in buckets),
                worst,
                tuple((begin, end) for begin, end in stalls),
            )
            for unit, (alarms, buckets, worst, stalls) in table["late"].items()
        },
        wrong=table["wrong"],
    )
