"""ST-8: of two units that cannot be a pair and boot together, the primary serves. In any order."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from firmware.core.failover import effects as fe
from firmware.core.failover import events as ev
from firmware.core.failover.engine import Engine
from firmware.core.settings import Mode
from firmware.core.wire.bodies import Frame

from .pair import A, B, Pair

FRAME_US = (100, 6_000, 50_000, 400_000)  # frames overtake one another
PREPARE_US = (1_000, 10_000, 900_000, 3_000_000)
APART_MS = (0, 1, 50, 300, 1_000, 2_500, 4_000)  # a unit waits 5 s for its mate
LOST = 0.1


class Unsteady(Pair):
    """Every delay and loss from one seed; the primary is transparent, the secondary routed."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        super().__init__(self.chance.choice(list(Mode)))
        self.facts[A] = replace(self.facts[A], transparent=True)
        self.prepare_us = [self.chance.choice(PREPARE_US) for _ in (A, B)]

    def boot_both(self) -> None:
        """Either of them first."""
        first = self.chance.choice((A, B))
        self.boot(first)
        self.run(self.chance.choice(APART_MS))
        self.boot(1 - first)

    def _say(self, index: int, channel: str, frame: Frame) -> None:
        if self.chance.random() >= LOST:
            event = ev.FrameReceived(channel, frame)
            self._later(self.chance.choice(FRAME_US), 1 - index, event)

    def _do(self, index: int, engine: Engine, effect: fe.Effect) -> None:
        if isinstance(effect, fe.PrepareDataPlane):
            self._later(self.prepare_us[index], index, ev.Done("PrepareDataPlane"))
        else:
            super()._do(index, engine, effect)


@pytest.mark.parametrize("seeds", [range(start, start + 30) for start in range(0, 90, 30)])
def test_the_primary_serves_and_the_secondary_is_passive(seeds: range) -> None:
    for seed in seeds:
        pair = Unsteady(seed)
        pair.boot_both()
        pair.run(9_000)
        assert pair.states == ("Active", "Disabled"), f"seed {seed}"
        assert pair.holding == [True, False], f"seed {seed}"
