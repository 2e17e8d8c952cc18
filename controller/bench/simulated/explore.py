"""Hunts: schedules of faults nobody thought of, one a seed, in the simulated world.

A seed decides the rig, the timers, the faults and every delay; the schedule is written as a story
first and then played, so that a failing seed can be read, kept and stepped by hand. Two kinds:

- *single*: a pair at rest, one fault. Somebody forwards again within that fault's bound, never two
  at once while they hear each other.
- *many*: up to a dozen faults and repairs in a minute; then everything is mended and the pair must
  come to one active and one Standby Ready unit.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from controller.bench.simulated.invariants import Rules
from controller.bench.simulated.simulation import Simulation
from controller.bench.simulated.world import SimulatedWorld
from controller.bench.story import BadStory, Story, parse
from controller.bench.verbs import Expect, Step, TypeLines, Wait
from controller.bench.world import Unit

BOOTS = Path(__file__).resolve().parents[3] / "tests" / "stories" / "boot"
SETTLE_S, CALM_S = 12, 45
MANY_MOST = 12
TIMERS = {
    "cable": ("unit msec 200 holdtime msec 800", "unit 1 holdtime 3", "unit 15 holdtime 45"),
    "lan": ("unit msec 50 holdtime msec 150", "unit msec 200 holdtime msec 800", "unit 1"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A schedule that broke a rule."""

    seed: int
    story: str
    why: tuple[str, ...]


def story_text(seed: int) -> str:
    """The schedule of that seed, in the words of docs/stories.md."""
    chance = Random(seed)
    mode = chance.choice(("cable", "lan"))
    boot = chance.choice((mode, f"{mode}-saved"))
    kind = chance.choice(("single", "many"))
    lines = [f"# Seed {seed}, {kind}.", f"boot: {boot}", ""]
    lines += ["power-on primary secondary", f"wait {SETTLE_S}s"]
    lines += ["type primary", f"    failover polltime {chance.choice(TIMERS[mode])}"]
    lines += ["    failover polltime interface msec 500 holdtime 5", "wait 12s"]
    faults = list(_faults(chance, mode))
    if kind == "single":
        lines += [f"! {chance.choice(faults)}", f"wait {CALM_S}s"]
        return "\n".join(lines) + "\n"
    for _ in range(chance.randrange(2, MANY_MOST)):
        lines += [chance.choice((*faults, *_repairs())), f"wait {chance.randrange(1, 6000)}ms"]
    lines += [*_repairs(), f"wait {CALM_S}s"]
    return "\n".join(lines) + "\n"


def _faults(chance: Random, mode: str) -> Iterator[str]:
    for unit in Unit:
        yield f"power-off {unit}"
        yield f"kill {unit} failover"
        yield f"stop {unit} failover"
        yield f"kill {unit} management"
        yield f"pull-link {unit} Ethernet{chance.randrange(2)}"
    if mode == "cable":
        yield f"pull-cable {chance.choice(tuple(Unit))} over {chance.randrange(51)}ms"
        yield f"open-contact power-{chance.choice(tuple(Unit))}"
        yield f"cut cable {_direction(chance)}".rstrip()
        yield f"garble cable {chance.randrange(1, 5)}%"
    else:
        yield f"cut failover {_direction(chance)}".rstrip()
    yield f"cut {chance.choice(('inside', 'outside'))} {_direction(chance)}".rstrip()
    yield "type primary\n    no failover active"
    yield "type secondary\n    failover active"


def _direction(chance: Random) -> str:
    return chance.choice(("", "primary->secondary", "secondary->primary"))


def _repairs() -> tuple[str, ...]:
    return (
        "plug-cable",
        *(f"mend {link}" for link in ("cable", "failover", "inside", "outside")),
        *(f"plug-link {unit} Ethernet{n}" for unit in Unit for n in range(2)),
        "power-on primary secondary",
    )


def play(seed: int) -> Found | None:
    """One seed; None if every rule held."""
    text = story_text(seed)
    story = parse(text, file=f"seed-{seed}.story", boots=BOOTS)
    if isinstance(story, BadStory):
        return Found(seed, text, story.problems)
    world = SimulatedWorld(seed)
    try:
        why = _rules_broken(world, story, "single" in story.title)
    except AssertionError as error:
        why = [f"the core asserts: {error}"]
    finally:
        world.close()
    return Found(seed, text, tuple(why)) if why else None


def _rules_broken(world: SimulatedWorld, story: Story, single: bool) -> list[str]:
    world.prepare(story.rig)
    rules = Rules(world.sim)
    for step in story.steps:
        if step.fault:
            rules.fault()
        _do(world, step)
    return rules.broken(single=single)


def _do(world: SimulatedWorld, step: Step) -> None:
    match step.does:
        case Wait(ms):
            world.run(ms)
        case TypeLines(unit, lines):
            for line in lines:
                world.type(unit, line.line)
        case Expect():
            pass
        case action:
            world.do(action)  # type: ignore[arg-type]


def trace(seed: int) -> str:
    """Every change of state of that seed, for comparison between two runs."""
    story = parse(story_text(seed), file=f"seed-{seed}.story", boots=BOOTS)
    assert not isinstance(story, BadStory), story.problems
    world = SimulatedWorld(seed)
    world.prepare(story.rig)
    for step in story.steps:
        _do(world, step)
    lines = _history(world.sim)
    world.close()
    return "\n".join(lines)


def _history(sim: Simulation) -> list[str]:
    rows = [
        (at_us, unit, f"{change.before.text} -> {change.after.text}", change.reason)
        for unit, box in sim.units.items()
        for at_us, change in box.history
    ]
    return [f"{us / 1e6:10.6f}s  {unit:9}  {what:45} {why}" for us, unit, what, why in sorted(rows)]


def explore(
    seeds: range, tell: Callable[[str], None] = print, *, every_s: float | None = None
) -> list[Found]:
    """Play them all; says how it goes every so often, and the rate at the end.

    Not told how often, once a second on a terminal and every 10 s elsewhere. KeyboardInterrupt ends
    it early: the rate is told all the same, and the interrupt goes on unless something was found.
    """
    every_s = every_s if every_s is not None else 1 if sys.stdout.isatty() else 10
    found: list[Found] = []
    count, begun = 0, time.monotonic()
    told = begun
    try:
        for seed in seeds:
            _keep(play(seed), found, tell)
            count += 1
            if time.monotonic() - told >= every_s:
                told = time.monotonic()
                tell(f"  {count} of {len(seeds)} schedules, {len(found)} failing")
    except KeyboardInterrupt:
        tell(f"interrupted, {len(seeds) - count} not played")
        if not found:
            raise
    finally:
        seconds = max(time.monotonic() - begun, 1e-9)
        rate = f"{count} schedules in {seconds:.1f} s: {count / seconds:.1f} a second"
        tell(f"{rate}, {len(found)} failing")
    return found


def _keep(broken: Found | None, found: list[Found], tell: Callable[[str], None]) -> None:
    """Note a schedule that broke a rule, and print it whole: it is the way to play it again."""
    if broken is None:
        return
    found.append(broken)
    tell(f"seed {broken.seed} broke a rule:")
    for line in broken.why:
        tell(f"  {line}")
    tell(broken.story)
