"""History as it is kept: every row comes back, and no text does harm."""

from hypothesis import given
from hypothesis import strategies as st

from firmware.core.failover.effects import StateChanged
from firmware.core.failover.states import REASONS
from firmware.core.management import history
from firmware.core.management.views import HistoryRow
from firmware.core.wire.bodies import UnitState

states = st.sampled_from(UnitState)
changes = st.builds(StateChanged, states, states, st.sampled_from(sorted(set(REASONS.values()))))
rows = st.lists(st.builds(HistoryRow, st.integers(0, 10**14), changes), max_size=80)


@given(rows)
def test_what_is_kept_comes_back(kept):
    assert list(history.rows(history.text(kept))) == kept


@given(st.text())
def test_any_text_is_rows_or_nothing(text):
    assert all(isinstance(row, HistoryRow) for row in history.rows(text))
