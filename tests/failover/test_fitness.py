"""Who may be a mate: every row of docs/behaviour.md's tables MT-1 to MT-4, on two real machines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from firmware.core.failover import events as ev
from firmware.core.message_ids import MessageId as M
from firmware.core.settings import Mode, PhysicalInterface, Platform

from .pair import A, B, Pair, only_active

COPPER = tuple(
    PhysicalInterface(physical=f"Ethernet{n}", burned_in_mac=f"00:06:5b:01:00:0{n}")
    for n in range(4)
)
MIXED = (*COPPER[:3], replace(COPPER[3], physical="GigabitEthernet3"))

# what the secondary is instead, the message on both, and the reason of the one that steps back
REFUSED: dict[str, tuple[dict[str, Any], M, str]] = {
    "other minor": (
        {"version": "7.1(2)"},
        M.MATE_VERSION_INCOMPATIBLE,
        "Other unit has different software version",
    ),
    "other major": (
        {"version": "8.2(1)"},
        M.MATE_VERSION_INCOMPATIBLE,
        "Other unit has different software version",
    ),
    "transparent": (
        {"transparent": True},
        M.MATE_MODE_DIFFERS,
        "Other unit operating mode is different",
    ),
    "multiple": ({"multiple": True}, M.MATE_MODE_DIFFERS, "Other unit operating mode is different"),
    "model": (
        {"model": "PIX-525"},
        M.MATE_CHASSIS_DIFFERS,
        "Other unit chassis configuration is different",
    ),
    "memory": (
        {"memory_mb": 64},
        M.MATE_CHASSIS_DIFFERS,
        "Other unit chassis configuration is different",
    ),
    "fewer interfaces": (
        {"interfaces": COPPER[:3]},
        M.INTERFACE_COUNT_MISMATCH,
        "Other unit chassis configuration is different",
    ),
    "another type": (
        {"interfaces": MIXED},
        M.MATE_CARD_DIFFERS,
        "Other unit card configuration is different",
    ),
    "restricted": ({"licence": "R"}, M.MATE_LICENCE_DIFFERS, "Other unit license is different"),
    "contexts": ({"contexts": 5}, M.MATE_LICENCE_DIFFERS, "Other unit license is different"),
    "ssl": ({"ssl_vpn_peers": 25}, M.MATE_LICENCE_DIFFERS, "Other unit license is different"),
    "features": (
        {"features": ("VPN-DES",)},
        M.MATE_LICENCE_DIFFERS,
        "Other unit license is different",
    ),
}
ACCEPTED: dict[str, dict[str, Any]] = {
    "alike": {},
    "more flash": {"flash_mb": 32},
    "failover only": {"licence": "FO"},
    "failover only, active/active": {"licence": "FO-AA"},
    "maintenance release": {"version": "7.2(2)"},
}
MODES = (Mode.LAN, Mode.CABLE)


def unlike(differs: dict[str, Any], mode: Mode = Mode.LAN) -> Pair:
    pair = Pair(mode)
    pair.facts[B] = replace(pair.facts[B], **differs)
    return pair


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", REFUSED)
def test_of_two_that_start_at_once_the_primary_serves_and_both_say_why(
    name: str, mode: Mode
) -> None:
    differs, message, reason = REFUSED[name]
    pair = unlike(differs, mode)
    pair.boot(A, B)
    pair.run(20_000)
    assert pair.states == ("Active", "Disabled")
    assert only_active(pair, A)
    assert [pair.logged(index).count(message) for index in (A, B)] == [1, 1]
    assert pair.history[B][-1].reason == reason


@pytest.mark.parametrize("name", REFUSED)
def test_one_that_joins_an_active_unit_stays_passive(name: str) -> None:
    differs, message, _ = REFUSED[name]
    pair = unlike(differs)
    pair.boot(B)
    pair.run(8_000)
    assert only_active(pair, B)
    pair.boot(A)
    pair.run(20_000)
    assert pair.states == ("Disabled", "Active")
    assert only_active(pair, B)
    assert [pair.logged(index).count(message) for index in (A, B)] == [1, 1]
    assert not any(type(effect).__name__ == "StartSync" for effect in pair.effects[B])


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_may_differ_makes_a_pair(name: str) -> None:
    pair = unlike(ACCEPTED[name])
    pair.both()
    told = M.MATE_VERSION_DIFFERS in pair.logged(A), M.MATE_VERSION_DIFFERS in pair.logged(B)
    assert told == (("version" in ACCEPTED[name],) * 2)


@pytest.mark.parametrize(
    ("platform", "one", "other", "fits"),
    [
        (Platform.PIX, "UR", "UR", True),
        (Platform.PIX, "FO", "UR", True),
        (Platform.PIX, "R", "R", False),
        (Platform.PIX, "FO", "FO", False),
        (Platform.PIX, "UR", "R", False),
        (Platform.ASA, "UR", "UR", True),
        (Platform.ASA, "UR", "FO", False),
    ],
)
def test_licences(platform: Platform, one: str, other: str, fits: bool) -> None:
    pair = Pair()
    for index, licence in ((A, one), (B, other)):
        pair.facts[index] = replace(pair.facts[index], licence=licence, platform=platform)
    pair.boot(A, B)
    pair.run(8_000)
    assert pair.states == ("Active", "Standby Ready" if fits else "Disabled")


def test_the_mate_is_shown_failed_and_no_order_goes_to_it() -> None:
    pair = unlike({"model": "PIX-525"})
    pair.boot(A, B)
    pair.run(8_000)
    seen = pair.view(A)
    assert seen.other.state.text == "Failed"
    assert seen.unfit == "Other unit chassis configuration is different"
    assert pair.view(B).unfit == seen.unfit
    pair.order(A, ev.Order.NO_ACTIVE)
    assert "cannot be its mate" in pair.answers[A][-1].text
    assert only_active(pair, A)


def test_the_passive_one_does_not_take_over_from_a_dead_active_one() -> None:
    """MT-5: it has never had the pair's configuration."""
    pair = unlike({"model": "PIX-525"})
    pair.boot(A, B)
    pair.run(8_000)
    pair.die(A)
    pair.run(60_000)
    assert pair.state(B) == "Disabled"
    pair.step(B, ev.SettingsChanged(replace(pair.wanted[B], poll_unit_ms=60)))
    pair.run(20_000)
    assert pair.state(B) == "Disabled"


def test_a_person_can_make_it_serve() -> None:
    pair = unlike({"model": "PIX-525"})
    pair.boot(A, B)
    pair.run(8_000)
    pair.die(A)
    pair.run(1_000)
    pair.step(B, ev.SettingsChanged(replace(pair.wanted[B], enabled=False)))
    pair.step(B, ev.SettingsChanged(pair.wanted[B]))
    pair.run(8_000)
    assert only_active(pair, B)


def test_a_restart_makes_it_serve() -> None:
    pair = unlike({"model": "PIX-525"})
    pair.boot(A, B)
    pair.run(8_000)
    pair.die(A)
    pair.die(B)
    pair.boot(B)
    pair.run(8_000)
    assert only_active(pair, B)


@pytest.mark.parametrize("mode", MODES)
def test_a_mate_that_fits_at_last_ends_it(mode: Mode) -> None:
    """MT-6: the active one was upgraded and comes back; somebody serves, the other stands by."""
    pair = unlike({"version": "8.0(2)"}, mode)
    pair.boot(A, B)
    pair.run(8_000)
    pair.die(A)
    pair.facts[A] = replace(pair.facts[A], version="8.0(2)")
    pair.run(5_000)
    pair.boot(A)
    pair.run(20_000)
    assert sorted(pair.states) == ["Active", "Standby Ready"]


def test_an_active_unit_that_comes_back_unlike_steps_back_for_its_successor() -> None:
    pair = Pair().both()
    pair.die(A)
    pair.facts[A] = replace(pair.facts[A], version="8.0(2)")
    pair.boot(A)
    pair.run(20_000)
    assert pair.states == ("Disabled", "Active")
    assert only_active(pair, B)


def test_two_active_ones_that_meet() -> None:
    pair = unlike({"memory_mb": 64})
    pair.cut_all()
    pair.boot(A, B)
    pair.run(10_000)
    assert pair.states == ("Active", "Active")
    pair.lost.clear()
    pair.run(10_000)
    assert pair.states == ("Active", "Disabled")
    assert only_active(pair, A)
    assert [M.MATE_CHASSIS_DIFFERS in pair.logged(index) for index in (A, B)] == [True, True]


def test_an_empty_unit_does_not_keep_a_configured_one_passive() -> None:
    pair = unlike({"memory_mb": 64})
    pair.wanted[A] = replace(pair.wanted[A], interfaces=())
    pair.boot(A)
    pair.run(8_000)
    pair.boot(B)
    pair.run(10_000)
    assert pair.states == ("Disabled", "Active")
    assert only_active(pair, B)
