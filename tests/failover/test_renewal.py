"""NC-5: a unit begins a new life without a restart, and nobody changes role."""

import random

import pytest

from firmware.core.failover import effects as fe
from firmware.core.failover import events as ev
from firmware.core.failover.lives import next_life
from firmware.core.failover.renewal import LAST_QUARTER
from firmware.core.message_ids import MessageId
from firmware.core.settings import Mode
from firmware.core.wire.bodies import CABLE, LAN, Ack, Body, Frame, Header, Segment

from .pair import A, B, Pair

MODES = pytest.mark.parametrize("mode", list(Mode))
UNITS = pytest.mark.parametrize("index", [A, B])
AHEAD = 500  # sequences the mate has not reached yet, and the window still takes


def link(pair: Pair) -> str:
    return LAN if pair.mode is Mode.LAN else CABLE


def forge(pair: Pair, to: int, *bodies: Body) -> None:
    """Say this in the mate's name, which knows both boots."""
    mate, unit = pair.engine(1 - to).unit, pair.engine(to).unit
    for number, body in enumerate(bodies, mate.hellos.sequence + AHEAD):
        head = Header(number, mate.boot, unit.boot)
        pair.step(to, ev.FrameReceived(link(pair), Frame(head, body)))


def carried(pair: Pair, sender: int) -> bool:
    """Whether something queued now arrives within 20 s."""
    told = len(pair.effects[1 - sender])
    pair.step(sender, ev.MessageQueued(b"whole"))
    pair.run(20_000)
    return fe.DeliverMessage(b"whole") in pair.effects[1 - sender][told:]


def resets(pair: Pair, index: int) -> int:
    return sum(isinstance(effect, fe.ResetReplication) for effect in pair.effects[index])


def same_roles(pair: Pair, changes: list[int]) -> bool:
    return pair.states == ("Active", "Standby Ready") and changes == list(map(len, pair.history))


@MODES
@UNITS
def test_segments_in_the_mates_name_end_the_channel_at_both_ends_and_it_begins_anew(mode, index):
    pair = Pair(mode).both()
    changes, before = list(map(len, pair.history)), [resets(pair, A), resets(pair, B)]
    chance = random.Random(1)
    forge(pair, index, *(Segment(n, False, chance.randbytes(20)) for n in range(50)))
    pair.step(1 - index, ev.MessageQueued(b"lost"))
    pair.run(20_000)
    assert [resets(pair, A), resets(pair, B)] == [before[A] + 1, before[B] + 1]
    assert carried(pair, A)
    assert carried(pair, B)
    assert same_roles(pair, changes)
    assert MessageId.CHANNEL_BEGUN_ANEW in pair.logged(1 - index)


@MODES
def test_acknowledgements_of_what_was_not_sent_end_it_too(mode):
    pair = Pair(mode).both()
    changes = list(map(len, pair.history))
    forge(pair, A, *[Ack(70_000)] * 4)
    pair.run(10)
    assert carried(pair, A)
    assert carried(pair, B)
    assert same_roles(pair, changes)


def test_however_much_is_said_in_its_name_a_life_lasts_five_seconds():
    pair = Pair().both()
    before = resets(pair, A)
    for _ in range(100):
        forge(pair, A, *[Ack(70_000)] * 4)
        pair.run(100)
    assert 1 <= resets(pair, A) - before <= 3


@MODES
@UNITS
def test_sequences_never_end(mode, index):
    pair = Pair(mode).both()
    changes, unit = list(map(len, pair.history)), pair.engine(index).unit
    boot, seals = unit.boot, pair.sealed[index]
    told = [len(pair.logs[A]), len(pair.logs[B])]
    unit.hellos.sequence = LAST_QUARTER
    pair.run(30_000)
    assert unit.boot == next_life(boot)
    assert 0 < unit.hellos.sequence < 10_000
    assert pair.engine(1 - index).unit.mate.boot == unit.boot
    assert pair.sealed[index] != seals
    assert pair.sealed[index][0].frame.header.boot == unit.boot
    assert same_roles(pair, changes)
    assert [len(pair.logs[A]), len(pair.logs[B])] == told
    assert carried(pair, A)
    assert carried(pair, B)


@MODES
def test_both_sequences_may_end_at_once(mode):
    pair = Pair(mode).both()
    changes = list(map(len, pair.history))
    for index in (A, B):
        pair.engine(index).unit.hellos.sequence = LAST_QUARTER
    pair.run(30_000)
    assert same_roles(pair, changes)
    assert carried(pair, A)
    assert carried(pair, B)


def test_a_new_life_that_the_mate_did_not_hear_of_is_told_when_it_hears_again():
    pair = Pair().both()
    changes = list(map(len, pair.history))
    pair.cut(LAN)
    pair.run(2_000)
    pair.engine(B).unit.hellos.sequence = LAST_QUARTER
    pair.run(2_000)
    pair.lost.clear()
    pair.run(10_000)
    assert same_roles(pair, changes)
    assert carried(pair, A)


def test_a_life_that_ended_so_is_not_heard_again():
    pair = Pair().both()
    unit = pair.engine(B).unit
    old = next(
        e for e in reversed(pair.effects[B]) if isinstance(e, fe.SendFrame) and e.channel == LAN
    )
    unit.hellos.sequence = LAST_QUARTER
    pair.run(1_000)
    pair.step(A, ev.FrameReceived(LAN, old.frame))
    assert pair.engine(A).unit.mate.boot == unit.boot


def test_the_next_life_is_never_the_same_nor_nobodys():
    boot, seen = 1, set()
    for _ in range(1_000):
        boot = next_life(boot)
        assert 0 < boot < 1 << 64
        assert boot not in seen
        seen.add(boot)
