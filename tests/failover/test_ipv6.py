"""Interfaces that have IPv6 alone: configured, shown, waited for and tested as any. IF-9, IF-10."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv6Address, IPv6Interface

import pytest

from firmware.core.failover import effects as fe
from firmware.core.failover import events as ev
from firmware.core.message_ids import MessageId
from firmware.core.settings import DataInterface

from .pair import A, B, Pair

INSIDE, HALF_MS = "Ethernet1", 2_500
ACTIVE6, STANDBY6 = IPv6Interface("2001:db8:1::1/64"), IPv6Address("2001:db8:1::2")


def ipv6_inside(standby: IPv6Address | None = STANDBY6) -> Pair:
    pair = Pair()
    for index, wanted in enumerate(pair.wanted):
        outside, inside = wanted.interfaces
        inside = replace(inside, active=None, standby=None, active6=ACTIVE6, standby6=standby)
        pair.wanted[index] = replace(wanted, interfaces=(outside, inside))
    return pair


def shown(pair: Pair, index: int) -> list[str]:
    view = pair.view(index)
    lines = (view.mine.interfaces[1], view.other.interfaces[1])
    return [f"{line.address}: {line.state.text}" for line in lines]


def test_if9_it_is_shown_by_its_ipv6_address_and_monitored() -> None:
    pair = ipv6_inside().both()
    assert shown(pair, A) == ["2001:db8:1::1: Normal", "2001:db8:1::2: Normal"]
    assert shown(pair, B) == ["2001:db8:1::2: Normal", "2001:db8:1::1: Normal"]


def test_if9_one_with_both_is_shown_by_its_ipv4_address() -> None:
    pair = Pair()
    for index, wanted in enumerate(pair.wanted):
        outside, inside = wanted.interfaces
        both = replace(inside, active6=ACTIVE6, standby6=None)
        pair.wanted[index] = replace(wanted, interfaces=(outside, both))
    assert shown(pair.both(), A) == ["192.168.1.1: Normal", "192.168.1.2: Normal"]


def test_if9_without_a_standby_address_it_waits_for_ever() -> None:
    pair = ipv6_inside(standby=None).both()
    assert shown(pair, A) == ["2001:db8:1::1: Normal (Waiting)", "::: Normal (Waiting)"]
    pair.cut(INSIDE)
    pair.run(10_000)
    assert MessageId.TESTING_INTERFACE not in pair.logged(A) + pair.logged(B)


@pytest.mark.parametrize("made", [Pair, ipv6_inside])
def test_if7_one_that_loses_its_standby_address_is_tested_no_more(
    made: Callable[[], Pair],
) -> None:
    pair = made().both()
    for index in (A, B):
        outside, inside = pair.wanted[index].interfaces
        without = replace(inside, standby=None, standby6=None)
        changed = replace(pair.wanted[index], interfaces=(outside, without))
        pair.step(index, ev.SettingsChanged(changed))
    pair.cut(INSIDE)
    pair.run(10_000)
    assert MessageId.TESTING_INTERFACE not in pair.logged(A) + pair.logged(B)


def test_st10_a_unit_with_ipv6_alone_is_not_empty() -> None:
    only = DataInterface(physical=INSIDE, name="inside", active=None, standby=None, active6=ACTIVE6)
    wanted = Pair().wanted[A]
    assert replace(wanted, interfaces=(only,)).configured
    assert not replace(wanted, interfaces=(replace(only, active6=None),)).configured


def test_it3_it_is_tested_in_the_same_stages() -> None:
    pair = ipv6_inside().both()
    pair.audible = {(A, INSIDE, "ping")}
    pair.cut(INSIDE)
    pair.run(2 * HALF_MS + 200)
    assert [q for _, q in pair.asked[A]][:4] == ["activity", "arp 0", "arp 1", "ping"]
    assert pair.states == ("Active", "Failed")


def test_if9_its_persona_has_the_primarys_mac_and_both_addresses() -> None:
    pair = ipv6_inside().both()
    engine = pair.engines[B]
    assert engine is not None
    plan = engine.unit.plan.wanted
    assert plan is not None
    (persona,) = (p for p in plan.personas if p.name == "inside")
    assert persona == fe.Persona(
        physical=INSIDE,
        name="inside",
        active=None,
        standby=None,
        active6=ACTIVE6,
        standby6=IPv6Interface("2001:db8:1::2/64"),
        active_mac="00:06:5b:00:00:01",
        standby_mac="00:06:5b:01:00:01",
    )
    assert persona.by_ipv6
