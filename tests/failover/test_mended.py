"""Sequences that once ended badly: found by hunting, each mended and kept."""

from dataclasses import replace

import pytest

from firmware.core.failover import effects as fe
from firmware.core.failover import events as ev
from firmware.core.failover.events import Order
from firmware.core.message_ids import MessageId
from firmware.core.settings import Mode
from firmware.core.wire.bodies import (
    CABLE,
    LAN,
)

from .pair import CHANNEL_US, A, B, Pair, bare, only_active

MODES = pytest.mark.parametrize("mode", list(Mode))


def reasons(pair, index):
    return [(change.after.text, change.reason) for change in pair.history[index]]


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


@MODES
def test_st2_a_unit_switched_off_that_serves_is_no_mate_that_reloaded(mode):
    """It restarted and was switched off while its mate could not hear it: two would forward."""
    pair = Pair(mode).both()
    link = CABLE if mode is Mode.CABLE else LAN
    pair.cut(link)
    pair.run(4_000)
    pair.die(A)
    pair.boot(A)
    pair.run(12_000)
    assert pair.holding == [True, False]
    pair.step(A, ev.SettingsChanged(replace(pair.engine(A).unit.settings, enabled=False)))
    pair.run(500)
    pair.lost.clear()
    pair.run(10_000)
    assert pair.holding == [True, False]
