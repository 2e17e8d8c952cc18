"""Noise and recordings on the serial cable, said straight into a unit's end of it."""

from __future__ import annotations

import random

import pytest

from controller.bench.virtual.recording import Said
from controller.bench.world import Unit
from tests.virtual.inside.pair.living import IN_SERVICE, SWITCHED, P, Pair, S

NOISE = random.Random(6).randbytes(2_000)


@pytest.fixture(scope="module")
def tape() -> list[Said]:
    """Everything the pair said so far."""
    return []


@pytest.fixture(scope="module", autouse=True)
def serving(pair: Pair, tape: list[Said], no_violation: None) -> None:
    """Booted, and switched over both ways; all of it taped."""
    pair.serve("cable")
    pair.order(P, "no failover active", SWITCHED)
    pair.order(P, "failover active", IN_SERVICE)
    pair.world.type(P, "write memory")
    tape += pair.take()
    assert any(said.ethernet is None and said.unit is S for said in tape)


def play(pair: Pair, tape: list[Said]) -> None:
    """All of it again, faster than the cable carries it: what a unit said, its mate hears."""
    for said in tape:
        if said.ethernet is None:
            assert pair.cable.say(said.unit.mate, said.data)
    pair.ports.play(tape)


def test_noise_is_counted_and_changes_nothing(pair: Pair) -> None:
    with pair.unmoved():
        for unit in Unit:

            def told(unit: Unit = unit) -> bool:
                assert pair.cable.say(unit, NOISE)
                return pair.ignored(unit, "cable", "not a COBS frame") >= 10

            pair.until(told)


def test_a_recording_of_this_life_counts_nothing_twice(pair: Pair, tape: list[Said]) -> None:
    with pair.unmoved():
        play(pair, tape)
        for unit in Unit:
            pair.told_of(unit, "cable", "heard already, or too old to tell")


def test_a_recording_of_former_lives_disturbs_no_election(pair: Pair, tape: list[Said]) -> None:
    pair.judge()
    pair.power(False, P, S)
    pair.power(True, P, S)
    pair.until(lambda: "silent" not in pair.states().values())  # both listen
    play(pair, tape)
    pair.reach(IN_SERVICE)
    for unit in Unit:
        rows = pair.world.type(unit, "show failover history")
        assert rows.count("Negotiation  ") == 2, rows  # into it, and out of it once
    with pair.unmoved():
        play(pair, tape)
        for unit in Unit:
            pair.told_of(unit, "cable", "does not echo this boot")
