"""Plays a scenario in namespaces of its own: user, network, mount and process. Needs no root."""

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PRIVATE = ["unshare", "--user", "--map-root-user", "--net", "--mount", "--pid", "--fork"]
PRIVATE += ["--kill-child", "--mount-proc"]


def play(module: str, scenario: str) -> None:
    """Call that function of that module beside this one; fails with all it said."""
    if subprocess.run([*PRIVATE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine allows no user namespaces")
    command = [*PRIVATE, sys.executable, "-m", f"processes.{module}", scenario]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, cwd=TESTS
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
