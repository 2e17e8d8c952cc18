"""TE-7, HO-3: connections are forgotten once the mate serves, and not before."""

import pytest
from test_mirror import LAN, Unit, picture

from firmware.core.failover import effects as fe
from firmware.core.failover.states import REASONS, Cause
from firmware.core.management import events as ev
from firmware.core.settings import Identity
from firmware.core.wire.bodies import UnitState as S


class Told(Unit):
    """Counts how often it forgot its connections."""

    forgot = 0

    def says(self, effect: object) -> None:
        effects = self.engine.step(ev.FromFailover(effect), self.now_ms, self.now_ms)
        self.forgot += sum(isinstance(one, ev.DropConnections) for one in effects)

    def goes(self, before: S, after: S, cause: Cause) -> None:
        self.says(fe.StateChanged(before, after, REASONS[cause]))

    def hears(self, mine: S, other: S) -> None:
        self.says(fe.Publish(picture(self.identity, mine, other)))


@pytest.fixture
def active() -> Told:
    """A unit that serves, and has let go in a planned switchover."""
    unit = Told(Identity.PRIMARY, LAN)
    unit.goes(S.NEGOTIATION, S.JUST_ACTIVE, Cause.NO_ACTIVE_UNIT)
    unit.hears(S.ACTIVE, S.STANDBY_READY)
    unit.goes(S.ACTIVE, S.STANDBY_READY, Cause.YIELDED_BY_ORDER)
    unit.hears(S.STANDBY_READY, S.STANDBY_READY)
    assert unit.forgot == 0
    return unit


def test_once_the_mate_serves_they_are_forgotten_once(active: Told) -> None:
    for other in (S.JUST_ACTIVE, S.ACTIVE, S.ACTIVE):
        active.hears(S.STANDBY_READY, other)
    assert active.forgot == 1


def test_what_is_taken_back_is_kept(active: Told) -> None:
    active.goes(S.STANDBY_READY, S.JUST_ACTIVE, Cause.HANDOVER_EXPIRED)
    active.hears(S.ACTIVE, S.STANDBY_READY)
    assert active.forgot == 0


def test_who_takes_over_without_having_seen_its_mate_serve_forgets(active: Told) -> None:
    active.goes(S.STANDBY_READY, S.JUST_ACTIVE, Cause.MATE_LOST)
    assert active.forgot == 1


def test_one_that_was_forgotten_for_is_not_forgotten_for_again(active: Told) -> None:
    active.hears(S.STANDBY_READY, S.ACTIVE)
    active.goes(S.STANDBY_READY, S.JUST_ACTIVE, Cause.MATE_LOST)
    active.hears(S.ACTIVE, S.FAILED)
    assert active.forgot == 1


def test_failover_switched_off_forgets_nothing() -> None:
    unit = Told(Identity.PRIMARY, LAN)
    unit.goes(S.NEGOTIATION, S.JUST_ACTIVE, Cause.NO_ACTIVE_UNIT)
    unit.goes(S.ACTIVE, S.DISABLED, Cause.DISABLED)
    unit.hears(S.DISABLED, S.STANDBY_READY)
    assert unit.forgot == 0


def test_a_mate_that_served_while_the_failover_process_was_away() -> None:
    unit = Told(Identity.PRIMARY, LAN)
    unit.goes(S.NEGOTIATION, S.JUST_ACTIVE, Cause.NO_ACTIVE_UNIT)
    unit.hears(S.ACTIVE, S.STANDBY_READY)
    unit.step(ev.FailoverLost())
    unit.step(ev.FailoverConnected())
    unit.hears(S.NEGOTIATION, S.ACTIVE)
    assert unit.forgot == 1
