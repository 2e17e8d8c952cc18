"""Planned switchovers and other orders, between two wired machines."""

import pytest

from firmware.core.failover import effects as fe
from firmware.core.failover import events as ev
from firmware.core.failover.events import Order
from firmware.core.message_ids import MessageId
from firmware.core.settings import Mode
from firmware.core.wire.bodies import (
    LAN,
    Frame,
    Handover,
    HandoverStep,
    Header,
)

from .pair import A, B, Pair, only_active

MODES = pytest.mark.parametrize("mode", list(Mode))


@MODES
def test_ho1_planned_switchovers_both_ways_by_both_units(mode):
    pair = Pair(mode).both()
    for index, order, active in (
        (A, Order.NO_ACTIVE, B),
        (A, Order.ACTIVE, A),
        (B, Order.ACTIVE, B),
        (B, Order.NO_ACTIVE, A),
    ):
        pair.order(index, order)
        pair.run(700)
        assert only_active(pair, active), (index, order, pair.states)
    assert [answer.text for i in (A, B) for answer in pair.answers[i]] == ["", "", "", ""]


@MODES
def test_ho1_each_unit_shows_the_other_as_it_is_after_a_switchover(mode):
    pair = Pair(mode).both()
    for index, order in ((A, Order.NO_ACTIVE), (A, Order.ACTIVE), (B, Order.ACTIVE)):
        pair.order(index, order)
        pair.run(100)
        for one in (A, B):
            last = [e.view for e in pair.effects[one] if isinstance(e, fe.Publish)][-1]
            assert last.other.state.text == pair.states[1 - one]


def test_ho1_the_old_active_drops_its_links_50_ms_after_the_claim():
    pair = Pair().both()
    pair.order(A, Order.NO_ACTIVE)
    pair.run(45)
    assert not any(isinstance(e, fe.DropActiveLinks) for e in pair.effects[A])
    pair.run(20)
    assert any(isinstance(e, fe.DropActiveLinks) for e in pair.effects[A])


def test_ho3_a_mate_that_took_over_meanwhile_needs_no_rollback():
    pair = Pair(Mode.LAN).both()  # its hold time of 150 ms ends before the 500
    pair.cut_all(sender=A)
    pair.order(A, Order.NO_ACTIVE)
    pair.run(1_000)
    pair.lost.clear()
    pair.run(2_000)
    assert only_active(pair, B)
    assert MessageId.HANDOVER_ROLLED_BACK not in pair.logged(A)


def test_ho3_nobody_claims_and_the_addresses_come_back():
    pair = Pair(Mode.CABLE).both()
    pair.cut_all(sender=A)
    pair.order(A, Order.NO_ACTIVE)
    pair.run(100)
    assert pair.holding == [False, False]
    pair.run(450)
    pair.lost.clear()
    assert only_active(pair, A)
    assert MessageId.HANDOVER_ROLLED_BACK in pair.logged(A)
    assert pair.answers[A][0].text.startswith("ERROR: the other unit did not claim")
    pair.run(5_000)
    assert only_active(pair, A)


def test_ho4_a_stale_yielded_is_overtaken_by_newer_word():
    pair = Pair().both()
    sent = pair.engine(A).unit.hellos.sequence
    stale = Frame(
        Header(sent - 1, pair.engine(A).unit.boot, pair.engine(B).unit.boot),
        Handover(HandoverStep.YIELDED, 5),
    )
    del pair.engine(B).unit.mate.sequences["Ethernet1"]  # a slow way, on which nothing came yet
    pair.step(B, ev.FrameReceived("Ethernet1", stale))
    assert pair.state(B) == "Standby Ready"


def test_ho5_addresses_that_cannot_be_let_go_stay():
    pair = Pair().both()
    pair.refuse.add("YieldAddresses")
    pair.order(A, Order.NO_ACTIVE)
    pair.run(600)
    assert only_active(pair, A)
    assert "could not be let go" in pair.answers[A][0].text


def test_dp6_addresses_that_cannot_be_taken_fail_the_unit():
    pair = Pair().both()
    pair.refuse.add("AssumeAddresses")
    pair.die(A)
    pair.run(1_000)
    assert pair.state(B) == "Failed"
    assert MessageId.SWITCHING_TO_FAILED in pair.logged(B)
    pair.refuse.clear()
    pair.order(B, Order.RESET)
    pair.run(8_000)
    assert only_active(pair, B)
    assert MessageId.SWITCHING_TO_OK in pair.logged(B)


def test_or1_orders_are_refused_with_the_reason():
    pair = Pair().both()
    pair.cut(LAN)
    pair.run(2_000)
    pair.order(B, Order.ACTIVE)
    assert "failover link is failed" in pair.answers[B][0].text
    pair.lost.clear()
    pair.run(2_000)
    pair.die(B)
    pair.run(2_000)
    pair.order(A, Order.NO_ACTIVE)
    assert "not detected" in pair.answers[A][0].text
