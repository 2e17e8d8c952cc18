"""Switchovers that nothing asked for, with every core hogged; one pair, and five side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from controller.bench.perf import lateness_counters as counters
from controller.bench.perf.beside import Beside
from controller.bench.perf.explained import Timers, Watched, longest
from controller.bench.perf.figures import Aim, Grid, Section, Series
from controller.bench.perf.load import every_core_hogged
from controller.bench.perf.machine import may_real_time
from controller.bench.perf.pair import Pair
from controller.bench.perf.progress import Progress
from controller.bench.virtual.namespaces import RUN
from controller.bench.virtual.processes import Processes
from controller.bench.world import WorldError

KINDS = ((True, 1), (True, 5), (False, 1), (False, 5))  # real-time priority or not; pairs
TIMERS = (Timers(500, 2_000), Timers(100, 300), Timers(10, 30))
FASTEST_MS = 10
_HEAD = (
    "unit poll/hold",
    "pairs",
    "switch-overs",
    "not expl.",
    "fences",
    "not expl.",
    "stalls",
    "longest",
    "late p99.9",
    "worst",
)
HOW = (
    "Pairs in LAN mode are left alone while a busy loop at ordinary priority runs on each core; "
    "each pair, and each line, for {minutes} min. Without real-time priority the units' processes "
    "have the same priority as the loops. A switchover is a change of the unit that sends from an "
    "active MAC, by the captures; a fence is a supervisor cutting off its failover process. Stalls "
    "are what the units recorded: the failover process did not come to what was due for half the "
    "hold time or more. A switchover is explained by a stall longer than hold minus poll that was "
    "under way, or over for a hold time and a poll at most, and by a fence of the unit that was "
    "active, up to 8 s before; a fence by a silence as long. Late: "
    "alarms of all failover processes; buckets give upper bounds."
)


def false_switchovers(
    pair: Pair, progress: Progress, section: Section, minutes: float, lines: str = ""
) -> None:
    """For so many minutes each: every kind of timers, one pair and five, with and without.

    ``lines``: only those whose name has this in it.
    """
    section.title = "False switchovers with all cores hogged, LAN mode"
    section.how = HOW.format(minutes=f"{minutes:g}")
    pair.off()
    kinds = [kind for kind in KINDS if may_real_time() or not kind[0]]
    if len(kinds) < len(KINDS):
        section.notes.append("Real-time priority is not allowed here: not measured with it.")
    wanted = [(kind, [t for t in TIMERS if lines in _name(t, *kind)]) for kind in kinds]
    progress.expect(sum(len(timers) for _, timers in wanted))
    watching = _Watching(pair.world.processes, progress, section, minutes)
    try:
        for kind, timers in wanted:
            if timers:
                watching.kind(*kind, timers)
    finally:
        watching.tell()


@dataclass(slots=True)
class _Watching:
    """What has been watched so far. The aims are about a figure for each line of the tables."""

    processes: Processes
    progress: Progress
    section: Section
    minutes: float
    rows: dict[bool, list[tuple[str, ...]]] = field(default_factory=dict)  # by real-time
    slow: list[float] = field(default_factory=list)  # switchovers at polls of 100 ms and more
    fast: list[float] = field(default_factory=list)  # unexplained switchovers at 10 ms
    fences: list[float] = field(default_factory=list)  # unexplained fences, anywhere

    def kind(self, real_time: bool, pairs: int, some_timers: Sequence[Timers]) -> None:
        """So many pairs, with these timers in turn."""
        table = self.rows.setdefault(real_time, [])
        with ExitStack() as stack:
            some = [
                stack.enter_context(Beside(f"pair-{n}", RUN / "log", real_time=real_time))
                for n in range(1, pairs + 1)
            ]
            for timers in some_timers:
                words = _name(timers, real_time, pairs)
                found = self._watched(some, timers, words)
                if found:
                    row = _row(timers, found)
                    table.append(row)
                    self._judge(found, timers, words)
                    self.progress.line(_as_found(words, row))
                self.progress.done()

    def tell(self) -> None:
        """Into the section, whatever there is."""
        for real_time, table in self.rows.items():
            first = f"{'with' if real_time else 'without'} real-time priority: {_HEAD[0]}"
            self.section.grids.append(Grid((first, *_HEAD[1:]), tuple(table)))
        none = Aim("worst", 0)
        figures = {
            "switchovers at polls of 500 and 100 ms, a line of the tables": self.slow,
            "switchovers at a poll of 10 ms that no stall explains": self.fast,
            "fences that no silence explains": self.fences,
        }
        self.section.series += [
            Series(what=what, unit="", values=tuple(values), aim=none)
            for what, values in figures.items()
            if values
        ]

    def _watched(self, pairs: Sequence[Beside], timers: Timers, words: str) -> list[Watched]:
        """All pairs, watched at once; one that cannot be is a failure and left out."""
        self.section.tried += len(pairs)
        ready = []
        for one in pairs:  # one after the other: a boot of five at once takes no less
            self.progress.now(f"{words}: {one.name} comes to rest")
            with self._failing(words):
                one.ask(f"timers {timers.poll_ms} {timers.hold_ms}")
                one.answer()
                ready.append(one)
        self.progress.now(f"{words}: watching for {self.minutes:g} min")
        asked, found = [], []
        with every_core_hogged(self.processes):
            for one in ready:
                with self._failing(words):
                    one.ask(f"watch {self.minutes * 60:g}")
                    asked.append(one)
            for one in asked:
                with self._failing(words):
                    found.append(one.watched())
        return found

    @contextmanager
    def _failing(self, words: str) -> Iterator[None]:
        try:
            yield
        except WorldError as why:
            self.section.failures.append(f"{words}: {why}")

    def _judge(self, found: Sequence[Watched], timers: Timers, words: str) -> None:
        """What must not be is told, with what is known of it."""
        if timers.poll_ms == FASTEST_MS:
            self.fast.append(float(sum(len(one.unexplained(timers)) for one in found)))
        else:
            self.slow.append(float(sum(len(one.switchovers) for one in found)))
        self.fences.append(float(sum(len(one.unexplained_fences(timers)) for one in found)))
        for number, one in enumerate(found, 1):
            told = [_told(switchover.at_ns, one) for switchover in one.unexplained(timers)]
            told += [f"{f.unit} fenced: {f.why}." for f in one.unexplained_fences(timers)]
            if one.became_active > len(one.switchovers):
                on_wire = len(one.switchovers)
                told.append(f"Active {one.became_active} times, {on_wire} seen on the wire.")
            self.section.notes += [f"{words}, pair {number}: {line}" for line in told]
            if one.wrong:
                self.section.failures.append(f"{words}, pair {number}: at the end {one.wrong}")


def _name(timers: Timers, real_time: bool, pairs: int) -> str:
    return f"{pairs} x {timers.words}, {'real-time' if real_time else 'not real-time'}"


def _row(timers: Timers, found: Sequence[Watched]) -> tuple[str, ...]:
    late = counters.together(late for one in found for late in one.late.values())
    stalls = sum(len(one.stalls) for one in found)
    return (
        timers.words,
        str(len(found)),
        str(sum(len(one.switchovers) for one in found)),
        str(sum(len(one.unexplained(timers)) for one in found)),
        str(sum(len(one.fences) for one in found)),
        str(sum(len(one.unexplained_fences(timers)) for one in found)),
        str(stalls),
        f"{longest(found) / 1e6:.0f} ms" if stalls else "-",
        counters.bound_text(late.bound(0.999), late),
        late.worst(),
    )


def _as_found(words: str, row: tuple[str, ...]) -> str:
    """For who waits two hours for the tables."""
    _, _, switchovers, unexplained, fences, *_ = row
    return f"{words}: {switchovers} switchovers ({unexplained} unexplained), {fences} fences"


def _told(at_ns: int, one: Watched) -> str:
    """A switchover nobody can explain, and the stall that was nearest."""
    near = min(one.stalls, key=lambda stall: abs(stall.end_ns - at_ns), default=None)
    if near is None:
        return "a switchover, and no stall at all."
    off_ms, long_ms = (at_ns - near.end_ns) / 1e6, near.length_ns / 1e6
    return (
        f"a switchover; nearest stall: {near.unit}, {long_ms:.1f} ms, ended {off_ms:.0f} ms before."
    )
