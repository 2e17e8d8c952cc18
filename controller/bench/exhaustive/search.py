"""Goes through every interleaving to a depth, from several starts, and says what it saw.

Depth first, deeper each round, so that the first counterexample is among the shortest. A state that
was seen with as much depth left is not gone into again. Held in every state:

- the machines' own ``check``: no active without addresses, no standby with them;
- nobody holds the active addresses beside another while nothing has gone wrong;
- two that hold them and can hear each other end that within ``patience_ms``;
- from every kind of state, once all is mended and every frame arrives, one unit comes to be active
  and the other Standby Ready, and that stays.
"""

from __future__ import annotations

import time
from collections.abc import Callable
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
)
from controller.bench.exhaustive.starts import START, fair
from controller.bench.player import at_rest
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
    depth: int = 0  # gone through whole
    states: int = 0  # different ones, of the last depth
    steps: int = 0  # actions tried, of all depths
    rests: int = 0  # kinds of state from which the pair was seen to come to rest
    seconds: float = 0.0
    broken: Broken | None = None

    def line(self) -> str:
        """One line."""
        rate = self.steps / max(self.seconds, 1e-9)
        return (
            f"{self.start:24} depth {self.depth:2}: {self.states:8} states, {self.steps:9} steps, "
            f"{rate:6.0f}/s"
        )


@dataclass(slots=True)
class Search:
    """One start, searched to a depth."""

    start: str
    budget: Budget
    report: Report = field(init=False)
    _seen: dict[int, int] = field(default_factory=dict)  # state, depth left
    _rested: set[object] = field(default_factory=set)
    _path: list[Action] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.report = Report(self.start)

    def to(self, depth: int, tell: Callable[[str], None] = lambda _: None) -> Report:
        """Search; says each depth that is done."""
        begun = time.monotonic()
        for at in range(1, depth + 1):
            self._seen.clear()
            try:
                self._from(replace(START[self.start](), budget=self.budget), at)
            except AssertionError as error:
                self.report.broken = Broken(self.start, str(error), tuple(self._path))
            self.report.states = len(self._seen)
            self.report.seconds = time.monotonic() - begun
            if self.report.broken is not None:
                break
            self.report.depth = at
            tell(self.report.line())
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
            self.report.rests += 1
            comes_to_rest(state)


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
    state = mended(state)
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
