"""The hunt: rules hold over many schedules, and a seed is its schedule whatever the hashes."""

import os
import subprocess
import sys

import pytest

from controller.bench.simulated.explore import explore, play, story_text, trace

SEEDS = range(1, 25)
TRACE = (
    "import sys; from controller.bench.simulated.explore import trace; "
    "sys.stdout.write(trace({seed}))"
)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_rule_is_broken(seed):
    found = play(seed)
    assert found is None, f"{found.why}\n{found.story}"


@pytest.mark.parametrize("seed", [3, 8])
def test_the_same_seed_is_the_same_trace_under_other_hashes(seed):
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


def test_another_seed_is_another_schedule():
    assert story_text(1) != story_text(2)
    assert trace(1) != trace(2)


def test_a_hunt_says_how_it_goes_and_at_what_rate():
    told = []
    assert explore(range(1, 3), told.append, every_s=0) == []
    assert told[0].split(",")[0].strip() == "1 of 2 schedules"
    assert told[-1].startswith("2 schedules in ")


def test_an_interrupted_hunt_tells_what_it_did():
    told = []

    def tell(line):
        told.append(line)
        if "1 of 5" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        explore(range(1, 6), tell, every_s=0)
    assert told[-2] == "interrupted, 4 not played"
    assert told[-1].startswith("1 schedules in ")
