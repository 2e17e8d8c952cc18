"""Units with more data interfaces than a hello and an Identify have room for. IF-8, MT-3."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface

import pytest

from firmware.core.failover import effects as fe
from firmware.core.message_ids import MessageId
from firmware.core.settings import DataInterface, Mode, PhysicalInterface
from firmware.core.wire import cobs, frames
from firmware.core.wire.bodies import CABLE, FRAME_CABLE_MAX, Identify, Interfaces, MoreIdentity

from .pair import A, B, Pair, only_active

MODES = pytest.mark.parametrize("mode", list(Mode))


def interface(n: int) -> DataInterface:
    return DataInterface(
        physical=f"Ethernet{n}",
        name=f"net{n}",
        active=IPv4Interface(f"10.9.{n}.1/24"),
        standby=IPv4Address(f"10.9.{n}.2"),
    )


def large(mode: Mode, count: int, *, at_b: int | None = None) -> Pair:
    """A pair of units with so many NICs: all data interfaces, but for the link's on the LAN."""
    pair = Pair(mode)
    for index, cards in enumerate((count, count if at_b is None else at_b)):
        ports = tuple(
            PhysicalInterface(
                physical=f"Ethernet{n}", burned_in_mac=f"02:00:00:{index:02x}:00:{n:02x}"
            )
            for n in range(cards)
        )
        pair.facts[index] = replace(pair.facts[index], interfaces=ports)
        link = pair.wanted[index].failover_link if mode is Mode.LAN else None
        used = () if link is None else (link.physical,)
        named = tuple(interface(n) for n in range(cards) if f"Ethernet{n}" not in used)
        pair.wanted[index] = replace(pair.wanted[index], interfaces=named, failover_link=link)
    return pair


def said(pair: Pair, index: int, kind: type) -> list[object]:
    """What a unit said of that kind, by whichever channel."""
    sent = (e.frame.body for e in pair.effects[index] if isinstance(e, fe.SendFrame))
    return [body for body in sent if isinstance(body, kind)]


def printed(pair: Pair, index: int) -> list[str]:
    """The states of the mate's interfaces, as that unit prints them."""
    return [i.state.text for i in pair.view(index).other.interfaces]


@MODES
@pytest.mark.parametrize("count", [17, 46, 47, 250])
def test_if8_each_unit_shows_every_interface_of_the_other(mode: Mode, count: int) -> None:
    pair = large(mode, count).both()
    data = count - (mode is Mode.LAN)
    assert printed(pair, A) == printed(pair, B) == ["Normal"] * data
    for e in (e for effects in pair.effects for e in effects if isinstance(e, fe.SendFrame)):
        data = frames.encode(e.frame)
        assert e.channel != CABLE or len(cobs.encode(data)) <= FRAME_CABLE_MAX


@MODES
def test_if8_the_last_of_250_fails_and_the_mate_knows_at_once(mode: Mode) -> None:
    pair = large(mode, 250).both()
    pair.carrier(B, "Ethernet249", False)
    pair.run(20)
    assert printed(pair, A)[-1] == "No Link (Waiting)"
    assert printed(pair, A)[:-1] == ["Normal (Waiting)"] * (len(printed(pair, A)) - 1)
    assert only_active(pair, A)


@MODES
def test_the_macs_of_all_interfaces_ride_on_the_personas(mode: Mode) -> None:
    pair = large(mode, 250).both()
    plans = [e.plan for e in pair.effects[B] if isinstance(e, fe.PrepareDataPlane)]
    macs = {p.physical: (p.active_mac, p.standby_mac) for p in plans[-1].personas}
    assert macs["Ethernet249"] == ("02:00:00:00:00:f9", "02:00:00:01:00:f9")
    assert macs["Ethernet0"] == ("02:00:00:00:00:00", "02:00:00:01:00:00")


@MODES
def test_sixteen_interfaces_need_no_frame_of_their_own(mode: Mode) -> None:
    pair = large(mode, 16).both()
    assert said(pair, A, Identify)
    assert said(pair, A, Interfaces) == said(pair, A, MoreIdentity) == []


@MODES
@pytest.mark.parametrize(("at_a", "at_b"), [(16, 17), (17, 16), (60, 61), (250, 100)])
def test_mt3_another_number_of_interfaces_is_no_mate(mode: Mode, at_a: int, at_b: int) -> None:
    pair = large(mode, at_a, at_b=at_b)
    pair.boot(A, B)
    pair.run(8_000)
    assert pair.states == ("Active", "Disabled")
    for index in (A, B):
        assert pair.logged(index).count(MessageId.INTERFACE_COUNT_MISMATCH) == 1


@MODES
def test_mt3_another_type_of_the_last_interface_is_no_mate(mode: Mode) -> None:
    pair = large(mode, 100)
    *others, last = pair.facts[B].interfaces
    other = replace(last, physical="GigabitEthernet99")
    named = tuple(
        replace(i, physical="GigabitEthernet99") if i.physical == "Ethernet99" else i
        for i in pair.wanted[B].interfaces
    )
    pair.facts[B] = replace(pair.facts[B], interfaces=(*others, other))
    pair.wanted[B] = replace(pair.wanted[B], interfaces=named)
    pair.boot(A, B)
    pair.run(8_000)
    assert pair.states == ("Active", "Disabled")
    assert (
        fe.Log(MessageId.MATE_CARD_DIFFERS, ("GigabitEthernet", "99", "Ethernet")) in pair.logs[A]
    )


@MODES
def test_a_unit_that_joins_a_large_one_in_service_learns_all_of_it(mode: Mode) -> None:
    pair = large(mode, 250)
    pair.boot(A)
    pair.run(8_000)
    pair.boot(B)
    pair.run(8_000)
    assert pair.states == ("Active", "Standby Ready")
    identify = pair.engine(B).unit.mate.identify
    assert identify is not None
    assert identify.macs == tuple(i.burned_in_mac for i in pair.facts[A].interfaces)


@MODES
def test_he5_a_handful_of_data_interfaces_at_a_time_and_each_once_a_poll(mode: Mode) -> None:
    pair = large(mode, 250).both()
    pair.run(20_000)
    before = len(pair.effects[A])
    turns: list[int] = []
    spoken: list[str] = []
    for _ in range(pair.wanted[A].poll_interface_ms):
        pair.run(1)
        now = [e.channel for e in pair.effects[A][before:] if isinstance(e, fe.SendFrame)]
        before = len(pair.effects[A])
        turns.append(sum(channel.startswith("Ethernet") for channel in now))
        spoken += [channel for channel in now if channel.startswith("Ethernet")]
    assert max(turns) == 25
    assert sorted(spoken) == sorted(i.physical for i in pair.wanted[A].interfaces)
