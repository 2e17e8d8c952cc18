"""The document's table of Failover Actions, row by row, in LAN mode: real units, real traffic."""

from __future__ import annotations

import pytest

from firmware.core.settings import Mode
from tests.virtual.inside.pair.acting import ROWS, played
from tests.virtual.inside.pair.living import Pair


@pytest.fixture(scope="module", params=ROWS, ids=lambda row: row.event)
def wrong(pair: Pair, no_violation: None, request: pytest.FixtureRequest) -> list[str]:
    return played(pair, request.param, Mode.LAN)


def test_a_row_is_as_the_page_has_it(wrong: list[str]) -> None:
    assert not wrong, "\n".join(wrong)
