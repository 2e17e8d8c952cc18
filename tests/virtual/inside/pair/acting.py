"""A row of the document's table, played with real units: the broker knows their states."""

from __future__ import annotations

import pytest

from controller.bench.live import Listening
from controller.bench.virtual.broker import NO_MOSQUITTO
from controller.console.picture import PairPicture
from firmware.core.settings import Mode
from tests.document.rows import Playing, Row
from tests.virtual.inside.pair.living import Pair


def play(pair: Pair, row: Row, mode: Mode) -> None:
    """Fails with what is not as the page has it."""
    broker = pair.world.broker
    if broker is None:
        pytest.skip(NO_MOSQUITTO)
    listening = Listening(broker.address, broker.port, {})

    def picture() -> PairPicture:
        listening.look()
        return listening.picture

    playing = Playing(row, mode, pair.world, picture)
    try:
        wrong = playing.play()
        assert not wrong, "\n".join([*wrong, pair.words()])
    finally:
        listening.close()
    pair.judged = True  # the row's own judgement was part of it
