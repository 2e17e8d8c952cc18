"""What the failover process costs with 2, 100 and 250 monitored interfaces, at the fastest poll."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from controller.bench.perf import lateness_counters, many
from controller.bench.perf.causes import LAN
from controller.bench.perf.explained import Timers
from controller.bench.perf.figures import Grid, Section, Series
from controller.bench.perf.pair import SOON_AT_REST, NotAtRest, Pair
from controller.bench.perf.progress import Progress
from controller.bench.perf.unit_processes import cpu_ns, rss_kb
from controller.bench.virtual import clock
from controller.bench.world import Unit, WorldError

_SLOW = Timers(200, 800)
COUNTS = {
    2: (Timers(10, 30), _SLOW),
    100: (Timers(10, 30), _SLOW),
    250: (Timers(50, 150), _SLOW),  # the shortest for more than 100
}
WINDOWS, WINDOW_MS = 10, 3_000
SETTLE_MS = 5_000
REST_S = 300.0  # a thousand personas are made before a pair of 250 interfaces is at rest
_HEAD = ("failover process", "RSS, MB", "steps", "over 2 ms", "late p99.9", "worst")


def interfaces(pair: Pair, progress: Progress, section: Section) -> None:
    """Every number of interfaces with all timers in turn, no traffic, nobody asking."""
    section.title = "The failover process with 2, 100 and 250 monitored interfaces, LAN mode"
    section.how = (
        f"Interface poll 500 ms, hold 5 s. CPU: {WINDOWS} windows of {WINDOW_MS // 1000} s by the "
        "process's own CPU clock (user and system), percent of one core. Steps, and lateness of "
        "alarms: the process's own counters over those windows; buckets give upper bounds. No "
        "traffic, nobody asking."
    )
    progress.expect(sum(map(len, COUNTS.values())))
    measured = _Measured(pair, progress, section)
    try:
        for count, some_timers in COUNTS.items():
            section.tried += len(some_timers)
            with many.interfaces(pair, count):
                measured.all_timers(count, some_timers)
    except (NotAtRest, WorldError) as why:
        section.failures.append(str(why))
    finally:
        section.grids.append(Grid(_HEAD, tuple(measured.rows)))


@dataclass(slots=True)
class _Measured:
    """The section as it fills."""

    pair: Pair
    progress: Progress
    section: Section
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def all_timers(self, count: int, some_timers: Sequence[Timers]) -> None:
        """A pair with so many interfaces."""
        pair = self.pair
        begun_ns = clock.now_ns()
        pair.boot(
            LAN, (SOON_AT_REST,), change=lambda rig: many.widened(rig, count), within_s=REST_S
        )
        took = (clock.now_ns() - begun_ns) / 1e9
        self.section.notes.append(f"{count} interfaces: at rest {took:.0f} s after power-on.")
        for timers in some_timers:
            pair.world.type(pair.active, timers.line)
            pair.rest(REST_S)
            pair.world.run(SETTLE_MS)
            self._windows(f"{count} interfaces, {timers.words}")
            self.progress.done()

    def _windows(self, words: str) -> None:
        pair = self.pair
        pids = {unit: pair.processes(unit)["failover"] for unit in Unit}
        before = {unit: _counters(pair, unit) for unit in Unit}
        shares: dict[Unit, list[float]] = {unit: [] for unit in Unit}
        for number in range(WINDOWS):
            self.progress.now(f"{words}: window {number + 1} of {WINDOWS}")
            begun_ns, used = clock.now_ns(), {unit: cpu_ns(pid) for unit, pid in pids.items()}
            pair.world.run(WINDOW_MS)
            span_ns = clock.now_ns() - begun_ns
            for unit, pid in pids.items():
                shares[unit].append(100 * (cpu_ns(pid) - used[unit]) / span_ns)
        pair.world.run(SETTLE_MS)  # the counters are written every two seconds
        for unit, role in ((pair.active, "active"), (pair.active.mate, "standby")):
            name = f"{words}, {role}"
            self.section.series.append(Series(what=name, unit="% CPU", values=tuple(shares[unit])))
            row = _row(name, before[unit], _counters(pair, unit), rss_kb(pids[unit]))
            self.rows.append(row)


def _counters(pair: Pair, unit: Unit) -> Mapping[str, Any]:
    try:
        found = json.loads(pair.counters(unit).read_text())
    except (OSError, ValueError) as error:
        raise WorldError(f"{pair.counters(unit)}: {error}") from error
    assert isinstance(found, dict), found
    return found


def _row(
    name: str, before: Mapping[str, Any], after: Mapping[str, Any], rss_kb: int
) -> tuple[str, ...]:
    late = [lateness_counters.parse(json.dumps(one)) for one in (before, after)]
    steps = [int(after[key]) - int(before[key]) for key in ("steps", "steps_over_2000_us")]
    first, last = late
    if isinstance(first, str) or isinstance(last, str):
        raise WorldError(f"{name}: {late}")
    between = lateness_counters.between(first, last)
    if between is None:
        raise WorldError(f"{name}: the failover process was started anew meanwhile")
    bound = lateness_counters.bound_text(between.bound(0.999), between)
    return (name, f"{rss_kb / 1024:.0f}", *(f"{n:,}" for n in steps), bound, between.worst())
