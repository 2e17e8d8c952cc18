"""What an idle unit costs: CPU and memory of each of its processes."""

from __future__ import annotations

from controller.bench.perf.causes import CABLE, FAST, LAN
from controller.bench.perf.figures import Grid, Section, Series
from controller.bench.perf.pair import NotAtRest, Pair
from controller.bench.perf.progress import Progress
from controller.bench.perf.unit_processes import cpu_ns, memory_kb
from controller.bench.virtual import clock
from controller.bench.world import Unit, WorldError

WINDOW_MS = 2_000
SETTLE_MS = 10_000  # what a boot still has to do, and what the nursery imports
CASES = (
    ("cable, 15/45 s", CABLE, ()),
    ("LAN, 1/15 s", LAN, ()),
    ("LAN, 10/30 ms", LAN, (FAST,)),
)
_SUM = "sum"


def cost(pair: Pair, progress: Progress, section: Section, repetitions: int) -> None:
    """So many windows of each case, no traffic, nobody asking anything."""
    section.title = "CPU and memory of an idle unit"
    section.how = (
        f"CPU: {repetitions} windows of {WINDOW_MS // 1000} s by the processes' own CPU "
        "clocks, percent of one core; the active unit process by process, the standby as a sum. "
        "Memory: PSS (shared pages divided among their users, the bench's own Pythons included) "
        "and, in brackets, what is each one's alone. No traffic, nobody asking."
    )
    for words, boot_set, lines in CASES:
        section.tried += repetitions
        try:
            pair.boot(boot_set, lines)
            progress.now(f"cost, {words}: settling")
            pair.world.run(SETTLE_MS)
            units = {unit: pair.processes(unit) for unit in Unit}
            windows = []
            for number in range(repetitions):
                progress.now(f"cost, {words}: window {number + 1} of {repetitions}")
                windows.append(_window(pair, units))
            section.series += _cpu(words, pair.active, units, windows)
            section.grids.append(_memory(words, units, pair.active))
        except (NotAtRest, WorldError) as why:
            section.failures.append(f"{words}, no figures at all: {why}")


_Window = dict[tuple[Unit, str], float]


def _window(pair: Pair, units: dict[Unit, dict[str, int]]) -> _Window:
    """Percent of a core of every process over one window."""
    pids = {(unit, name): pid for unit, found in units.items() for name, pid in found.items()}
    try:
        begun_ns, before = clock.now_ns(), {key: cpu_ns(pid) for key, pid in pids.items()}
        pair.world.run(WINDOW_MS)
        after, end_ns = {key: cpu_ns(pid) for key, pid in pids.items()}, clock.now_ns()
    except OSError as error:
        raise WorldError(f"a process of an idle unit ended: {error.strerror}") from error
    return {key: 100 * (after[key] - before[key]) / (end_ns - begun_ns) for key in pids}


def _cpu(
    words: str, active: Unit, units: dict[Unit, dict[str, int]], windows: list[_Window]
) -> list[Series]:
    rows = [
        (f"{words}: {name}", tuple(window[active, name] for window in windows))
        for name in units[active]
    ]
    for unit, role in ((active, "active"), (active.mate, "standby")):
        sums = tuple(sum(window[unit, name] for name in units[unit]) for window in windows)
        rows.append((f"{words}: {role} unit", sums))
    return [Series(what=what, unit="% CPU", values=values) for what, values in rows]


def _memory(words: str, units: dict[Unit, dict[str, int]], active: Unit) -> Grid:
    names = tuple(units[active])
    rows = []
    for unit, role in ((active, "active"), (active.mate, "standby")):
        try:
            used = [memory_kb(pid) for pid in units[unit].values()]
        except OSError as error:
            raise WorldError(f"a process of an idle unit ended: {error.strerror}") from error
        used.append((sum(pss for pss, _ in used), sum(own for _, own in used)))
        rows.append((role, *(f"{pss / 1024:.1f} ({own / 1024:.1f})" for pss, own in used)))
    return Grid((f"MB, {words}", *names, _SUM), tuple(rows))
