"""Strangers, forgeries, noise, floods and recordings on the LAN failover link and data interfaces.

One pair for all of it, in this order; the recording is of everything it said from power-on on.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from controller.bench.virtual.network import FAILOVER
from controller.bench.virtual.recording import Said
from controller.bench.world import Unit
from firmware.core.settings import Identity
from firmware.core.wire import frames
from firmware.core.wire.bodies import BadFrame, Body, FailedNotice, Frame, Handover, HandoverStep
from firmware.core.wire.frames import chassis_number
from tests.virtual.inside.pair.forged import boots, datagram, frame, hello, raw
from tests.virtual.inside.pair.living import IN_SERVICE, STATIONS, SWITCHED, P, Pair, S, in_front

CHANNELS = {"lan": datagram, "Ethernet0": raw, "Ethernet1": raw}
RATE, SECONDS = 1000, 2
STRANGER = chassis_number("999999999999")
HARM = (990004, 103001)  # fenced; the mate not heard
NO_ECHO = "does not echo this boot"


@pytest.fixture(scope="module")
def tape() -> list[Said]:
    """Everything the pair said so far."""
    return []


@pytest.fixture(scope="module", autouse=True)
def serving(pair: Pair, tape: list[Said], no_violation: None) -> None:
    """Booted, switched over both ways, and the active unit's power lost once; all of it taped."""
    pair.serve("lan")
    pair.world.type(P, "failover polltime unit 1 holdtime 3")
    pair.order(P, "no failover active", SWITCHED)
    pair.power(False, S)
    pair.reach({P: "Active"})
    pair.power(True, S)
    pair.reach(IN_SERVICE)
    pair.world.type(P, "write memory")
    tape += pair.take()
    assert {said.ethernet for said in tape} == set(STATIONS)


def everywhere(pair: Pair, data: bytes) -> None:
    """Both units hear it on every channel."""
    for unit in Unit:
        for station, wrap in zip(STATIONS, (raw, raw, datagram), strict=True):
            pair.ports.say(unit, station, wrap(data))


def at_a_rate(pair: Pair, make: Callable[[], bytes]) -> None:
    """RATE times a second, for SECONDS."""
    for _ in range(SECONDS * 100):
        for _ in range(RATE // 100):
            everywhere(pair, make())
        pair.world.run(10)


def life_of(tape: list[Said], unit: Unit) -> int:
    """The boot number that unit said last on the failover link."""
    for said in reversed(tape):
        if said.unit is unit and said.ethernet == FAILOVER:
            heard = frames.decode(said.data[42:], padded=True)
            assert isinstance(heard, Frame), heard
            return heard.header.boot
    raise AssertionError(f"{unit} said nothing")


def test_a_strangers_hellos_are_counted_and_change_nothing(pair: Pair) -> None:
    numbers = boots(1)
    with pair.unmoved():
        at_a_rate(pair, lambda: frame(hello(STRANGER), next(numbers)))
        for unit in Unit:
            for channel in CHANNELS:
                pair.told_of(unit, channel, NO_ECHO, 1000)


def test_the_mates_chassis_is_not_enough(pair: Pair) -> None:
    """What would hurt if it counted: the mate is failed, lets go, has claimed, begins anew."""
    numbers = boots(2)
    bodies: list[Body] = [
        *(FailedNotice(identity) for identity in Identity),
        *(Handover(step, 1) for step in HandoverStep),
    ]
    with pair.unmoved():
        for unit in Unit:
            chassis = chassis_number(pair.world.units[unit].chassis)
            for _ in range(50):
                everywhere(pair, frame(hello(chassis, failed=True), next(numbers)))
                for body in bodies:
                    everywhere(pair, frame(body, next(numbers), echo=next(numbers)))
        for unit in Unit:
            pair.told_of(unit, "lan", NO_ECHO)


def test_a_stranger_that_listens_and_echoes_is_still_a_stranger(
    pair: Pair, tape: list[Said]
) -> None:
    pair.world.run(2000)
    tape += pair.take()
    with pair.unmoved():
        for unit in Unit:
            echo = life_of(tape, unit)
            for number in range(1, 21):
                stranger = frame(hello(STRANGER, failed=True), 77, echo, number)
                notice = frame(FailedNotice(Identity.PRIMARY), 78, echo, number)
                for data in (stranger, notice):
                    pair.ports.say(unit, FAILOVER, datagram(data))
        for unit in Unit:
            pair.told_of(unit, "lan", "a stranger's chassis")
            pair.told_of(unit, "lan", "of a boot not introduced by a hello")


def test_truncated_and_random_frames_are_counted(pair: Pair, tape: list[Said]) -> None:
    whole = next(said.data[42:] for said in reversed(tape) if said.ethernet == FAILOVER)
    chance = random.Random(3)
    pieces = [whole[:length] for length in range(len(whole))]
    pieces += [chance.randbytes(chance.randrange(1400)) for _ in range(500)]
    pieces += [b"", whole + b"\0", whole * 30]
    assert all(isinstance(frames.decode(piece), BadFrame) for piece in pieces)
    with pair.unmoved():
        for piece in pieces:
            everywhere(pair, piece)
        for unit in Unit:
            for channel in CHANNELS:
                pair.told_of(unit, channel, "shorter than a frame")
                pair.told_of(unit, channel, "longer than a frame")


def test_a_flood_takes_no_unit_off_the_network(pair: Pair) -> None:
    """Thousands at once, more than a socket holds: no process dies of being busy."""
    numbers = boots(4)
    chance = random.Random(5)
    flood = [datagram(frame(hello(STRANGER), next(numbers))) for _ in range(2000)]
    flood += [datagram(chance.randbytes(60)) for _ in range(1000)]
    before = [len(pair.said(unit, number)) for unit in Unit for number in HARM]
    with pair.unmoved():
        for _ in range(3):
            with in_front():
                for data in flood:
                    for unit in Unit:
                        pair.ports.say(unit, FAILOVER, data)
            pair.world.run(500)
        assert before == [len(pair.said(unit, number)) for unit in Unit for number in HARM]


def test_a_recording_of_this_life_counts_nothing_twice(pair: Pair, tape: list[Said]) -> None:
    tape += pair.take()
    with pair.unmoved():
        for _ in range(3):
            assert pair.ports.play(tape) > len(tape)
            pair.world.run(200)
        # What the primary heard before its mate restarted still echoes this life of the primary.
        pair.told_of(P, "lan", "of a life of the mate that ended")
        pair.told_of(S, "lan", "heard already, or too old to tell")


def test_a_recording_of_former_lives_disturbs_no_election(pair: Pair, tape: list[Said]) -> None:
    pair.judge()
    pair.power(False, P, S)
    pair.power(True, P, S)

    def elected() -> bool:
        pair.ports.play(tape)
        return pair.states() == IN_SERVICE

    pair.until(elected)
    for unit in Unit:
        rows = pair.world.type(unit, "show failover history")
        assert rows.count("Negotiation  ") == 2, rows  # into it, and out of it once
    with pair.unmoved():
        for _ in range(3):
            assert pair.ports.play(tape) > len(tape)
            pair.world.run(200)
        for unit in Unit:
            for channel in CHANNELS:
                pair.told_of(unit, channel, NO_ECHO)
