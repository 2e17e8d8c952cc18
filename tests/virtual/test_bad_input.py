"""Bad input against a living pair: real units in a private world, the checks in inside/pair."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHECKS = sorted((Path(__file__).parent / "inside" / "pair").glob("check_*.py"))


@pytest.mark.parametrize("checks", CHECKS, ids=lambda file: file.stem.removeprefix("check_"))
def test_a_living_pair_bears(checks: Path) -> None:
    pytest_inside = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    command = [
        sys.executable,
        "-m",
        "controller.bench.virtual.namespaces",
        *pytest_inside,
        str(checks),
    ]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    said = done.stdout + done.stderr
    if "kernel refuses the namespaces" in done.stderr:
        pytest.skip(done.stderr.splitlines()[0])
    assert done.returncode == 0, said
