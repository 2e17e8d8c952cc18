"""A row of the document's table, played with real units: the broker knows their states."""

from __future__ import annotations

import pytest

from controller.bench.live import Listening
from controller.bench.virtual.broker import NO_MOSQUITTO
from controller.bench.world import Traffic
from controller.console.picture import PairPicture
from firmware.core.settings import Mode
from tests.document.rows import PAGE, Playing, Row, rows
from tests.virtual.inside.pair.living import Pair

ROWS = rows(PAGE.read_text(encoding="utf-8"))


def played(pair: Pair, row: Row, mode: Mode) -> list[str]:
    """What is not as the page has it, and then all that the units said; nothing if all is."""
    broker = pair.world.broker
    if broker is None:
        pytest.skip(NO_MOSQUITTO)
    listening = Listening(broker.address, broker.port, {})

    def picture() -> PairPicture:
        listening.look()
        return listening.picture

    try:
        wrong = Playing(row, mode, pair.world, picture).play()
        return [*wrong, pair.words()] if wrong else []
    finally:
        listening.close()
        pair.world.do(Traffic(False))
        pair.judged = True  # the row's own judgement is part of it
