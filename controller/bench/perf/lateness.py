"""How late the failover process is, idle and with every core hogged, and what lateness leads to."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from controller.bench.perf import lateness_counters as counters
from controller.bench.perf.figures import Aim, Grid, Section, Series
from controller.bench.perf.lateness_counters import Lateness
from controller.bench.perf.load import every_core_hogged
from controller.bench.perf.pair import Pair
from controller.bench.perf.progress import Progress
from controller.bench.perf.switchovers import LAN, LINES
from controller.bench.world import Unit, WorldError

IDLE_S, MINUTE_S = 60, 60
SETTLE_MS = 3_000  # the counters are written every two seconds
_ROW = re.compile(r"([^\s=].{26})([^\s=].{26})\S")  # as `show failover history` sets it
_HEAD = ("load", "unit", "alarms", "median", "p99", "p99.9", "worst")


@dataclass(slots=True)
class _Watched:
    """What is known of both units at one moment."""

    late: dict[Unit, Lateness]
    history: dict[Unit, Counter[str]] = field(default_factory=dict)
    fenced: int = 0


def lateness(pair: Pair, progress: Progress, minutes: int) -> Section:
    """Idle for a minute, then hogged for so many."""
    section = Section(
        name="lateness",
        title="Hello lateness and false switchovers, LAN mode, 10/30 ms",
        how="From the failover process's own counters: how long after its time an alarm of its "
        f"loop was served (hellos are sent on them). Idle: {IDLE_S} s. Hogged: a busy loop at "
        f"plain priority for each core, {minutes} min. Buckets give upper bounds. A false "
        "switchover is a unit becoming Active, in `show failover history`, though nothing failed.",
    )
    pair.boot(LAN, LINES[LAN])
    pair.world.run(SETTLE_MS)
    before = _look(pair)
    for second in range(IDLE_S):
        progress.now(f"lateness, idle: {second} of {IDLE_S} s")
        pair.world.run(1_000)
    after = _look(pair)
    rows = _rows("idle", pair, before, after)
    _happened(section, "idle", before, after)
    switchovers, fencings = [], []
    with every_core_hogged(pair.world.processes):
        pair.world.run(SETTLE_MS)
        begun = before = _look(pair)
        for minute in range(minutes):
            for second in range(MINUTE_S):
                progress.now(f"lateness, hogged: minute {minute + 1} of {minutes}, {second} s")
                pair.world.run(1_000)
            after = _look(pair)
            switchovers.append(float(became_active(before.history, after.history)))
            fencings.append(float(after.fenced - before.fenced))
            before = after
        rows += _rows("hogged", pair, begun, after if minutes else begun)
        if not pair.at_rest():
            section.failures.append(f"hogged: at the end not at rest: {pair.states()}")
    section.grids.append(Grid(_HEAD, tuple(rows)))
    none = Aim("worst", 0)
    section.series += [
        Series(what="false switchovers a minute", unit="", values=tuple(switchovers), aim=none),
        Series(what="false fencings a minute", unit="", values=tuple(fencings), aim=none),
    ]
    return section


def became_active(before: dict[Unit, Counter[str]], after: dict[Unit, Counter[str]]) -> int:
    """How often a unit became Active from one look at the histories to the next."""
    new = [row for unit in after for row in (after[unit] - before[unit]).elements()]
    return sum(row.endswith("> Active") for row in new)


def transitions(history: str) -> Counter[str]:
    """The rows of `show failover history`, each with its time, as "time: From > To"."""
    rows: Counter[str] = Counter()
    stamp = ""
    for line in history.splitlines():
        found = _ROW.match(line)
        if " UTC " in line:
            stamp = line.strip()
        elif found and stamp:
            rows[f"{stamp}: {found[1].strip()} > {found[2].strip()}"] += 1
    return rows


def _look(pair: Pair) -> _Watched:
    history = {unit: transitions(pair.world.type(unit, "show failover history")) for unit in Unit}
    fenced = sum(pair.said(unit).count("fenced:") for unit in Unit)
    return _Watched(look_late(pair), history, fenced)


def look_late(pair: Pair) -> dict[Unit, Lateness]:
    """What both failover processes counted so far. Raises WorldError."""
    return {unit: _late(pair, unit) for unit in Unit}


def _late(pair: Pair, unit: Unit) -> Lateness:
    path = pair.folder(unit) / "run" / "failover-counters.json"
    try:
        found = counters.parse(path.read_text())
    except OSError as error:
        raise WorldError(f"{path}: {error.strerror}") from error
    if isinstance(found, str):
        raise WorldError(f"{path}: {found}")
    return found


def _rows(load: str, pair: Pair, before: _Watched, after: _Watched) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for unit in (pair.active, pair.active.mate):
        role = "active" if unit is pair.active else "standby"
        late = counters.between(before.late[unit], after.late[unit])
        if late is None:  # what its last life counted is gone with it
            late, role = after.late[unit], f"{role}, since its restart"
        bounds = [counters.bound_text(late.bound(share), late) for share in (0.5, 0.99, 0.999)]
        rows.append((load, role, f"{late.alarms:,}", *bounds, late.worst()))
    return rows


def _happened(section: Section, load: str, before: _Watched, after: _Watched) -> None:
    switched = became_active(before.history, after.history)
    if switched:
        section.failures.append(f"{load}: {switched} false switchovers")
    if after.fenced > before.fenced:
        section.failures.append(f"{load}: {after.fenced - before.fenced} false fencings")
