"""The hunt: rules hold over many schedules, and a seed is its schedule whatever the hashes."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from controller.bench.faults import FAULTS, Drawn, Fault, Moves
from controller.bench.player import play as play_story
from controller.bench.simulated.explore import explore
from controller.bench.simulated.playing import BOOTS, Found, Grounds, play, settle, trace
from controller.bench.simulated.schedules import TIMERS, Ground, Move, Schedule, schedule
from controller.bench.simulated.shrinking import shrunk
from controller.bench.simulated.world import SimulatedWorld
from controller.bench.story import Story, parse
from controller.bench.world import Unit
from firmware.core.settings import Mode

SCHEDULES = 2_000  # `make explore` plays millions
TRACE = (
    "import sys; from controller.bench.simulated.playing import trace; "
    "sys.stdout.write(trace({seed}))"
)
LAN = Ground(mode=Mode.LAN, saved=True, timers=TIMERS[Mode.LAN][1], variant=1)
SWITCHED_OFF = Fault(
    name="switched off", what="an operator's mistake", does="type {unit}\n    no failover"
)
LINK = next(fault for fault in FAULTS if fault.name == "failover link cut")


def _move(fault: Fault, does: str, repair: str = "", ms: int = 3_000) -> Move:
    drawn = Drawn(fault=fault, unit=Unit.PRIMARY, does=does, repair=repair)
    return Move(drawn, False, ms)


def _schedule(kind: str, *moves: Move) -> Schedule:
    return Schedule(seed=0, kind=kind, ground=LAN, moves=moves)


def test_no_rule_is_broken() -> None:
    told: list[str] = []
    assert explore(range(1, SCHEDULES + 1), told.append) == [], "\n".join(told)


@pytest.mark.parametrize("seed", [3, 8])
def test_the_same_seed_is_the_same_trace_under_other_hashes(seed: int) -> None:
    traces = [
        subprocess.run(
            [sys.executable, "-c", TRACE.format(seed=seed)],
            env={**os.environ, "PYTHONHASHSEED": hashes},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hashes in ("1", "2")
    ]
    assert traces[0] == traces[1]
    assert "Active" in traces[0]


def test_another_seed_is_another_schedule() -> None:
    assert schedule(1).text() != schedule(2).text()
    assert trace(1) != trace(2)


@pytest.mark.parametrize("seed", range(1, 60))
def test_a_schedule_is_a_story(seed: int) -> None:
    story = parse(schedule(seed).text(), file="schedule.story", boots=BOOTS)
    assert isinstance(story, Story), story


# A schedule that breaks a rule, found in either way, and made small


def _broken() -> Schedule:
    mistake = _move(SWITCHED_OFF, "type primary\n    no failover")
    cut = _move(LINK, "cut failover", "mend failover", 700)
    return _schedule("many", cut, replace(cut, mends=True), mistake, cut)


def test_a_schedule_played_in_a_fork_is_played_alike() -> None:
    forked, here = Grounds().play(_broken()), settle(LAN).play(_broken())
    assert forked is not None
    assert forked == here
    assert forked.why == ("FW-5: the units have come to rest as Disabled and Standby Ready",)


def test_what_breaks_a_rule_is_made_small_and_fails_as_a_story() -> None:
    found = Grounds().play(_broken())
    assert found is not None
    told: list[str] = []
    text = shrunk(found, told.append)
    assert "cut failover" not in text
    assert text.count("no failover") == 1
    assert re.search(r"^wait 1ms$", text, re.MULTILINE)
    assert told[-1].startswith("  shrinking: 1 moves, after ")
    assert not _plays(text)


def _plays(text: str) -> bool:
    """Whether the story holds, with the seed that it names."""
    story = parse(text, file="found.story", boots=BOOTS)
    assert isinstance(story, Story), story
    seed = re.search(r"--seed (\d+) FILE", text)
    assert seed is not None
    return play_story(story, SimulatedWorld(int(seed[1]))).passed


@pytest.mark.parametrize(
    ("does", "moves", "rule"),
    [
        ("type primary\n    no failover active", Moves.NEVER, "FW-8"),
        ("power-off primary secondary", Moves.ALWAYS, "FW-4"),
    ],
)
def test_a_single_fault_is_held_to_what_its_row_says(does: str, moves: Moves, rule: str) -> None:
    fault = Fault(name="made up", what="for this test", does=does, moves=moves)
    found = Grounds().play(_schedule("single", _move(fault, does)))
    assert isinstance(found, Found)
    assert rule in found.rules
    assert not _plays(shrunk(found, print))


# How a hunt goes


def test_a_hunt_says_how_it_goes_and_at_what_rate() -> None:
    told: list[str] = []
    assert explore(range(1, 13), told.append, every_s=0, processes=1) == []
    assert told[0].startswith("  10 of 12 schedules, ")
    assert told[-1].startswith("12 schedules in ")


def test_an_interrupted_hunt_tells_where_to_go_on() -> None:
    told: list[str] = []

    def tell(line: str) -> None:
        told.append(line)
        if "10 of 25" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        explore(range(1, 26), tell, every_s=0, processes=1)
    assert told[-2] == "interrupted; go on with --from 11"
    assert told[-1].startswith("10 schedules in ")


def test_one_seed_can_be_played_again_by_itself() -> None:
    assert play(7) is None


def test_a_fault_in_the_table_is_told_once(tmp_path: Path) -> None:
    names = [fault.name for fault in FAULTS]
    assert len(names) == len(set(names))
