"""What a witness changes at start, in power's and the picture's terms, and who may be found by it.
WI-2, WI-4 to WI-6."""

from dataclasses import replace

import pytest

from firmware.core.failover import effects as fe
from firmware.core.failover import events as ev
from firmware.core.failover.effects import Lamp
from firmware.core.failover.view import CableStatus, WitnessSays
from firmware.core.management import topics
from firmware.core.message_ids import MessageId
from firmware.core.settings import Identity, Mode, Witness
from firmware.core.wire.bodies import CABLE, LAN, FailedNotice, Frame, Header, Hello, UnitState

from .pair import A, B, only_active
from .test_witness import INSIDE, LINK, OUTSIDE, blocked, fail, power_low, says, witnessed

SETTINGS = pytest.mark.parametrize(
    ("mode", "witness"),
    [
        (Mode.LAN, Witness.INTERFACES),
        (Mode.LAN, Witness.CABLE),
        (Mode.CABLE, Witness.INTERFACES),
        (Mode.CABLE, Witness.LAN),
    ],
)


@SETTINGS
def test_wi2_without_the_failover_link_at_start_one_serves(mode, witness):
    pair = witnessed(mode, witness)
    pair.cut(LINK[mode])
    pair.boot(A, B)
    pair.run(15_000)
    assert only_active(pair, A)
    assert pair.states == ("Active", "Cold Standby")
    pair.lost.clear()
    pair.run(3_000)
    assert pair.states == ("Active", "Standby Ready")


@SETTINGS
def test_wi2_a_primary_that_starts_beside_a_serving_secondary_stands_by(mode, witness):
    pair = witnessed(mode, witness).both()
    pair.order(A, ev.Order.NO_ACTIVE)
    pair.run(8_000)
    assert only_active(pair, B)
    fail(pair, LINK[mode])
    pair.die(A)
    pair.run(1_000)
    pair.boot(A)
    pair.run(10_000)
    assert pair.states == ("Cold Standby", "Active")
    assert not pair.holding[A]


def test_wi2_one_interface_is_enough():
    pair = witnessed(Mode.LAN, Witness.INTERFACES)
    pair.cut(LAN, INSIDE)
    pair.boot(A, B)
    pair.run(15_000)
    assert pair.states == ("Active", "Cold Standby")


@SETTINGS
def test_wi2_with_no_way_left_at_start_the_primary_serves_and_the_secondary_does_not(mode, witness):
    pair = witnessed(mode, witness)
    pair.cut_all()
    pair.boot(A, B)
    pair.run(60_000)
    assert only_active(pair, A)
    assert pair.state(B) == "Negotiation"
    assert blocked(pair, B)
    assert MessageId.NO_WITNESS_LEFT in pair.logged(B)


@SETTINGS
def test_wi2_a_secondary_alone_stays_passive_until_the_line_is_taken_away(mode, witness):
    pair = witnessed(mode, witness)
    pair.boot(B)
    pair.run(60_000)
    assert pair.state(B) == "Negotiation"
    pair.step(B, ev.SettingsChanged(replace(pair.wanted[B], witness=())))
    pair.run(100)
    assert only_active(pair, B)
    assert not blocked(pair, B)


@pytest.mark.parametrize(
    ("mode", "witness"), [(Mode.LAN, Witness.CABLE), (Mode.CABLE, Witness.LAN)]
)
def test_wi2_a_secondary_whose_mate_has_no_power_serves(mode, witness):
    pair = witnessed(mode, witness)
    pair.cables[B] = replace(pair.cables[B], other_power=False)
    pair.boot(B)
    pair.run(6_000)
    assert only_active(pair, B)


def test_wi2_the_failover_link_itself_may_be_listed_and_keeps_a_secondary_passive():
    pair = witnessed(Mode.CABLE, Witness.CABLE)
    pair.cut(CABLE)
    for index in (A, B):
        unplugged = replace(pair.cables[index], other_plug=False, other_power=False)
        pair.cables[index] = unplugged
    pair.boot(A, B)
    pair.run(10_000)
    assert only_active(pair, A)
    assert pair.state(B) == "Negotiation"


def hello_of(pair, index, chassis, boot, echo):
    """A hello as some unit would say it."""
    said = [e.frame for e in pair.effects[index] if isinstance(e, fe.SendFrame)]
    hello = next(frame.body for frame in said if isinstance(frame.body, Hello))
    other = replace(hello, chassis=chassis, identity=Identity.SECONDARY, state=UnitState.ACTIVE)
    return Frame(Header(1, boot, echo), other)


def test_wi2_whom_an_interface_introduced_the_failover_link_may_correct():
    pair = witnessed(Mode.LAN, Witness.INTERFACES)
    pair.boot(A)
    pair.run(3_000)
    unit = pair.engine(A).unit
    stranger = hello_of(pair, A, chassis=77, boot=88, echo=unit.boot)
    pair.step(A, ev.FrameReceived(INSIDE, stranger))
    assert unit.mate.chassis == 77
    mate = hello_of(pair, A, chassis=78, boot=99, echo=unit.boot)
    pair.step(A, ev.FrameReceived(OUTSIDE, mate))
    assert unit.mate.chassis == 77
    pair.step(A, ev.FrameReceived(LAN, mate))
    assert unit.mate.chassis == 78
    pair.step(A, ev.FrameReceived(INSIDE, stranger))
    assert unit.mate.chassis == 78


@pytest.mark.parametrize("witness", [(), (Witness.INTERFACES,)])
def test_wi2_an_interface_introduces_nobody_at_once_and_never_unlisted(witness):
    pair = witnessed(Mode.LAN, *witness)
    pair.boot(A)
    pair.run(1_500)
    unit = pair.engine(A).unit
    stranger = hello_of(pair, A, chassis=77, boot=88, echo=unit.boot)
    pair.step(A, ev.FrameReceived(INSIDE, stranger))
    assert unit.mate.chassis is None
    pair.run(1_000)
    pair.step(A, ev.FrameReceived(INSIDE, stranger))
    assert unit.mate.chassis == (77 if witness else None)


def test_wi2_units_that_do_not_fit_say_so_by_the_witness():
    pair = witnessed(Mode.LAN, Witness.INTERFACES)
    pair.facts[B] = replace(pair.facts[B], version="7.3(1)")
    pair.cut(LAN)
    pair.boot(A, B)
    pair.run(15_000)
    assert pair.states == ("Active", "Disabled")
    assert MessageId.MATE_VERSION_INCOMPATIBLE in pair.logged(B)


# -- power ---------------------------------------------------------------------------------------


def test_wi5_power_that_goes_is_a_death_with_the_lan_failed():
    pair = witnessed(Mode.LAN, Witness.CABLE).both()
    fail(pair, LAN)
    pair.die(A)
    power_low(pair, B)
    pair.run(10)
    assert only_active(pair, B)
    assert pair.history[B][-1].reason == "No power detected from peer"


def test_wi5_a_plug_of_the_witness_that_is_pulled_is_no_death():
    pair = witnessed(Mode.LAN, Witness.CABLE).both()
    fail(pair, LAN)
    pair.cut(CABLE)
    power_low(pair, B, other_plug=False)
    pair.run(10_000)
    assert only_active(pair, A)
    assert pair.view(B).cable is CableStatus.NOT_CONNECTED_THERE
    assert says(pair, B) == {Witness.CABLE: WitnessSays.SILENT}
    assert blocked(pair, B)
    pair.die(A)
    pair.run(10_000)
    assert pair.state(B) == "Standby Ready"


def test_wi5_a_pulled_witness_cable_leaves_the_failover_link_alone():
    pair = witnessed(Mode.LAN, Witness.CABLE).both()
    pair.cut(CABLE)
    power_low(pair, B, other_plug=False)
    pair.run(1_000)
    assert not pair.engine(B).unit.link.failed
    fail(pair, LAN)
    pair.lost.discard((LAN, A))
    pair.lost.discard((LAN, B))
    pair.run(1_000)
    assert not pair.engine(B).unit.link.failed


@pytest.mark.parametrize(
    ("mode", "witness", "cuts"),
    [
        (Mode.CABLE, Witness.INTERFACES, (INSIDE, OUTSIDE)),
        (Mode.CABLE, Witness.LAN, (INSIDE, OUTSIDE, LAN)),
        (Mode.LAN, Witness.CABLE, (LAN, INSIDE, OUTSIDE)),
    ],
)
def test_wi5_a_sense_wire_that_breaks_is_no_death_though_only_the_cable_answers(
    mode, witness, cuts
):
    pair = witnessed(mode, witness).both()
    fail(pair, *cuts)
    power_low(pair, B)
    pair.run(10_000)
    assert only_active(pair, A)
    assert MessageId.CABLE_BAD in pair.logged(B)


def test_wi5_the_cable_is_shown_where_it_is_a_witness_and_not_where_it_is_not():
    pair = witnessed(Mode.LAN, Witness.CABLE).both()
    assert pair.view(A).cable is CableStatus.NORMAL
    for index in (A, B):
        pair.step(index, ev.SettingsChanged(replace(pair.wanted[index], witness=())))
    assert pair.view(A).cable is CableStatus.NOT_USED


def test_fe2_a_fenced_unit_says_that_it_is_failed_by_the_witness_too():
    pair = witnessed(Mode.LAN, Witness.CABLE).both()
    assert {send.channel for send in pair.sealed[A]} >= {LAN, CABLE}
    fail(pair, LAN)
    notice = next(send.frame for send in pair.sealed[A] if send.channel == CABLE)
    assert isinstance(notice.body, FailedNotice)
    pair.die(A)
    pair.step(B, ev.FrameReceived(CABLE, notice))
    pair.run(10)
    assert only_active(pair, B)


# -- what is shown -------------------------------------------------------------------------------


def test_wi6_every_witness_says_what_it_knows():
    pair = witnessed(Mode.LAN, Witness.CABLE, Witness.INTERFACES).both()
    alive, silent, dead = WitnessSays.ALIVE, WitnessSays.SILENT, WitnessSays.DEAD
    assert says(pair, B) == {Witness.CABLE: alive, Witness.INTERFACES: alive}
    fail(pair, INSIDE, OUTSIDE)
    assert says(pair, B) == {Witness.CABLE: alive, Witness.INTERFACES: silent}
    assert not blocked(pair, B)
    pair.die(A)
    pair.run(5_000)
    assert says(pair, B) == {Witness.CABLE: dead, Witness.INTERFACES: dead}


def test_wi6_the_alarm_is_raised_and_ends():
    pair = witnessed(Mode.LAN, Witness.INTERFACES).both()
    fail(pair, LAN, INSIDE, OUTSIDE)
    for index in (A, B):
        assert blocked(pair, index)
        assert fe.Log(MessageId.NO_WITNESS_LEFT, ("interfaces",)) in pair.logs[index]
        assert fe.SetLamp(Lamp.FAULT, True) in pair.effects[index]
        assert "takeover blocked: no failover witness is left" in topics.alerts(pair.view(index))
    pair.lost.clear()
    pair.run(2_000)
    for index in (A, B):
        assert not blocked(pair, index)
        assert pair.logged(index).count(MessageId.NO_WITNESS_LEFT) == 1
        assert pair.logged(index).count(MessageId.TAKEOVER_NOT_BLOCKED) == 1


def test_wi6_with_the_link_good_the_alarm_waits_for_interfaces_that_come_up():
    pair = witnessed(Mode.LAN, Witness.INTERFACES)
    pair.cut(INSIDE, OUTSIDE)
    pair.boot(A, B)
    pair.run(4_000)
    assert not blocked(pair, B)
    pair.run(3_000)
    assert blocked(pair, B)
    pair.lost.clear()
    pair.run(1_000)
    assert not blocked(pair, B)


def test_or2_orders_stay_refused_while_the_failover_link_is_failed():
    pair = witnessed(Mode.LAN, Witness.INTERFACES).both()
    fail(pair, LAN)
    pair.order(B, ev.Order.ACTIVE)
    pair.run(1_000)
    assert "the failover link is failed" in pair.answers[B][-1].text
    assert only_active(pair, A)
