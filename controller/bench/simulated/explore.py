"""Hunts: schedules of faults nobody thought of, one a seed, in the simulated world.

A seed decides the rig, the timers, the faults and every delay (schedules.py); the schedule is
played as a story, so that a failing seed can be read, kept and stepped by hand. As many processes
play as the machine has cores; a hunt can go on where another one ended.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from controller.bench.side_by_side import side_by_side
from controller.bench.simulated.playing import Found, Grounds
from controller.bench.simulated.schedules import schedule
from controller.bench.simulated.shrinking import shrunk

BATCH = 10  # seeds a process takes at a time
SHRUNK_MOST = 3  # of one hunt: what else is found is likely the same


@dataclass(slots=True)
class Tally:
    """How a hunt goes."""

    seeds: range
    begun: float = field(default_factory=time.monotonic)
    played: int = 0
    next_seed: int = 0  # every seed before it was played
    found: list[Found] = field(default_factory=list)
    _ahead: dict[int, int] = field(default_factory=dict)  # batches that overtook others

    def done(self, batch: range) -> None:
        """These were played."""
        self.played += len(batch)
        self._ahead[batch.start] = batch.stop
        while self.next_seed in self._ahead:
            self.next_seed = self._ahead.pop(self.next_seed)

    @property
    def rate(self) -> float:
        """Schedules a second."""
        return self.played / max(time.monotonic() - self.begun, 1e-9)

    def progress(self) -> str:
        """One line on the way."""
        left_s = round((len(self.seeds) - self.played) / max(self.rate, 1e-9))
        return (
            f"  {self.played} of {len(self.seeds)} schedules, {self.rate:.1f} a second, "
            f"{left_s // 3600}:{left_s // 60 % 60:02}:{left_s % 60:02} left, "
            f"{len(self.found)} failing"
        )

    def footer(self) -> str:
        """The line at the end."""
        return (
            f"{self.played} schedules in {time.monotonic() - self.begun:.1f} s: "
            f"{self.rate:.1f} a second, {len(self.found)} failing"
        )


def explore(
    seeds: range,
    tell: Callable[[str], None] = print,
    *,
    every_s: float | None = None,
    processes: int | None = None,
) -> list[Found]:
    """Play them all; says how it goes every so often, and the rate at the end.

    Not told how often, once a second on a terminal and every 10 s elsewhere; not told how many
    processes, one a core. What breaks a rule is shrunk and printed at once. KeyboardInterrupt ends
    it early: the rate and where to go on are told all the same, and the interrupt goes on unless
    something was found.
    """
    every_s = every_s if every_s is not None else 1 if sys.stdout.isatty() else 10
    tally, told = Tally(seeds, next_seed=seeds.start), time.monotonic()
    try:
        for batch, found in side_by_side(_player, _batches(seeds), processes):
            tally.done(batch)
            for one in found:
                _keep(one, tally, tell)
            if time.monotonic() - told >= every_s:
                told = time.monotonic()
                tell(tally.progress())
    except KeyboardInterrupt:
        tell(f"interrupted; go on with --from {tally.next_seed}")
        if not tally.found:
            raise
    finally:
        tell(tally.footer())
    return tally.found


def _keep(found: Found, tally: Tally, tell: Callable[[str], None]) -> None:
    """Note a schedule that broke a rule, shrink it, and print it: the way to play it again."""
    tally.found.append(found)
    tell(f"seed {found.schedule.seed} broke a rule:")
    for line in found.why:
        tell(f"  {line}")
    if len(tally.found) <= SHRUNK_MOST:
        tell(shrunk(found, tell))
    else:
        tell(f"play it again: fover explore --from {found.schedule.seed} --seeds 1")


def _batches(seeds: range) -> Iterator[range]:
    return (seeds[at : at + BATCH] for at in range(0, len(seeds), BATCH))


def _player() -> Callable[[range], list[Found]]:
    """What a process of a hunt does with a batch of seeds."""
    grounds = Grounds()

    def play(seeds: range) -> list[Found]:
        played = (grounds.play(schedule(seed)) for seed in seeds)
        return [found for found in played if found is not None]

    return play
