"""The table of Failover Actions, row by row, in cable and in LAN mode, in the simulated world."""

from __future__ import annotations

import json

import pytest

from controller.bench.simulated.world import SimulatedWorld
from controller.console.picture import PairPicture, fold
from firmware.core.management.topics import base
from firmware.core.settings import Mode
from tests.document.rows import MESSAGES, PAGE, Playing, Row, rows

ROWS = rows(PAGE.read_text(encoding="utf-8"))


def picture(world: SimulatedWorld) -> PairPicture:
    """What a broker would have retained: the last that each unit published, and who is there."""
    known, boxes = PairPicture(), world.sim.units.values()
    topics = [(box, base("lab", "bench", box.facts.chassis)) for box in boxes]
    published = [(said, topic) for box, topic in topics for said in box.published]
    for said, topic in sorted(published, key=lambda one: str(one[0].payload["at"])):
        known = fold(known, topic + said.topic, json.dumps(said.payload))
    for box, topic in topics:
        known = fold(known, topic + "availability", "online" if box.powered else "offline")
    return known


def test_the_page_has_eight_rows() -> None:
    assert len(ROWS) == 8
    assert [row.event for row in ROWS] == list(MESSAGES)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.event.replace(" ", "-"))
def test_a_row_is_as_the_page_has_it(row: Row, mode: Mode, seed: int) -> None:
    world = SimulatedWorld(seed)
    wrong = Playing(row, mode, world, lambda: picture(world)).play()
    assert not wrong, "\n".join(wrong)
