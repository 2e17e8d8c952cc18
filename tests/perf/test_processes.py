"""Finding a unit's processes and what they cost, on processes of our own; the machine in words."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.bench.perf.machine import cpu_model, is_root, this_machine
from controller.bench.perf.unit_processes import (
    cpu_ns,
    listener,
    memory_kb,
    parse_rollup,
    processes_of,
)
from controller.bench.world import WorldError

# Stands where a supervisor would, with children that listen where a unit's do.
SUPERVISOR = """
import subprocess, sys
from pathlib import Path
run = Path(sys.argv[3]).parent / "run"
listen = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen();" \
    "print('ready', flush=True); sys.stdin.read()"
idle = "import sys; print('ready', flush=True); sys.stdin.read()"
words = [[listen, str(run / "terminal")], [idle, "nursery"], [listen, str(run / "failover")]]
children = []
for each in words:
    command = [sys.executable, "-c", *each]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    children.append(child)
    assert child.stdout.readline() == "ready\\n"
print(*(child.pid for child in children), flush=True)
sys.stdin.read()
for child in children:
    child.communicate()
"""


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[str], list[int]]]:
    (tmp_path / "run").mkdir()
    command = [sys.executable, "-c", SUPERVISOR, "run", "--config", str(tmp_path / "unit.toml")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        pids = [int(word) for word in started.stdout.readline().split()]
        yield tmp_path, started, pids
        started.communicate()


def test_processes_are_told_by_where_they_listen(
    unit: tuple[Path, subprocess.Popen[str], list[int]],
) -> None:
    folder, supervisor, (management, nursery, failover) = unit
    assert processes_of(folder) == {
        "supervisor": supervisor.pid,
        "failover": failover,
        "management": management,
        "nursery": nursery,
    }


def test_a_unit_that_does_not_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match=r"unit\.toml"):
        processes_of(tmp_path)


def test_cpu_time_is_the_process_s_own() -> None:
    before, ours, after = time.process_time_ns(), cpu_ns(os.getpid()), time.process_time_ns()
    assert 0 < before <= ours <= after


def test_memory_of_a_living_process_is_counted() -> None:
    pss, private = memory_kb(os.getpid())
    assert pss >= private > 0


def test_a_process_that_ended_has_neither() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    with pytest.raises(OSError, match=r"Invalid argument|No such process"):
        cpu_ns(ended.pid)
    with pytest.raises(FileNotFoundError):
        memory_kb(ended.pid)


def test_a_rollup_is_read_by_name() -> None:
    text = "55d0-7ffe ---p 0 00:00 0 [rollup]\nRss: 31508 kB\nPss:  16100 kB\nPss_Anon: 9 kB\n"
    text += "Shared_Clean: 7000 kB\nPrivate_Clean: 100 kB\nPrivate_Dirty: 10700 kB\nLocked: 0 kB\n"
    assert parse_rollup(text) == (16_100, 10_800)
    assert parse_rollup("") == (0, 0)


def test_only_the_socket_that_listens_counts(tmp_path: Path) -> None:
    path = tmp_path / "terminal"
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(path))
        server.listen()
        client.connect(str(path))
        accepted, _ = server.accept()
        with accepted:
            table = Path("/proc/self/net/unix").read_text()
            assert listener(table, path) == str(os.fstat(server.fileno()).st_ino)
    assert listener(table, tmp_path / "other") is None


def test_cpus_are_named_on_a_pc_and_on_a_pi() -> None:
    pc = "processor\t: 0\nvendor_id\t: X\nmodel name\t: Fast Thing\n\nprocessor\t: 1\n"
    pi = "processor\t: 0\nBogoMIPS\t: 108\n\nModel\t\t: Raspberry Pi 4 Model B Rev 1.4\n"
    assert cpu_model(pc) == "Fast Thing"
    assert cpu_model(pi) == "Raspberry Pi 4 Model B Rev 1.4"
    assert cpu_model("") == "unnamed"


def test_root_of_a_user_namespace_is_an_ordinary_user() -> None:
    assert not is_root("         0       1000          1\n")
    assert is_root("         0          0 4294967295\n") == (os.geteuid() == 0)


def test_this_machine_can_be_named() -> None:
    machine = this_machine()
    assert machine.cores >= 1
    assert len(machine.lines()) == 4
    assert os.sched_getscheduler(0) == os.SCHED_OTHER  # what was tried was given back
