"""Plays one schedule in the simulated world and says which rules it broke.

A ground is made once and many schedules are played on it, each in a fork of this process: what a
fork does to the pair is gone with it, and making a pair ready costs ten times what a fork does.
``play`` makes the ground anew and plays in this process; both see exactly the same, and so does
`fover story --world simulated` with the seed of the ground's delays.
"""

from __future__ import annotations

import gc
import traceback
from dataclasses import dataclass
from pathlib import Path

from controller.bench.player import at_rest
from controller.bench.simulated.forked import ForkDied, forked
from controller.bench.simulated.invariants import Rules
from controller.bench.simulated.schedules import Ground, Schedule, schedule
from controller.bench.simulated.simulation import Simulation
from controller.bench.simulated.world import SimulatedWorld
from controller.bench.story import BadStory, Story, parse
from controller.bench.verbs import Expect, Rest, Served, Step, TypeLines, Wait

BOOTS = Path(__file__).resolve().parents[3] / "tests" / "stories" / "boot"
LOOK_MS = 100


@dataclass(frozen=True, slots=True)
class Found:
    """A schedule that broke a rule."""

    schedule: Schedule
    why: tuple[str, ...]
    active: str = ""  # who forwarded when a single fault came

    @property
    def rules(self) -> frozenset[str]:
        """Which rules, by clause: what shrinking must keep."""
        return frozenset(line.partition(":")[0] for line in self.why)


@dataclass(slots=True)
class Settled:
    """A ground that was made: a pair under its rules."""

    world: SimulatedWorld
    rules: Rules

    def play(self, wanted: Schedule) -> Found | None:
        """Play what is the schedule's own, here and now. None if every rule held."""
        why = list[str]()
        try:
            self._do(wanted, wanted.after_ground)
            why += self.rules.broken(willing=wanted.rewrites)
            if wanted.anew and not why:
                self._do(wanted, wanted.anew)
                why += self.rules.broken()
        except AssertionError as error:
            why.append(f"assert: {_where(error)}")
        return Found(wanted, tuple(why), " ".join(self.rules.active)) if why else None

    def _do(self, wanted: Schedule, text: str) -> None:
        for step in _read(wanted.head + text).steps:
            if step.fault:
                self.rules.fault(wanted.single)
            _do(self.world, step)


def settle(ground: Ground) -> Settled:
    """Make that ground. Raises AssertionError where the pair does not come to rest."""
    world = SimulatedWorld(ground.variant)
    story = _read(f"# A ground.\nboot: {ground.boot}\n\n{ground.text()}")
    world.prepare(story.rig)
    rules = Rules(world.sim)
    for step in story.steps:
        _do(world, step)
    return Settled(world, rules)


def play(seed: int) -> Found | None:
    """One seed; None if every rule held."""
    wanted = schedule(seed)
    return settle(wanted.ground).play(wanted)


class Grounds:
    """Grounds that were made, each played on in forks."""

    def __init__(self) -> None:
        self._made: dict[Ground, Settled] = {}

    def play(self, wanted: Schedule) -> Found | None:
        """As ``play``, and nothing of it is left behind."""
        settled = self._settled(wanted.ground)
        try:
            return forked(lambda: (settled or settle(wanted.ground)).play(wanted))
        except ForkDied:
            return Found(wanted, ("crash: the process that played it died",))

    def _settled(self, ground: Ground) -> Settled | None:
        """None for one that is not worth keeping."""
        if ground.timers is not None and ground not in self._made:
            self._made[ground] = settle(ground)
            gc.collect()
            gc.freeze()  # so that a collection in a fork touches, and copies, none of it
        return self._made.get(ground)


def _read(text: str) -> Story:
    story = parse(text, file="schedule.story", boots=BOOTS)
    assert not isinstance(story, BadStory), story.problems
    return story


def _where(error: AssertionError) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}, {frame.name}: {error}"


def _do(world: SimulatedWorld, step: Step) -> None:
    match step.does:
        case Wait(ms):
            world.run(ms)
        case TypeLines(unit, lines):
            for line in lines:
                world.type(unit, line.line)
        case Rest(ms):
            _until_rest(world, ms)
        case Expect() | Served():
            pass  # what is expected of a schedule is its rules
        case action:
            world.do(action)  # type: ignore[arg-type]


def _until_rest(world: SimulatedWorld, ms: int) -> None:
    until_ms = world.now_ms() + ms
    while world.now_ms() < until_ms and not at_rest(b.state for b in world.sim.units.values()):
        world.run(LOOK_MS)


def trace(seed: int) -> str:
    """Every change of state of that seed, for comparison between two runs."""
    wanted = schedule(seed)
    settled = settle(wanted.ground)
    settled.play(wanted)
    return "\n".join(_history(settled.world.sim))


def _history(sim: Simulation) -> list[str]:
    rows = [
        (at_us, unit, f"{change.before.text} -> {change.after.text}", change.reason)
        for unit, box in sim.units.items()
        for at_us, change in box.history
    ]
    return [f"{us / 1e6:10.6f}s  {unit:9}  {what:45} {why}" for us, unit, what, why in sorted(rows)]
