"""The lease as the core asks for it: how long, how often, and what a standstill leads to. LS."""

from firmware.core.failover import effects as fe
from firmware.core.failover.events import TimePassed
from firmware.core.message_ids import MessageId

from .pair import A, B, Pair


def ends(pair, index):
    return [e.until_ms for e in pair.effects[index] if isinstance(e, fe.HoldLease)]


def test_ls1_it_ends_a_poll_before_the_mate_may_act():
    pair = Pair().both()
    unit = pair.engine(A).unit
    limit = unit.hellos.spoken_ms + unit.settings.hold_unit_ms - unit.settings.poll_unit_ms
    assert ends(pair, A)[-1] == limit
    assert not ends(pair, B)


def test_ls1_it_is_renewed_with_every_hello_while_the_unit_serves():
    pair = Pair().both()
    before, begun_ms = len(ends(pair, A)), pair.schedule.now_ms
    pair.run(2_000)
    polls = (pair.schedule.now_ms - begun_ms) // pair.engine(A).unit.settings.poll_unit_ms
    assert len(ends(pair, A)) - before >= polls - 1


def test_ls4_a_unit_that_stood_still_lets_go_before_it_says_anything():
    pair = Pair().both()
    unit = pair.engine(A)
    late_ms = pair.schedule.now_ms + 10 * unit.unit.settings.hold_unit_ms
    effects = unit.step(TimePassed(), late_ms)
    kinds = [type(effect).__name__ for effect in effects]
    assert "ReleaseAddresses" in kinds
    said = kinds.index("SendFrame") if "SendFrame" in kinds else len(kinds)
    assert kinds.index("ReleaseAddresses") < said
    told = [e.message for e in effects if isinstance(e, fe.Log)]
    assert MessageId.STOOD_STILL in told
    assert unit.unit.state.text != "Active"


def test_ls3_a_little_late_is_only_late():
    pair = Pair().both()
    unit = pair.engine(A)
    unit.step(TimePassed(), pair.schedule.now_ms + unit.unit.settings.poll_unit_ms)
    assert unit.unit.state.text == "Active"
