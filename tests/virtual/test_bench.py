"""The whole chain: the command a person types plays stories with real units, and says all held."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from test_inside import NOBODY, ROOT, interpreter_for_nobody

# One for each way the pair changes hands, by each kind of failover link.
STORIES = ("active-loses-power-cable", "active-loses-power-lan", "no-failover-active")
OF_AN_ORDINARY_USER = STORIES[:2]


def bench(
    user: list[str], python: str, stories: tuple[str, ...]
) -> subprocess.CompletedProcess[str]:
    paths = [str(ROOT), *(path for path in sys.path if path.endswith("site-packages"))]
    return subprocess.run(
        [*user, python, "-m", "controller", "bench", "--once", *stories],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": ":".join(paths), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def play(user: list[str], python: str, stories: tuple[str, ...]) -> None:
    done = bench(user, python, stories)
    if "kernel refuses the namespaces" in done.stderr:
        pytest.skip(done.stderr.splitlines()[0])
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(stories)} of {len(stories)} held" in done.stdout


def test_as_we_are() -> None:
    play([], sys.executable, STORIES)


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user already")
def test_as_an_ordinary_user() -> None:
    python = interpreter_for_nobody()
    if python is None:
        pytest.skip(f"nobody may run {sys.executable}, and there is no other of its version")
    play(NOBODY, python, OF_AN_ORDINARY_USER)
