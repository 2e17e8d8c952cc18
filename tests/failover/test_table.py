"""The table answers everything, and what it says is reachable and consistent."""

from pathlib import Path

import pytest

from firmware.core.failover.states import ACTING, REASONS, STATES, TABLE, Cause, markdown
from firmware.core.wire.bodies import UnitState


def test_every_pair_is_answered():
    assert set(TABLE) == {(state, cause) for state in STATES for cause in Cause}


def test_every_cause_has_a_printed_reason():
    assert set(REASONS) == set(Cause)
    assert [cause for cause in Cause if not REASONS[cause]] == [Cause.PROGRESS]


@pytest.mark.parametrize("row", ACTING, ids=lambda row: f"{row.state.text}, {row.cause.name}")
def test_an_acting_row_changes_the_state_and_cites_a_clause(row):
    assert row.target is not row.state
    assert TABLE[row.state, row.cause] is row
    assert row.clause.count("-") == 1


def test_nothing_preempts():
    """FA-2: no cause but an operator's, or an active mate's own end, makes a standby active."""
    taken = {r.cause for r in ACTING if (r.state, r.target) == (6, UnitState.JUST_ACTIVE)}
    assert Cause.ACTIVE_MATE not in taken
    assert Cause.MATE_ELECTED not in taken


def test_every_state_can_be_entered_and_left():
    assert {row.target for row in ACTING} == set(STATES)
    assert {row.state for row in ACTING} == set(STATES)


def test_the_page_of_states_is_current():
    """If this fails: python -c 'from firmware.core.failover.states import *; print(markdown())'"""
    page = Path(__file__).parents[2] / "docs" / "states.md"
    assert page.read_text(encoding="utf-8") == markdown()
