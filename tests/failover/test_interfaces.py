"""Interfaces that fail, by their link or by a test, and what becomes of the unit. IF and HM."""

from dataclasses import replace

import pytest

from firmware.core.failover import effects as fe
from firmware.core.failover import events as ev
from firmware.core.failover.ladder import stage_ms
from firmware.core.failover.policy import LINKS_COME_UP_MS, TURNS_MOST
from firmware.core.message_ids import MessageId
from firmware.core.settings import Mode
from firmware.core.wire.bodies import TestEntry, TestReport, TestStage

from .pair import A, B, Pair, only_active

INSIDE, OUTSIDE = "Ethernet1", "Ethernet0"
HALF_MS, STAGE_MS = 2_500, stage_ms(5_000)


def interface(pair, index, physical=INSIDE):
    """As printed."""
    places = {i.physical: i.state.text for i in pair.view(index).mine.interfaces}
    return places[physical]


def mates(pair, index, physical=INSIDE):
    """As that unit prints its mate's."""
    return {i.physical: i.state.text for i in pair.view(index).other.interfaces}[physical]


def reasons(pair, index):
    return [(change.after.text, change.reason) for change in pair.history[index]]


def configured(pair, **fields):
    pair.wanted = [replace(wanted, **fields) for wanted in pair.wanted]
    return pair


def monitored(pair, physical, **fields):
    """The pair with that interface configured otherwise."""
    for index, wanted in enumerate(pair.wanted):
        interfaces = tuple(
            replace(i, **fields) if i.physical == physical else i for i in wanted.interfaces
        )
        pair.wanted[index] = replace(wanted, interfaces=interfaces)
    return pair


MODES = pytest.mark.parametrize("mode", list(Mode))


@MODES
def test_if1_no_link_on_the_active_moves_service_at_once(mode):
    pair = Pair(mode).both()
    pair.carrier(A, INSIDE, False)
    pair.run(60)
    assert only_active(pair, B)
    assert pair.states == ("Failed", "Active")
    assert reasons(pair, A)[-1] == ("Failed", "Interface check")
    assert reasons(pair, B)[-1] == ("Active", "Other unit reports that it is failed")
    assert interface(pair, A) == mates(pair, B) == "No Link (Waiting)"
    assert (
        pair.view(A).mine.fail_reason.value
        == pair.view(B).other.fail_reason.value
        == ("Ifc Failure")
    )


@MODES
def test_hm4_no_link_on_the_standby_fails_it_and_the_active_stays(mode):
    pair = Pair(mode).both()
    pair.carrier(B, INSIDE, False)
    pair.run(60)
    assert only_active(pair, A)
    assert pair.states == ("Active", "Failed")
    pair.carrier(A, INSIDE, False)
    pair.run(10_000)
    assert only_active(pair, A)


@MODES
def test_hm3_a_dead_switch_takes_the_link_from_both_and_moves_nothing(mode):
    pair = Pair(mode).both()
    pair.carrier(A, INSIDE, False)
    pair.run(5)
    pair.carrier(B, INSIDE, False)
    pair.run(5_000)
    assert pair.states == ("Active", "Failed")
    assert only_active(pair, A)


def test_hm3_nobody_lets_go_while_the_failover_link_is_failed():
    pair = Pair().both()
    pair.cut("lan")
    pair.run(1_000)
    pair.carrier(A, INSIDE, False)
    pair.run(1_000)
    assert only_active(pair, A)


def test_hm4_a_failed_unit_is_off_the_network_and_says_no_hellos_there():
    pair = Pair().both()
    pair.carrier(A, INSIDE, False)
    pair.run(100)
    before = len(pair.effects[A])
    pair.run(5_000)
    said = {e.channel for e in pair.effects[A][before:] if isinstance(e, fe.SendFrame)}
    assert said == {"lan"}
    assert not any(p.standby_up for p in pair.engine(A).unit.plan.wanted.personas)
    assert interface(pair, A, OUTSIDE) == interface(pair, B, OUTSIDE) == "Normal (Waiting)"


@MODES
def test_hm5_it_heals_by_itself_when_its_link_is_back(mode):
    pair = Pair(mode).both()
    pair.carrier(A, INSIDE, False)
    pair.run(1_000)
    pair.carrier(A, INSIDE, True)
    pair.run(3_000)
    assert pair.states == ("Standby Ready", "Active")
    assert ("Negotiation", "Interface check") in reasons(pair, A)
    assert MessageId.SWITCHING_TO_OK in pair.logged(A)
    assert interface(pair, A) == "Normal"


def test_hm8_what_is_told_of_the_mates_interfaces():
    pair = Pair().both()
    pair.carrier(B, INSIDE, False)
    pair.run(1_000)
    pair.carrier(B, INSIDE, True)
    pair.run(1_000)
    told = [(log.message, log.arguments) for log in pair.logs[A] if 103001 < log.message < 103004]
    assert told == [
        (MessageId.MATE_INTERFACE_FAILED, ("1",)),
        (MessageId.MATE_INTERFACE_OK, ("1",)),
    ]


def test_fa9_a_switchover_logs_each_interface_down_and_up_on_both():
    pair = Pair().both()
    pair.order(A, ev.Order.NO_ACTIVE)
    pair.run(1_000)
    assert pair.states == ("Standby Ready", "Active")
    for index in (A, B):
        told = [(log.message, *log.arguments) for log in pair.logs[index] if log.message > 411000]
        assert told[:4] == [
            (MessageId.LINE_PROTOCOL_DOWN, "outside"),
            (MessageId.LINE_PROTOCOL_DOWN, "inside"),
            (MessageId.LINE_PROTOCOL_UP, "outside"),
            (MessageId.LINE_PROTOCOL_UP, "inside"),
        ]


def test_or3_a_reset_unit_whose_fault_is_still_there_fails_again():
    pair = Pair().both()
    pair.carrier(A, INSIDE, False)
    pair.run(1_000)
    pair.order(A, ev.Order.RESET)
    pair.run(3_000)
    after = [state for state, _ in reasons(pair, A)]
    assert after[after.index("Failed") :][1] == "Negotiation"
    assert pair.states == ("Failed", "Active")


@pytest.mark.parametrize("at", [A, B])
def test_or3_either_unit_resets_the_failed_one(at):
    pair = Pair().both()
    pair.audible = {(B, INSIDE, "activity")}
    pair.cut(INSIDE)
    pair.run(6_000)
    assert pair.states == ("Failed", "Active")
    pair.order(at, ev.Order.RESET)
    pair.run(1_000)
    assert pair.states == ("Standby Ready", "Active")
    assert reasons(pair, A)[-6] == ("Negotiation", "Set by the config command")


@pytest.mark.parametrize(
    ("policy", "percent", "pulled", "fails"),
    [
        (1, False, (INSIDE,), True),
        (2, False, (INSIDE,), False),
        (2, False, (INSIDE, OUTSIDE), True),
        (50, True, (INSIDE,), True),
        (51, True, (INSIDE,), False),
        (100, True, (INSIDE, OUTSIDE), True),
        (250, False, (INSIDE, OUTSIDE), False),
    ],
)
def test_hm1_the_interface_policy(policy, percent, pulled, fails):
    pair = configured(Pair(), interface_policy=policy, interface_policy_percent=percent).both()
    for physical in pulled:
        pair.carrier(A, physical, False)
    pair.run(500)
    assert pair.states == (("Failed", "Active") if fails else ("Active", "Standby Ready"))


def test_if6_an_interface_that_is_not_monitored_fails_nobody_and_is_shown_so():
    pair = monitored(Pair(), INSIDE, monitored=False).both()
    assert interface(pair, A) == mates(pair, A) == "Normal (Not-Monitored)"
    pair.carrier(A, INSIDE, False)
    pair.run(10_000)
    assert pair.states == ("Active", "Standby Ready")
    assert interface(pair, A) == "No Link (Not-Monitored)"


def test_if6_no_hellos_are_said_where_nobody_monitors():
    pair = monitored(Pair(), INSIDE, monitored=False).both()
    pair.effects[A].clear()
    pair.run(2_000)
    said = {e.channel for e in pair.effects[A] if isinstance(e, fe.SendFrame)}
    assert said == {"lan", OUTSIDE}


def test_if6_a_shut_interface_fails_nobody():
    pair = monitored(Pair(), INSIDE, shutdown=True).both()
    assert interface(pair, A) == "Link Down (Waiting)"
    assert pair.states == ("Active", "Standby Ready")


def _typed(pair, index, physical, **fields):
    """That interface is configured otherwise on a unit that runs."""
    monitored(pair, physical, **fields)
    pair.step(index, ev.SettingsChanged(pair.wanted[index]))


@pytest.mark.parametrize("unit", [A, B])
def test_if6_an_interface_that_was_just_raised_has_time_to_find_its_link(unit):
    pair = Pair().both()
    _typed(pair, unit, INSIDE, shutdown=True)
    pair.carrier(unit, INSIDE, False)
    pair.run(10_000)
    _typed(pair, unit, INSIDE, shutdown=False)
    pair.run(LINKS_COME_UP_MS - 100)
    assert interface(pair, unit).startswith("No Link")
    assert pair.states == ("Active", "Standby Ready")
    pair.carrier(unit, INSIDE, True)
    pair.run(10_000)
    assert interface(pair, unit) == "Normal"
    assert pair.states == ("Active", "Standby Ready")


@pytest.mark.parametrize(("unit", "after"), [(A, ("Failed", "Active")), (B, ("Active", "Failed"))])
def test_if6_an_interface_that_was_raised_and_finds_no_link_has_failed(unit, after):
    pair = Pair().both()
    _typed(pair, unit, INSIDE, shutdown=True)
    pair.carrier(unit, INSIDE, False)
    pair.run(10_000)
    _typed(pair, unit, INSIDE, shutdown=False)
    pair.run(LINKS_COME_UP_MS + 1_000)
    assert pair.states == after


def test_if7_without_a_standby_address_an_interface_waits_for_ever_and_is_never_tested():
    pair = monitored(Pair(), INSIDE, standby=None).both()
    assert interface(pair, A) == "Normal (Waiting)"
    pair.cut(INSIDE)
    pair.run(10_000)
    assert MessageId.TESTING_INTERFACE not in pair.logged(A) + pair.logged(B)


# Tests. Who hears whom: in which question of which unit somebody is audible.

ACTIVITY, ARP0, ARP1, PING = "activity", "arp 0", "arp 1", "ping"
LADDERS = [
    # A hears, B hears, state of A, of B, states of the units
    ((ACTIVITY,), (ACTIVITY,), "Normal (Waiting)", "Normal (Waiting)", "Active", "Standby Ready"),
    ((ACTIVITY,), (), "Normal (Waiting)", "Failed (Waiting)", "Active", "Failed"),
    ((), (ACTIVITY,), "Failed (Waiting)", "Normal (Waiting)", "Failed", "Active"),
    ((ARP0,), (), "Normal (Waiting)", "Failed (Waiting)", "Active", "Failed"),
    ((), (ARP1,), "Failed (Waiting)", "Normal (Waiting)", "Failed", "Active"),
    ((PING,), (), "Normal (Waiting)", "Failed (Waiting)", "Active", "Failed"),
    ((), (PING,), "Failed (Waiting)", "Normal (Waiting)", "Failed", "Active"),
    ((ARP0,), (PING,), "Normal (Waiting)", "Failed (Waiting)", "Active", "Failed"),
    ((ARP0,), (ARP1,), "Normal (Waiting)", "Normal (Waiting)", "Active", "Standby Ready"),
    ((), (), "Unknown (Waiting)", "Unknown (Waiting)", "Active", "Standby Ready"),
]


@MODES
@pytest.mark.parametrize(("hears_a", "hears_b", "mine", "theirs", "state_a", "state_b"), LADDERS)
def test_if3_the_silent_side_fails(mode, hears_a, hears_b, mine, theirs, state_a, state_b):
    pair = Pair(mode).both()
    pair.audible = {(A, INSIDE, q) for q in hears_a} | {(B, INSIDE, q) for q in hears_b}
    pair.cut(INSIDE)
    pair.run(5_000 + 200)
    assert pair.states == (state_a, state_b)
    shown = interface(pair, A), interface(pair, B)
    assert shown == (mine, theirs)


@pytest.mark.parametrize("wait_ms", range(0, 5_000, 1_000))
def test_if3_a_shorter_hold_time_is_no_silence(wait_ms):
    pair = configured(Pair(Mode.LAN), poll_interface_ms=5_000, hold_interface_ms=25_000).both()
    pair.run(14_000 + wait_ms)
    quicker = {"poll_interface_ms": 500, "hold_interface_ms": 5_000}
    for index in (A, B):
        pair.step(index, ev.SettingsChanged(replace(pair.wanted[index], **quicker)))
        pair.run(200)
    assert MessageId.TESTING_INTERFACE not in (*pair.logged(A), *pair.logged(B))
    assert interface(pair, A) == "Normal"


@MODES
def test_if3_one_direction_makes_both_test(mode):
    pair = Pair(mode).both()
    pair.audible = {(A, INSIDE, ACTIVITY)}
    pair.cut(INSIDE, sender=A)
    pair.run(5_200)
    assert pair.states == ("Active", "Failed")
    assert MessageId.TESTING_INTERFACE in pair.logged(A)
    assert [q for _, q in pair.asked[B]][:1] == [ACTIVITY]


def test_if4_the_tests_come_in_order_and_end_within_the_hold_time():
    pair = Pair().both()
    pair.cut(INSIDE)
    pair.run(HALF_MS - 600)
    assert not pair.asked[A]
    pair.run(600 + HALF_MS)
    questions = [q for _, q in pair.asked[A]]
    assert questions[:5] == [ACTIVITY, ARP0, ARP1, PING, PING]
    assert interface(pair, A) == "Unknown (Waiting)"


@pytest.mark.parametrize("late_us", [1_000, 9_000, 700_000])
def test_if3_what_the_mate_heard_in_the_last_test_is_no_news_in_the_next(late_us):
    """Hellos stay away, so both test again and again; one is always a little later."""
    pair = Pair().both()
    pair.answer_us[B] = late_us
    pair.audible = {(index, INSIDE, question) for index in (A, B) for question in (ARP0, ARP1)}
    pair.cut(INSIDE)
    for _ in range(40):
        pair.run(1_000)
        assert pair.states == ("Active", "Standby Ready")
    assert pair.logged(A).count(MessageId.TESTING_INTERFACE) > 5


def test_if3_what_is_logged_of_a_test():
    pair = Pair().both()
    pair.audible = {(A, INSIDE, ACTIVITY)}
    pair.cut(INSIDE)
    pair.run(5_200)
    told = {
        index: [
            (log.message, log.arguments)
            for log in pair.logs[index]
            if log.arguments[:1] == ("inside",) and log.message.value in range(105005, 105010)
        ]
        for index in (A, B)
    }
    begin = [(MessageId.INTERFACE_LOST, ("inside",)), (MessageId.TESTING_INTERFACE, ("inside",))]
    assert told[A][:3] == [*begin, (MessageId.INTERFACE_TESTED, ("inside", "Passed"))]
    assert told[B][:3] == [*begin, (MessageId.INTERFACE_TESTED, ("inside", "Failed"))]


def test_if3_hellos_that_come_back_end_the_test():
    pair = Pair().both()
    pair.cut(INSIDE)
    pair.run(HALF_MS + 100)
    assert interface(pair, A) == "Testing"
    pair.lost.clear()
    pair.run(2_000)
    assert interface(pair, A) == interface(pair, B) == "Normal"
    assert pair.states == ("Active", "Standby Ready")


def test_if5_unknown_counts_for_nothing_and_is_tested_again_quietly():
    pair = Pair().both()
    pair.cut(INSIDE)
    pair.run(20_000)
    assert pair.states == ("Active", "Standby Ready")
    assert pair.logged(A).count(MessageId.TESTING_INTERFACE) == 1
    pair.audible = {(A, INSIDE, PING)}
    pair.run(10_000)
    assert pair.states == ("Active", "Failed")


def test_if5_the_side_that_hears_does_not_tell_of_each_test_the_other_repeats():
    pair = Pair().both()
    pair.cut(INSIDE, sender=A)
    pair.run(600_000)
    assert pair.states == ("Active", "Standby Ready")
    for unit in (A, B):
        assert pair.logged(unit).count(MessageId.TESTING_INTERFACE) == 1
        assert pair.logged(unit).count(MessageId.INTERFACE_NORMAL) <= 4


def test_hm5_a_unit_failed_by_a_test_heals_when_anybody_is_heard():
    pair = Pair().both()
    pair.audible = {(B, INSIDE, ACTIVITY)}
    pair.cut(INSIDE)
    pair.run(6_000)
    assert pair.states == ("Failed", "Active")
    pair.sound(A, INSIDE)
    pair.run(1_000)
    assert pair.states == ("Standby Ready", "Active")


def test_fm_nobody_is_failed_for_hellos_while_waiting():
    pair = Pair()
    pair.cut(INSIDE)
    pair.audible = {(A, INSIDE, ACTIVITY)}
    pair.boot(A, B)
    pair.run(30_000)
    assert pair.states == ("Active", "Standby Ready")
    assert interface(pair, B) == "Normal (Waiting)"
    pair.carrier(A, INSIDE, False)
    pair.run(1_000)
    assert pair.states == ("Failed", "Active")


def test_if3_no_test_beside_a_mate_that_is_gone():
    pair = Pair().both()
    pair.die(B)
    pair.run(20_000)
    assert MessageId.TESTING_INTERFACE not in pair.logged(A)
    assert interface(pair, A) == "Normal (Waiting)"


def test_if3_the_next_hello_of_the_mate_undoes_no_verdict():
    pair = Pair().both()  # their hellos are in step, and a stage is a whole number of them
    pair.audible = {(B, INSIDE, "arp 0")}
    pair.cut(INSIDE, sender=A)
    pair.run(HALF_MS + 2 * STAGE_MS + 100)
    assert only_active(pair, B)
    assert ("Failed", "Interface check") in reasons(pair, A)


def test_fa5_of_two_actives_the_healthier_goes_on():
    pair = Pair()
    pair.cut_all()
    pair.boot(A, B)
    pair.run(8_000)
    assert pair.states == ("Active", "Active")
    pair.carrier(A, INSIDE, False)
    pair.lost.clear()
    pair.run(3_000)
    assert only_active(pair, B)


def test_hm7_a_failed_unit_serves_when_its_mate_dies():
    pair = Pair().both()
    pair.carrier(B, INSIDE, False)
    pair.run(1_000)
    assert pair.states == ("Active", "Failed")
    pair.die(A)
    pair.run(9_000)
    assert only_active(pair, B)


def test_hm7_two_that_fail_at_once_do_not_both_stay_away():
    pair = Pair().both()
    pair.carrier(A, INSIDE, False)
    pair.run(20)
    pair.carrier(B, OUTSIDE, False)
    pair.run(10_000)
    assert sorted(pair.states) == ["Active", "Failed"]
    assert sum(pair.holding) == 1


def test_hm6_links_that_come_and_go_on_both_units_do_not_throw_the_roles_for_ever():
    pair = Pair().both()
    for _ in range(12):
        active = pair.states.index("Active")
        pair.carrier(active, INSIDE, False)
        pair.run(2_000)
        pair.carrier(active, INSIDE, True)
        pair.run(2_500)
    moves = sum(after == "Active" for after, _ in reasons(pair, A) + reasons(pair, B))
    assert moves <= TURNS_MOST + 2
    assert MessageId.SWITCHING_BACK_AND_FORTH in pair.logged(A) + pair.logged(B)
    pair.run(70_000)
    assert sorted(pair.states) == ["Active", "Standby Ready"]


@pytest.mark.parametrize(
    "entries",
    [
        (TestEntry(200, TestStage.ACTIVITY, False),),
        (TestEntry(1, TestStage.ENDED, True),) * 100,
        (TestEntry(1, TestStage.PING, True),),
        (),
    ],
)
def test_a_report_that_means_nothing_fails_nobody(entries):
    pair = Pair().both()
    pair.engine(A).unit.send("lan", TestReport(entries))
    for effect in pair.engine(A).unit.out:
        pair._do(A, pair.engine(A), effect)
    pair.run(6_000)
    assert pair.states == ("Active", "Standby Ready")
