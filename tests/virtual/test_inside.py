"""Runs the checks that need the private world inside it: as who we are, and as an ordinary user."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHECKS = sorted(str(file) for file in (Path(__file__).parent / "inside").glob("check_*.py"))
NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps=-all"]


def interpreter_for_nobody() -> str | None:
    """A Python of this version that an ordinary user may run; None if there is none."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for name in (sys.executable, shutil.which(version, path="/usr/bin:/usr/local/bin")):
        # In a shell of its own: setpriv itself could still reach any file.
        reach = [*NOBODY, "sh", "-c", f"test -x {name}"]
        if name and subprocess.run(reach, check=False).returncode == 0:
            return name
    return None


def run_inside(user: list[str], python: str) -> subprocess.CompletedProcess[str]:
    pytest_inside = [python, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *CHECKS]
    paths = [str(ROOT), *(path for path in sys.path if path.endswith("site-packages"))]
    return subprocess.run(
        [*user, python, "-m", "controller.bench.virtual.namespaces", *pytest_inside],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": ":".join(paths), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_as_we_are() -> None:
    done = run_inside([], sys.executable)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user already")
def test_as_an_ordinary_user() -> None:
    python = interpreter_for_nobody()
    if python is None:
        pytest.skip(f"nobody may run {sys.executable}, and there is no other of its version")
    done = run_inside(NOBODY, python)
    assert done.returncode == 0, done.stdout + done.stderr
