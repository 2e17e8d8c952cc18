"""However the bench ends, no process, namespace or file is left."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.bench.virtual import namespaces

ROOT = Path(__file__).parents[2]
WAIT_S = 60.0


def descendants(pid: int) -> Iterator[int]:
    try:
        words = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for word in words:
        yield int(word)
        yield from descendants(int(word))


def left_outside() -> tuple[object, ...]:
    """Everything a bench could leave on the machine: named namespaces, its folders, links."""
    named = Path("/run/netns")
    return (
        sorted(path.name for path in named.iterdir()) if named.exists() else [],
        namespaces.RUN.exists(),
        sorted(path.name for path in Path(tempfile.gettempdir()).glob("*fover*")),
        sorted(path.name for path in Path("/sys/class/net").iterdir()),
    )


@pytest.fixture
def busy() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "controller.bench.virtual.namespaces"]
    command += [sys.executable, "-m", "tests.virtual.inside.busy"]
    bench = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert bench.stdout is not None
    assert bench.stdout.readline() == "busy\n"
    yield bench
    bench.stdout.close()
    bench.kill()
    bench.wait()


def end(bench: subprocess.Popen[str], number: signal.Signals, *, group: bool) -> None:
    if group:
        os.killpg(bench.pid, number)
    else:
        bench.send_signal(number)
    bench.wait(WAIT_S)


@pytest.mark.parametrize(
    ("number", "group", "status"),
    [
        (signal.SIGINT, True, 130),  # Ctrl-C: the terminal tells the whole group
        (signal.SIGINT, False, 130),
        (signal.SIGTERM, False, 130),
        (signal.SIGHUP, False, 130),
        (signal.SIGKILL, False, -9),
    ],
)
def test_every_end_takes_everything_along(
    busy: subprocess.Popen[str], number: signal.Signals, group: bool, status: int
) -> None:
    before = left_outside()
    family = {pid: os.pidfd_open(pid) for pid in descendants(busy.pid)}
    assert len(family) >= 5  # guard's child, first process, bench, cable, shell (and its sleep)
    end(busy, number, group=group)
    assert busy.returncode == status
    for pid, fd in family.items():
        ready, _, _ = select.select([fd], [], [], WAIT_S)
        assert ready, f"process {pid} outlived the bench"
        os.close(fd)
    assert left_outside() == before


def test_the_status_of_the_command_comes_out() -> None:
    command = [sys.executable, "-m", "controller.bench.virtual.namespaces", "sh", "-c", "exit 7"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 7


def test_a_refusal_says_what_to_do(tmp_path: Path) -> None:
    refusing = tmp_path / "unshare"
    refusing.write_text(
        "#!/bin/sh\necho 'unshare: unshare failed: Operation not permitted' >&2\nexit 1\n"
    )
    refusing.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "controller.bench.virtual.namespaces", "true"],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Operation not permitted" in done.stderr
    assert "as root" in done.stderr
    assert "Traceback" not in done.stderr
