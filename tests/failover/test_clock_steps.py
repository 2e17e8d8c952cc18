"""Somebody sets the clock of a unit, or of both: it prints other times, and nothing else. EV-7."""

import json

import pytest

from controller.bench.boot import load_rig
from controller.bench.simulated.world import SimulatedWorld
from controller.bench.world import PowerOff, PowerOn, Rig, Unit
from controller.console.picture import PairPicture, fold, shown_state
from firmware.core.management.topics import base
from tests.document.rows import BOOTS

P, S = Unit.PRIMARY, Unit.SECONDARY
IN_SERVICE = {P: "Active", S: "Standby Ready"}
STEPS_MS = {"an hour on": 3_600_000, "ten years back": -315_532_800_000}
MODES = pytest.mark.parametrize("mode", ["cable", "lan"])
STEPS = pytest.mark.parametrize("step", STEPS_MS)
WHOSE = pytest.mark.parametrize("whose", [(P,), (S,), (P, S)], ids=["active", "standby", "both"])


def serving(mode: str) -> SimulatedWorld:
    rig = load_rig(BOOTS / f"{mode}-saved")
    assert isinstance(rig, Rig), rig
    world = SimulatedWorld(1)
    world.prepare(rig)
    world.do(PowerOn((P, S)))
    world.run(15_000)
    assert states(world) == IN_SERVICE
    for line in ("polltime unit msec 200 holdtime msec 800", "polltime interface msec 500"):
        assert "ERROR" not in world.type(P, f"failover {line}")
    world.run(15_000)
    return world


def states(world: SimulatedWorld) -> dict[Unit, str]:
    return {unit: world.state(unit) for unit in Unit}


def set_clocks(world: SimulatedWorld, whose: tuple[Unit, ...], step: str) -> None:
    for unit in whose:
        world.sim.units[unit].clock.set_wall(STEPS_MS[step])


def told(world: SimulatedWorld) -> dict[Unit, str]:
    """The states as a broker would tell them, from what each unit published, in its order."""
    known = PairPicture()
    for box in world.sim.units.values():
        topic = base("lab", "bench", box.facts.chassis)
        known = fold(known, topic + "availability", "online" if box.powered else "offline")
        for said in box.published:
            known = fold(known, topic + said.topic, json.dumps(said.payload))
    return {unit: shown_state(known, box.facts.chassis) for unit, box in world.sim.units.items()}


@MODES
@STEPS
@WHOSE
def test_a_clock_that_is_set_moves_nothing(mode: str, step: str, whose: tuple[Unit, ...]) -> None:
    world = serving(mode)
    said = {unit: world.messages(unit) for unit in Unit}
    history = {unit: world.type(unit, "show failover history") for unit in Unit}
    set_clocks(world, whose, step)
    world.run(60_000)
    assert states(world) == IN_SERVICE == told(world)
    assert {unit: world.messages(unit) for unit in Unit} == said
    assert {unit: world.type(unit, "show failover history") for unit in Unit} == history
    assert world.forwarders() == (P,)


@MODES
@STEPS
def test_a_takeover_after_a_step_is_as_soon_and_has_the_new_time(mode: str, step: str) -> None:
    world = serving(mode)
    set_clocks(world, (P, S), step)
    world.run(5_000)
    world.do(PowerOff((P,)))
    world.run(1_500)
    assert world.state(S) == "Active"
    assert world.forwarders() == (S,)
    assert told(world)[S] == "Active"
    year = {"an hour on": "2006", "ten years back": "1996"}[step]
    shown = world.type(S, "show failover")
    assert f"Dec 26 {year}" in shown.partition("Last Failover at:")[2].splitlines()[0], shown
