"""What the cable's lines say, and what two wired machines make of it."""

from dataclasses import replace

from firmware.core.failover import effects as fe
from firmware.core.failover import events as ev
from firmware.core.message_ids import MessageId
from firmware.core.settings import Identity, Mode
from firmware.core.wire.bodies import (
    CABLE,
)

from .pair import A, B, Pair, bare, only_active


def power_low(pair, index, **changes):
    pair.lines(index, replace(pair.cables[index], other_power=False, **changes))


def test_ps1_power_lost_and_silence_is_a_takeover_within_three_milliseconds():
    pair = Pair(Mode.CABLE).both()
    pair.die(A)
    power_low(pair, B)
    pair.run(3)
    assert only_active(pair, B)
    assert pair.history[B][-1].reason == "No power detected from peer"
    assert MessageId.MATE_POWER_LOST in pair.logged(B)


def test_ps1_last_words_still_in_the_cable_do_not_bring_a_dead_mate_back():
    pair = Pair(Mode.CABLE).both()
    pair.step(A, ev.SettingsChanged(pair.wanted[A]))  # makes it speak: 6 ms of cable
    pair.die(A)
    power_low(pair, B)
    pair.run(500)
    assert only_active(pair, B)


def test_ps3_power_lost_and_an_answer_is_a_broken_wire():
    pair = Pair(Mode.CABLE).both()
    power_low(pair, B)
    pair.run(2_000)
    assert only_active(pair, A)
    assert MessageId.CABLE_BAD in pair.logged(B)
    assert MessageId.MATE_POWER_LOST not in pair.logged(B)


def test_ps2_a_plug_that_is_being_pulled_is_not_a_power_cut():
    pair = Pair(Mode.CABLE).both()
    pair.cut_all()  # nothing could answer a probe
    power_low(pair, B)
    pair.lines(B, replace(pair.cables[B], other_plug=False))
    pair.run(20)
    assert pair.state(B) == "Standby Ready"
    assert MessageId.CABLE_NOT_CONNECTED_THERE in pair.logged(B)


def test_fa4_a_pulled_cable_stays_failed_however_soon_the_active_dies():
    pair = Pair(Mode.CABLE)
    pair.wanted = [replace(w, poll_unit_ms=15_000, hold_unit_ms=45_000) for w in pair.wanted]
    pair.boot(A, B)
    pair.run(12_000)
    for index in (A, B):
        pair.lines(index, replace(pair.cables[index], other_plug=False, other_power=False))
    pair.cut(CABLE)
    pair.run(2_000)
    assert [pair.engine(index).unit.link.failed for index in (A, B)] == [True, True]
    pair.die(A)
    pair.run(120_000)
    assert pair.states == ("off", "Standby Ready")


def test_ca4_a_plug_that_goes_in_contact_by_contact_is_no_changed_strap():
    pair = Pair(Mode.CABLE).both()
    whole = pair.cables[A]
    pair.lines(A, replace(whole, my_plug=False, other_plug=False, other_power=False, strap=None))
    pair.run(1_000)
    pair.lines(A, replace(whole, other_plug=False, other_power=False, strap=Identity.SECONDARY))
    pair.run(50)
    pair.lines(A, whole)
    pair.run(1_000)
    assert MessageId.STRAP_CHANGED not in pair.logged(A)


def read_wrong_at_power_on(ms):
    """A pair whose secondary's strap said primary for so long; then it says what it is."""
    pair = Pair(Mode.CABLE)
    right = pair.cables[B]
    pair.cables[B] = replace(right, strap=Identity.PRIMARY)
    pair.boot(A, B)
    pair.run(ms)
    wrong = pair.engine(B).unit.identity, pair.states
    pair.lines(B, right)
    pair.run(20_000)
    return pair, wrong


def test_ca4_a_strap_read_wrong_at_power_on_counts_once_it_has_settled():
    pair, (identity, _) = read_wrong_at_power_on(20)
    assert identity is Identity.PRIMARY
    assert pair.states == ("Active", "Standby Ready")
    assert pair.engine(B).unit.identity is Identity.SECONDARY
    latched = [e.identity for e in pair.effects[B] if isinstance(e, fe.LatchIdentity)]
    assert latched[-1] is Identity.SECONDARY


def test_ca4_two_primaries_that_wait_for_each_other_are_a_pair_once_the_plug_is_right():
    pair, (_, states) = read_wrong_at_power_on(30_000)
    assert states == ("Negotiation", "Negotiation")
    assert pair.states == ("Active", "Standby Ready")


def test_id1_a_strap_that_changes_later_is_told_and_does_not_count():
    pair = Pair(Mode.CABLE).both()
    pair.lines(B, replace(pair.cables[B], strap=Identity.PRIMARY))
    pair.run(1_000)
    assert pair.logged(B).count(MessageId.STRAP_CHANGED) == 1
    assert pair.engine(B).unit.identity is Identity.SECONDARY


def test_st10_an_empty_active_unit_yields_to_a_configured_one():
    pair = Pair(Mode.CABLE)
    pair.wanted[A] = bare(pair.wanted[A])
    pair.cables[A] = replace(pair.cables[A], other_power=False)
    pair.boot(A)
    pair.run(3_000)
    assert pair.state(A) == "Active"
    pair.lines(A, replace(pair.cables[A], other_power=True))
    pair.boot(B)
    pair.run(4_000)
    assert only_active(pair, B)
    assert MessageId.EMPTY_UNIT_YIELDS in pair.logged(A)


def test_lk1_a_cable_that_is_plugged_again_is_good_at_once_and_not_a_poll_later():
    pair = Pair(Mode.CABLE).both()
    pair.wanted = [replace(w, poll_unit_ms=15_000, hold_unit_ms=45_000) for w in pair.wanted]
    for index in (A, B):
        pair.step(index, ev.SettingsChanged(pair.wanted[index]))
    pair.run(1_000)
    whole = tuple(pair.cables)
    pair.cut(CABLE)
    pair.lines(A, replace(whole[A], my_plug=False))
    pair.lines(B, replace(whole[B], other_plug=False))
    pair.run(1_000)
    assert [pair.engine(index).unit.link.failed for index in (A, B)] == [True, True]
    pair.lost.clear()
    for index in (B, A):
        pair.lines(index, whole[index])
    pair.run(100)
    assert [pair.engine(index).unit.link.failed for index in (A, B)] == [False, False]
