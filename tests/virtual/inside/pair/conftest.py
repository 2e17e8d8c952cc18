"""One virtual world for all checks of a living pair, with a tape recorder at every wire."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from controller.bench.virtual.world import VirtualWorld
from tests.virtual.inside.pair.living import Pair


@pytest.fixture(scope="session")
def pair() -> Iterator[Pair]:
    world = VirtualWorld()
    living = Pair(world)
    yield living
    living.close()


@pytest.fixture(scope="module", autouse=True)
def no_violation(pair: Pair) -> Iterator[None]:
    """Whatever was done to the pair in a module, its forwarders kept to their bounds."""
    pair.judged = False
    yield
    if not pair.judged:
        pair.judge()
