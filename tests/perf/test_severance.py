"""A unit cut off all its switches: in a private world of its own, as root and otherwise."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_cut_leaves_the_carriers_and_a_power_cycle_mends_it() -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "controller.bench.virtual.namespaces"),
            *(sys.executable, "-m", "tests.perf.severance_check"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout == "held\n", done.stdout + done.stderr
