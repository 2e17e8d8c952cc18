"""What one unit heard of its mate's former life, played to it again, is worth nothing (NC-1)."""

from dataclasses import replace

import pytest

from firmware.core.failover import effects as fe
from firmware.core.failover import events as ev
from firmware.core.settings import Mode

from .pair import A, B, Pair, only_active

ENDED = "of a life of the mate that ended"


@pytest.mark.parametrize("mode", list(Mode))
def test_a_recording_of_the_mates_former_life_is_worth_nothing(mode: Mode) -> None:
    """Only the mate restarted, so its old frames still echo the boot of the unit that stayed."""
    pair = Pair(mode).both()
    pair.order(B, ev.Order.ACTIVE)
    pair.run(1_000)
    assert only_active(pair, B)
    recorded = [e for e in pair.effects[B] if isinstance(e, fe.SendFrame)]
    pair.die(B)
    pair.run(2_000)
    pair.boot(B)
    pair.run(8_000)
    assert only_active(pair, A)
    before, life = len(pair.history[A]), pair.engine(A).unit.mate.boot
    for send in recorded:
        pair.step(A, ev.FrameReceived(send.channel, send.frame))
    pair.run(3_000)
    assert pair.engine(A).unit.mate.boot == life
    assert len(pair.history[A]) == before
    assert only_active(pair, A)
    assert sum(n for why, n in pair.engine(A).unit.ignored.items() if ENDED in why) > 0


def test_a_unit_lent_and_brought_back_is_heard_again() -> None:
    """Another chassis in between proves nothing about the first one's life."""
    pair = Pair(Mode.LAN).both()
    mate = pair.engine(A).unit.mate
    life = mate.boot
    away, pair.engines[B] = pair.engines[B], None
    pair.run(1_000)
    assert mate.lost
    mine = pair.facts[B]
    pair.facts[B] = replace(mine, chassis="spare")
    pair.boot(B)
    pair.run(8_000)
    assert mate.boot != life
    pair.engines[B], pair.facts[B] = away, mine
    pair.run(8_000)
    assert mate.boot == life
