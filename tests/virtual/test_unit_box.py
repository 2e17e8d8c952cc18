"""Which process of a unit listens where: found by its socket, and nobody found once it ended."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from controller.bench.virtual.unit_box import listening_child

LISTEN = (
    "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); "
    "print('listening', flush=True); sys.stdin.read()"
)


def test_a_child_is_found_by_where_it_listens_until_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "terminal"
    with subprocess.Popen(
        [sys.executable, "-c", LISTEN, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "listening\n"
        assert listening_child(os.getpid(), path) == child.pid
        assert listening_child(os.getpid(), tmp_path / "failover") is None
        child.communicate("")
    assert listening_child(os.getpid(), path) is None


def test_a_supervisor_that_is_gone_has_no_child(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    assert listening_child(gone.pid, tmp_path / "terminal") is None
