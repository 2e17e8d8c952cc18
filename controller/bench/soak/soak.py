"""Faults from the table, one after another, at a living pair with traffic through it.

A seed decides the settings, the faults, their words and the moments. After each fault and its
repair the pair must come to rest, and everything that ``audit`` looks at must be as it must be. A
violation prints the story that did it; the last line says how many there were.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from controller.bench.faults import Drawn, draw, in_world
from controller.bench.player import at_rest
from controller.bench.soak.audit import Audit
from controller.bench.soak.looking import ask, look
from controller.bench.story import BadStory, Story, parse
from controller.bench.verbs import Rest, TypeLines, Wait
from controller.bench.virtual.namespaces import RUN
from controller.bench.virtual.world import VirtualWorld
from controller.bench.world import Traffic, Unit, WorldError
from firmware.core.settings import Mode

BOOTS = Path(__file__).resolve().parents[3] / "tests" / "stories" / "boot"
FAULTS_EACH = 12  # of a setting, then another one is set up
REST_S, SETTLES_S, LOOK_S = 90.0, 2.0, 0.1  # a unit that flapped is held back for 60 s
AFTER_MS = (200, 1_500, 4_000)  # a fault lasts about so long
RESTING_MS = 500
TIMERS = "unit msec 200 holdtime msec 800"
INTERFACE = "interface msec 500 holdtime 5"
WIDTH = 80


@dataclass(slots=True)
class Setting:
    """A pair's boot set and mode, told apart from others in the audit."""

    boot: str
    mode: Mode

    @property
    def begin(self) -> str:
        """The verbs that bring it to rest."""
        return (
            f"power-on primary secondary\nrest within {REST_S:.0f}s\ntype primary\n"
            f"    failover polltime {TIMERS}\n    failover polltime {INTERFACE}\n"
            f"wait {SETTLES_S:.0f}s\n"
        )


@dataclass(slots=True)
class Sum:
    """What became of one kind of fault."""

    times: int = 0
    worst_ms: float = 0.0
    violations: int = 0


@dataclass(slots=True)
class Totals:
    """What a soak has seen."""

    begun_s: float = field(default_factory=time.monotonic)
    kinds: dict[str, Sum] = field(default_factory=dict)

    @property
    def violations(self) -> int:
        """Of all kinds."""
        return sum(kind.violations for kind in self.kinds.values())

    def add(self, name: str, outage_ms: float | None, violations: int) -> None:
        """A fault is over and was looked at."""
        kind = self.kinds.setdefault(name, Sum())
        kind.times += 1
        kind.worst_ms = max(kind.worst_ms, outage_ms or 0.0)
        kind.violations += violations

    def table(self) -> list[str]:
        """The end of a soak: a line a kind, and one for all."""
        lines = [f"{'fault':32} {'times':>5} {'worst outage':>13} {'violations':>10}"]
        for name, kind in sorted(self.kinds.items()):
            worst = f"{kind.worst_ms / 1000:.2f} s"
            lines.append(f"{name:32} {kind.times:5} {worst:>13} {kind.violations:10}")
        faults = sum(kind.times for kind in self.kinds.values())
        minutes = (time.monotonic() - self.begun_s) / 60
        lines.append(f"{faults} faults in {minutes:.1f} minutes, {self.violations} violations")
        return lines


class Soak:
    """One run. ``tell`` gets every line that stays, of at most 80 columns but for stories."""

    def __init__(self, world: VirtualWorld, seed: int, tell: Callable[[str], None]) -> None:
        self._world = world
        self._chance = Random(seed)
        self._tell = tell
        self._audit = Audit()
        self.totals = Totals()

    def run(self, minutes: float) -> None:
        """Until the time is over; the fault under way is looked at to its end."""
        until_s = self.totals.begun_s + minutes * 60
        while time.monotonic() < until_s:
            mode = self._chance.choice(tuple(Mode))
            setting = Setting(f"{mode.value}-saved", mode)
            self._set_up(setting)
            for _ in range(FAULTS_EACH):
                if time.monotonic() >= until_s:
                    break
                self._one(setting, until_s)

    def _set_up(self, setting: Setting) -> None:
        story = _read(setting, setting.begin)
        self._world.prepare(story.rig)
        self._tell(f"a pair of {setting.boot}")
        self._play(story)
        self._await_rest()

    def _one(self, setting: Setting, until_s: float) -> None:
        """A fault, its repair, a look. What is wrong is told, and a new pair set up."""
        drawn = draw(self._chance, in_world("virtual", setting.mode), setting.mode)
        lasts_ms = self._chance.choice(AFTER_MS)
        self._look_anew()
        why, outage_ms = self._hurt(setting, drawn, lasts_ms)
        self.totals.add(drawn.fault.name, outage_ms, len(why))
        self._say(drawn, outage_ms, bool(why), until_s)
        if why:
            self._tell_story(setting, drawn, lasts_ms, why)
            self._set_up(setting)

    def _look_anew(self) -> None:
        """With new traffic, once the hosts have asked for the active addresses: a capture learns
        from the answers which MAC is whose."""
        self._world.forget()
        ask()
        self._world.do(Traffic(True))

    def _hurt(
        self, setting: Setting, drawn: Drawn, lasts_ms: int
    ) -> tuple[list[str], float | None]:
        """What is wrong afterwards, and how long nothing got through at worst."""
        self._world.mark_fault()
        try:
            self._play(_read(setting, f"{drawn.does}\nwait {lasts_ms}ms\n"))
            self._play(_read(setting, f"{drawn.repair}\nwait {RESTING_MS}ms\n"))
            why = [] if self._await_rest() else ["does not come to rest"]
            seen = look(self._world, RUN)  # before the measurement, which ends the traffic
            outage_ms = self._world.measure().outage_gap_ms
            why += self._world.judge()
            return why + self._audit.check(seen, setting.boot), outage_ms
        except WorldError as error:
            return [f"the bench: {error}"], None

    def _await_rest(self) -> bool:
        """Whether the pair comes to rest, and stays so for a moment. Traffic is on again then."""
        until_s, since_s = time.monotonic() + REST_S, None
        while time.monotonic() < until_s:
            rests = at_rest(self._world.state(unit) for unit in Unit)
            now_s = time.monotonic()
            since_s = (since_s or now_s) if rests else None
            if since_s is not None and now_s - since_s >= SETTLES_S:
                return True
            time.sleep(LOOK_S)
        return False

    def _play(self, story: Story) -> None:
        for step in story.steps:
            match step.does:
                case Wait(ms):
                    self._world.run(ms)
                case TypeLines(unit, lines):
                    for line in lines:
                        self._world.type(unit, line.line)
                case Rest():
                    self._await_rest()
                case action:
                    self._world.do(action)  # type: ignore[arg-type]

    def _say(self, drawn: Drawn, outage_ms: float | None, wrong: bool, until_s: float) -> None:
        number = sum(kind.times for kind in self.totals.kinds.values())
        left_s = max(0, round(until_s - time.monotonic()))
        what = f"{drawn.fault.name}, {drawn.unit}"
        lost = "-" if outage_ms is None else f"{outage_ms / 1000:.2f} s"
        self._tell(
            f"{number:5}  {what:42} {lost:>9}  {'WRONG' if wrong else 'well':5}"
            f" {left_s // 60:3}:{left_s % 60:02} left"
        )

    def _tell_story(self, setting: Setting, drawn: Drawn, lasts_ms: int, why: list[str]) -> None:
        for line in why:
            self._tell(f"  {line}")
        repair = f"{drawn.repair}\n" if drawn.repair else ""
        self._tell(
            f"# {drawn.fault.what.capitalize()}: found by a soak.\nboot: {setting.boot}\n\n"
            f"{setting.begin}traffic on\n! {drawn.does}\nwait {lasts_ms}ms\n{repair}"
            f"rest within {REST_S:.0f}s\n"
        )


def _read(setting: Setting, verbs: str) -> Story:
    head = f"# A part of a soak.\nboot: {setting.boot}\n\n"
    story = parse(head + (verbs.strip() or "wait 1ms") + "\n", file="soak.story", boots=BOOTS)
    assert not isinstance(story, BadStory), story.problems
    return story


def soak(minutes: float, seed: int) -> int:
    """Run inside the private world; the exit status. The seed is the first thing that is said."""
    print(f"seed {seed}; the same faults again: fover soak --seed {seed}", flush=True)
    world = VirtualWorld(second_opinion=False)
    run = Soak(world, seed, lambda line: print(line, flush=True))
    interrupted = False
    try:
        run.run(minutes)
    except KeyboardInterrupt:
        interrupted = True
        print("interrupted", file=sys.stderr)
    finally:
        world.close()
        print(*run.totals.table(), sep="\n")
    return 1 if run.totals.violations else 130 if interrupted else 0
