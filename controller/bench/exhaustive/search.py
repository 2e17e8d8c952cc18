"""Goes through every interleaving to a depth, from several starts, and says what it saw.

Depth first, each depth by itself, so that the first counterexample is among the shortest. A state
that was seen with as much depth left is not gone into again. Held in every state:

- the machines' own ``check``: no active without addresses, no standby with them;
- nobody holds the active addresses beside another while nothing has gone wrong;
- two that hold them and can hear each other end that within ``patience_ms``;
- from every kind of state, once all is mended and every frame arrives, one unit comes to be active
  and the other Standby Ready, and that stays.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from controller.bench.exhaustive.model import (
    A,
    Action,
    B,
    Budget,
    Does,
    State,
    actions,
    after,
    scratch,
)
from controller.bench.exhaustive.starts import START, fair
from controller.bench.player import at_rest
from controller.bench.side_by_side import side_by_side
from firmware.core.settings import Mode

PATIENCE_MS = {Mode.LAN: 2_500, Mode.CABLE: 3_500}  # as the hunts': two polls and a hold time
REST_MS, STAYS_MS = 30_000, 2_000
TELL_STATES = 2_000


@dataclass(frozen=True, slots=True)
class Broken:
    """A state that must not be, and what led there."""

    start: str
    why: str
    path: tuple[Action, ...]


@dataclass(slots=True)
class Report:
    """What a search saw."""

    start: str
    depth: int = 0
    states: int = 0  # different ones
    steps: int = 0  # actions tried
    rests: int = 0  # kinds of state from which the pair was seen to come to rest
    seconds: float = 0.0
    broken: Broken | None = None

    def line(self) -> str:
        """One line of 80 columns."""
        rate = self.steps / max(self.seconds, 1e-9)
        return (
            f"{self.start:22} {self.depth:5} {self.states:9} {self.steps:10} {self.rests:6} "
            f"{rate:8.0f}/s"
        )


HEADER = f"{'from':22} {'depth':>5} {'states':>9} {'steps':>10} {'rests':>6} {'rate':>10}"


@dataclass(slots=True)
class Search:
    """One start, searched to a depth."""

    start: str
    budget: Budget
    starts: Mapping[str, Callable[[], State]] = field(default_factory=lambda: START)
    report: Report = field(init=False)
    _seen: dict[int, int] = field(default_factory=dict)  # state, depth left
    _rested: set[object] = field(default_factory=set)
    _path: list[Action] = field(default_factory=list)

    def at(self, depth: int) -> Report:
        """Everything that can happen in that many actions."""
        begun = time.monotonic()
        self.report = Report(self.start, depth)
        self._seen.clear()
        self._path.clear()
        try:
            self._from(replace(self.starts[self.start](), budget=self.budget), depth)
        except AssertionError as error:
            self.report.broken = Broken(self.start, str(error), tuple(self._path))
        self.report.states = len(self._seen)
        self.report.rests = len(self._rested)
        self.report.seconds = time.monotonic() - begun
        return self.report

    def _from(self, state: State, left: int) -> None:
        key = state.key()
        if self._seen.get(key, -1) >= left:
            return
        self._seen[key] = left
        self._comes_to_rest(state)
        if not left:
            return
        for action in list(actions(state)):
            self._path.append(action)
            self.report.steps += 1
            following = after(state, action)
            judge(following)
            self._from(following, left - 1)
            self._path.pop()

    def _comes_to_rest(self, state: State) -> None:
        kind = _kind(state)
        if kind not in self._rested:
            self._rested.add(kind)
            comes_to_rest(state)


def told(broken: Broken, starts: Mapping[str, Callable[[], State]] = START) -> str:
    """The counterexample, to read: what happened, and what both units were after it."""
    state = replace(starts[broken.start](), budget=Budget(len(broken.path), len(broken.path), 9))
    lines = [f"{broken.start}: {broken.why}", f"{_shown(state)}  {broken.start}"]
    with suppress(AssertionError):  # the last action may be the one that fails
        for action in broken.path:
            state = after(state, action)
            lines.append(f"{_shown(state)}  {action}")
    if len(lines) < len(broken.path) + 2:
        lines.append(f"{'':51}  {broken.path[-1]}")
    return "\n".join(lines)


def _shown(state: State) -> str:
    who = "".join("*" if holds else " " for holds in state.holding)
    return f"{state.now_ms:8} ms  {state.state(A):16} {state.state(B):18} {who}"


def exhaust(
    depth: int, budget: Budget, tell: Callable[[str], None] = print, processes: int | None = None
) -> list[Broken]:
    """Search from every start, deeper and deeper; says each depth that is done, and what broke."""
    tell(
        f"every interleaving of {depth} actions, of them at most {budget.losses} frames lost, "
        f"{budget.faults} faults, {budget.orders} orders"
    )
    tell(HEADER)
    begun, steps, broken = time.monotonic(), 0, dict[str, Broken]()
    jobs = ((start, at) for at in range(1, depth + 1) for start in START if start not in broken)
    for _, report in side_by_side(lambda: _searcher(budget), jobs, processes):
        steps += report.steps
        tell(report.line())
        if report.broken is not None and report.start not in broken:
            broken[report.start] = report.broken
            tell(told(report.broken))
    seconds = max(time.monotonic() - begun, 1e-9)
    tell(f"{steps} steps in {seconds:.1f} s: {steps / seconds:.0f} a second, {len(broken)} broken")
    return list(broken.values())


def _searcher(budget: Budget) -> Callable[[tuple[str, int]], Report]:
    """What a process does with a start and a depth; it keeps what it has seen come to rest."""
    searches = {start: Search(start, budget) for start in START}
    return lambda job: searches[job[0]].at(job[1])


def judge(state: State) -> None:
    """What must hold in every state. Raises AssertionError."""
    if state.both_since_ms is None:
        return
    assert not state.quiet, "both hold the active addresses, and nothing went wrong"
    disturbed_ms = state.disturbed_ms if state.disturbed_ms is not None else 0
    both_ms = state.now_ms - max(state.both_since_ms, disturbed_ms)
    hear = not state.cut
    assert not hear or both_ms <= PATIENCE_MS[state.mode], (
        f"both hold the active addresses and hear each other for {both_ms} ms"
    )


def _kind(state: State) -> object:
    """What of a state decides, roughly, how it goes on."""
    kinds: list[object] = [*state.holding, state.cut, *state.carrier, state.syncing]
    for engine in state.engines:
        if engine is None:
            kinds.append(None)
            continue
        unit, mate = engine.unit, engine.unit.mate
        hello = None if mate.hello is None else (mate.hello.state, mate.hello.holding)
        kinds += [unit.state, mate.lost, mate.failed, hello, unit.link.failed, unit.sync]
        kinds += [unit.handover.yielded_ms is None, unit.handover.claim is None]
        kinds += [unit.handover.asked_ms is None, mate.boot]
    return tuple(kinds)


def comes_to_rest(state: State) -> State:
    """Mend everything, let every frame arrive: the pair must come to rest, and stay there."""
    state = mended(scratch(state))
    until_ms = state.now_ms + REST_MS
    rested_ms: int | None = None
    while rested_ms is None or state.now_ms - rested_ms < STAYS_MS:
        rests = at_rest(state.state(unit) for unit in (A, B))
        rested_ms = (state.now_ms if rested_ms is None else rested_ms) if rests else None
        assert state.now_ms < until_ms, f"never comes to rest: {state.state(A)}, {state.state(B)}"
        state = fair(state)
        judge(state)
    return state


def mended(state: State) -> State:
    """All that is broken made good."""
    repairs = (Does.MENDED, Does.BOOTS, Does.CARRIER_BACK)
    while due := [action for action in actions(state) if action.does in repairs]:
        state = after(state, due[0])
    return state
