"""Two failover machines, wired together: what stories cannot show, or only by luck."""

from dataclasses import replace

import pytest

from firmware.core.failover import effects as fe
from firmware.core.failover import events as ev
from firmware.core.failover.events import Order
from firmware.core.message_ids import MessageId
from firmware.core.settings import Identity, Mode
from firmware.core.wire.bodies import (
    CABLE,
    LAN,
    FailedNotice,
    Frame,
    Handover,
    HandoverStep,
    Header,
    Hello,
    UnitState,
)

from .pair import CHANNEL_US, A, B, Pair, bare, only_active

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


def test_ma2_a_secondary_alone_uses_its_own_macs_until_the_primary_appears():
    pair = Pair()
    pair.boot(B)
    pair.run(8_000)
    assert only_active(pair, B)
    plan = pair.engine(B).unit.plan.wanted
    assert [p.active_mac for p in plan.personas] == ["00:06:5b:01:00:00", "00:06:5b:01:00:01"]
    pair.boot(A)
    pair.run(4_000)
    assert pair.states == ("Standby Ready", "Active")
    plans = [pair.engine(i).unit.plan.wanted for i in (A, B)]
    for plan in plans:
        assert [p.active_mac for p in plan.personas] == ["00:06:5b:00:00:00", "00:06:5b:00:00:01"]
        assert [p.standby_mac for p in plan.personas] == ["00:06:5b:01:00:00", "00:06:5b:01:00:01"]
        assert all(p.standby_up for p in plan.personas)


def test_ma2_the_primarys_standby_persona_waits_for_mac_set():
    pair = Pair()
    pair.boot(B)
    pair.run(8_000)
    pair.boot(A)
    pair.run(4_000)
    prepared = [e.plan for e in pair.effects[A] if isinstance(e, fe.PrepareDataPlane)]
    ups = [all(p.standby_up for p in plan.personas) for plan in prepared]
    assert ups[0] is False
    assert ups[-1] is True


@pytest.mark.parametrize("identity", list(Identity))
def test_id2_of_two_units_of_one_identity_neither_takes_the_others_macs(identity):
    pair = Pair()
    pair.wanted = [replace(wanted, lan_identity=identity) for wanted in pair.wanted]
    pair.boot(A)
    pair.run(8_000)
    pair.boot(B)
    pair.run(8_000)
    assert pair.states == ("Active", "Negotiation")
    for index, other in ((A, "01"), (B, "00")):
        for persona in pair.engine(index).unit.plan.wanted.personas:
            assert f"00:06:5b:{other}" not in (persona.active_mac[:11], persona.standby_mac[:11])
            assert not persona.standby_up


def test_nothing_is_due_for_a_unit_that_knows_nobody_and_is_off():
    pair = Pair()
    pair.wanted[A] = replace(pair.wanted[A], enabled=False, mode=Mode.CABLE)  # and no cable
    pair.boot(A)
    pair.run(100)
    assert pair.state(A) == "Disabled"
    assert pair.holding[A]  # OR-4: a gateway by itself
    assert pair.engine(A).next_due_ms() is None


@MODES
def test_or4_a_unit_that_is_off_does_not_serve_beside_a_mate_that_does(mode):
    pair = Pair(mode).both()
    off = replace(pair.engine(A).unit.settings, enabled=False)
    pair.step(A, ev.SettingsChanged(off))
    notice = pair.sealed[A][0].frame
    pair.die(A)
    pair.step(B, ev.FrameReceived(LAN if mode is Mode.LAN else CABLE, notice))
    pair.run(10)
    assert only_active(pair, B)
    pair.wanted[A] = off
    pair.boot(A)
    pair.run(60_000)
    assert pair.holding == [False, True]


def test_nc3_a_replacement_is_accepted_though_the_link_was_out_when_the_old_one_died():
    pair = Pair().both()
    pair.cut(LAN)
    pair.run(2_000)
    pair.die(B)
    pair.run(10_000)
    pair.facts[B] = replace(pair.facts[B], chassis="spare")
    pair.boot(B)
    pair.run(8_000)
    pair.lost.clear()
    pair.run(10_000)
    assert sorted(pair.states) == ["Active", "Standby Ready"]


def test_st5_a_synchronisation_that_never_came_is_asked_for_again():
    pair = Pair()
    pair.syncs = False
    pair.boot(A, B)
    pair.run(121_000)
    pair.syncs = True
    pair.run(10_000)
    assert pair.states == ("Active", "Standby Ready")


def test_fe4_a_standby_whose_management_came_back_takes_the_configuration_again():
    pair = Pair().both()
    served = len([e for e in pair.effects[A] if isinstance(e, fe.StartSync)])
    pair.step(B, ev.ManagementBack())
    pair.run(1_000)
    assert pair.states == ("Active", "Standby Ready")
    assert len([e for e in pair.effects[A] if isinstance(e, fe.StartSync)]) == served + 1
    assert ("Cold Standby", "Configuration mismatch") in reasons(pair, B)


def test_st10_an_empty_unit_waits_beside_a_configured_one_that_is_off():
    pair = Pair(Mode.CABLE)
    pair.wanted[B] = replace(pair.wanted[B], enabled=False)
    pair.wanted[A] = bare(pair.wanted[A])
    pair.boot(A, B)
    pair.run(20_000)
    assert pair.holding[B]
    assert not pair.holding[A]


def test_ho5_addresses_half_let_go_are_taken_back():
    pair = Pair().both()
    pair.refuse.add("YieldAddresses")
    before = len([e for e in pair.effects[A] if isinstance(e, fe.AssumeAddresses)])
    pair.order(A, Order.NO_ACTIVE)
    pair.run(100)
    assert len([e for e in pair.effects[A] if isinstance(e, fe.AssumeAddresses)]) == before + 1


def test_st4_an_identify_that_does_not_pass_keeps_nobody_waiting_for_ever():
    pair = Pair()
    pair.boot(A, B)
    pair.run(1)
    for index in (A, B):
        pair.engine(index).unit.mate.identify = None
    pair.cut(LAN)
    pair.run(15_000)
    assert "Active" in pair.states


def test_fa3_a_failed_mate_is_told_of_once():
    pair = Pair().both()
    pair.refuse.add("AssumeAddresses")
    pair.die(A)
    pair.run(1_000)
    pair.refuse.clear()
    pair.boot(A)
    pair.run(8_000)
    assert pair.state(A) == "Active"
    assert pair.logged(A).count(MessageId.MATE_REPORTS_FAILURE) <= 1


def test_fw5_a_unit_the_kernel_refused_tries_again():
    pair = Pair().both()
    pair.refuse.add("AssumeAddresses")
    pair.die(A)
    pair.run(1_000)
    assert pair.state(B) == "Failed"
    pair.refuse.clear()
    pair.run(20_000)
    assert only_active(pair, B)


def test_or4_who_serves_goes_on_serving_when_failover_is_switched_on_again():
    pair = Pair().both()
    pair.order(A, Order.NO_ACTIVE)
    pair.run(1_000)
    on = [pair.engine(index).unit.settings for index in (A, B)]
    for index in (A, B):
        pair.step(index, ev.SettingsChanged(replace(on[index], enabled=False)))
    pair.run(500)
    for index in (A, B):
        pair.step(index, ev.SettingsChanged(on[index]))
    pair.run(8_000)
    assert only_active(pair, B)


def test_ev4_shorter_timers_make_nobody_late():
    pair = Pair(Mode.CABLE).both()
    slow = replace(pair.engine(A).unit.settings, poll_unit_ms=15_000, hold_unit_ms=45_000)
    pair.step(A, ev.SettingsChanged(slow))
    pair.run(14_000)
    pair.step(A, ev.SettingsChanged(replace(slow, poll_unit_ms=200, hold_unit_ms=800)))
    pair.run(2_000)
    assert pair.engine(A).unit.late_worst_ms == 0


def test_every_channel_is_known_to_the_harness():
    assert set(CHANNEL_US) == {CABLE, LAN, "Ethernet0", "Ethernet1"}
