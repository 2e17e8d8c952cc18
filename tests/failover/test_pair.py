"""Two failover machines, wired together: what stories cannot show, or only by luck."""

from dataclasses import replace

import pytest

from firmware.core.failover import effects as fe
from firmware.core.failover import events as ev
from firmware.core.message_ids import MessageId
from firmware.core.settings import Identity, Mode
from firmware.core.wire.bodies import (
    CABLE,
    LAN,
    FailedNotice,
    Frame,
    Header,
    Hello,
    UnitState,
)

from .pair import A, B, Pair, bare, only_active

MODES = pytest.mark.parametrize("mode", list(Mode))


def reasons(pair, index):
    return [(change.after.text, change.reason) for change in pair.history[index]]


@MODES
def test_both_at_once_the_primary_is_active(mode):
    pair = Pair(mode).both()
    assert only_active(pair, A)
    assert reasons(pair, A)[1] == ("Just Active", "No Active unit found")
    assert [state for state, _ in reasons(pair, B)][1:] == [
        "Cold Standby",
        "Sync Config",
        "Sync File System",
        "Bulk Sync",
        "Standby Ready",
    ]


@MODES
def test_the_path_to_active_repeats_its_reason(mode):
    pair = Pair(mode).both()
    pair.die(A)
    pair.run(2_000)
    assert only_active(pair, B)
    assert reasons(pair, B)[-5:] == [
        (state, "HELLO not heard from mate")
        for state in (
            "Just Active",
            "Active Drain",
            "Active Applying Config",
            "Active Config Applied",
            "Active",
        )
    ]


def test_st6_the_mate_is_lost_on_the_way_to_standby_ready():
    pair = Pair()
    pair.syncs = False
    pair.boot(A, B)
    pair.run(1_000)
    assert pair.states == ("Active", "Sync Config")
    pair.die(A)
    pair.run(8_000)
    assert only_active(pair, B)
    assert ("Negotiation", "HELLO not heard from mate") in reasons(pair, B)


def test_st5_a_standby_that_asks_again_unheard_is_served_again():
    """What it said between the requests was lost: to the active unit it never stopped asking."""
    pair = Pair().both()
    pair.step(B, ev.SyncWanted())
    pair.run(5)
    pair.cut_all(sender=B)
    pair.run(10)
    assert pair.state(B) == "Standby Ready"
    pair.step(B, ev.SyncWanted())
    pair.run(5)
    assert pair.state(B) == "Sync Config"
    pair.lost.clear()
    pair.run(1_000)
    assert pair.state(B) == "Sync Config"
    pair.run(2_000)
    assert pair.states == ("Active", "Standby Ready")


def test_st5_a_failed_synchronisation_is_tried_again_later_and_never_ready():
    pair = Pair()
    pair.syncs = False
    pair.boot(A, B)
    pair.run(1_000)
    pair.step(B, ev.SyncEnded(ev.SyncOutcome.FAILED))
    assert pair.state(B) == "Cold Standby"
    pair.run(2_900)
    assert pair.state(B) != "Standby Ready"
    pair.syncs = True
    pair.run(6_000)
    assert pair.states == ("Active", "Standby Ready")


UNLIKE = {
    "version": (replace, {"version": "7.3(1)"}, MessageId.MATE_VERSION_INCOMPATIBLE),
    "model": (replace, {"model": "PIX-525"}, MessageId.MATE_CHASSIS_DIFFERS),
    "memory": (replace, {"memory_mb": 256}, MessageId.MATE_CHASSIS_DIFFERS),
    "interfaces": (replace, {"interfaces": ()}, MessageId.INTERFACE_COUNT_MISMATCH),
}


@pytest.mark.parametrize("what", UNLIKE)
def test_st8_unlike_units_are_refused_and_say_why(what):
    change, fields, message = UNLIKE[what]
    pair = Pair()
    pair.facts[B] = change(pair.facts[B], **fields)
    if what == "interfaces":
        pair.wanted[B] = bare(pair.wanted[B])
    pair.boot(A, B)
    pair.run(8_000)
    assert pair.states == ("Active", "Disabled")
    assert message in pair.logged(B)


def test_st8_maintenance_version_and_flash_may_differ():
    pair = Pair()
    pair.facts[B] = replace(pair.facts[B], version="7.2(2)", flash_mb=8)
    pair.both()
    told = fe.Log(MessageId.MATE_VERSION_DIFFERS, ("7.2(1)", "7.2(2)"))
    assert pair.logs[B].count(told) == 1


def test_st9_two_standbys_do_not_wait_for_ever():
    pair = Pair().both()
    engine = pair.engine(A)
    engine.unit.state, engine.unit.holding, pair.holding[A] = UnitState.STANDBY_READY, False, False
    engine.unit.changed = True
    pair.run(3_000)
    assert only_active(pair, A)


@MODES
def test_ev1_silence_on_one_channel_is_not_a_dead_mate(mode):
    pair = Pair(mode).both()
    link = LAN if mode is Mode.LAN else CABLE
    pair.cut(link)
    pair.run(10_000)
    assert only_active(pair, A)
    assert pair.state(B) == "Standby Ready"
    failed = (MessageId.FAILOVER_LINK_FAILED, MessageId.CABLE_COMMUNICATION_FAILURE)
    assert all(any(m in failed for m in pair.logged(i)) for i in (A, B))


@MODES
@pytest.mark.parametrize("sender", [A, B])
def test_lk3_one_direction_of_the_link_is_a_failed_link_on_both(mode, sender):
    pair = Pair(mode).both()
    pair.cut(LAN if mode is Mode.LAN else CABLE, sender=sender)
    pair.run(3_000)
    assert [pair.engine(i).unit.link.failed for i in (A, B)] == [True, True]
    pair.lost.clear()
    pair.run(3_000)
    assert [pair.engine(i).unit.link.failed for i in (A, B)] == [False, False]
    assert only_active(pair, A)


def test_fa4_with_a_failed_link_even_a_dead_mate_is_not_taken_over():
    pair = Pair().both()
    pair.cut(LAN)
    pair.run(2_000)
    pair.die(A)
    pair.run(20_000)
    assert pair.states == ("off", "Standby Ready")
    assert pair.logs[B][-1] == fe.Log(MessageId.NO_RESPONSE, ("4",)) or (
        fe.Log(MessageId.NO_RESPONSE, ("4",)) in pair.logs[B]
    )


def test_ev4_a_machine_that_stalled_does_not_blame_its_mate():
    """Nothing is stepped for a second; then the clock says so before a frame is read."""
    pair = Pair().both()
    engine = pair.engine(B)
    due = engine.next_due_ms()
    assert due is not None
    for effect in engine.step(ev.TimePassed(), due + 1_000):
        assert not isinstance(effect, fe.AssumeAddresses)
    assert pair.state(B) == "Standby Ready"
    assert engine.unit.late_worst_ms >= 1_000


@MODES
def test_nc1_a_recording_of_an_earlier_life_is_worth_nothing(mode):
    pair = Pair(mode).both()
    recorded = [e for e in pair.effects[A] if isinstance(e, fe.SendFrame)]
    pair.die(A)
    pair.die(B)
    pair.boot(B)
    for send in recorded:
        pair.step(B, ev.FrameReceived(send.channel, send.frame))
        assert pair.state(B) == "Negotiation"
    assert sum(pair.engine(B).unit.ignored.values()) >= len(recorded) - 5
    pair.run(8_000)
    assert pair.state(B) == "Active"


def test_nc1_a_recording_of_this_life_is_worth_nothing_either():
    pair = Pair().both()
    recorded = [e for e in pair.effects[A] if isinstance(e, fe.SendFrame)]
    pair.cut_all(sender=A)
    pair.die(A)
    for send in recorded:
        pair.step(B, ev.FrameReceived(send.channel, send.frame))
    pair.run(400)
    assert only_active(pair, B)


def test_nc3_a_stranger_is_ignored_and_counted():
    pair = Pair().both()
    unit = pair.engine(B).unit
    hello = Hello(identity=Identity.PRIMARY, state=UnitState.ACTIVE, chassis=99, configured=True)
    for number in range(20):
        frame = Frame(Header(number + 1, 4242, unit.boot), hello)
        pair.step(B, ev.FrameReceived(LAN, frame))
        pair.step(B, ev.FrameReceived("Ethernet0", frame))
    pair.run(2_000)
    assert pair.states == ("Active", "Standby Ready")
    assert unit.ignored["lan: a stranger's chassis"] == 20
    told = fe.Log(MessageId.FRAMES_IGNORED, ("10", LAN, "a stranger's chassis"))
    assert pair.logs[B].count(told) == 1


def test_nc3_a_replacement_unit_is_accepted_once_the_old_one_is_lost():
    pair = Pair().both()
    pair.die(B)
    pair.run(2_000)
    pair.facts[B] = replace(pair.facts[B], chassis="spare")
    pair.boot(B)
    pair.run(3_000)
    assert pair.states == ("Active", "Standby Ready")


def test_the_failed_notice_is_sealed_for_the_mate_and_acted_on_at_once():
    pair = Pair().both()
    notices = pair.sealed[A]
    assert {send.channel for send in notices} == {LAN, "Ethernet0", "Ethernet1"}
    pair.die(A)
    pair.step(B, ev.FrameReceived(LAN, notices[0].frame))
    pair.run(1)
    assert only_active(pair, B)
    assert isinstance(notices[0].frame.body, FailedNotice)
    assert MessageId.MATE_REPORTS_FAILURE in pair.logged(B)
