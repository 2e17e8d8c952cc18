"""The document's table of Failover Actions, row by row, in LAN mode: real units, real traffic."""

from __future__ import annotations

import pytest

from firmware.core.settings import Mode
from tests.document.rows import PAGE, Row, rows
from tests.virtual.inside.pair.acting import play
from tests.virtual.inside.pair.living import Pair


@pytest.mark.parametrize("row", rows(PAGE.read_text(encoding="utf-8")), ids=lambda row: row.event)
def test_a_row_is_as_the_page_has_it(pair: Pair, row: Row) -> None:
    play(pair, row, Mode.LAN)
