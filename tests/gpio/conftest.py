"""A real pin bus in a process of its own, and programs in processes of theirs."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from controller.bench.virtual.pinbus import PinBus


@pytest.fixture
def bus_path(tmp_path: Path) -> Iterator[str]:
    """A served bus with the boards primary and secondary; secondary latches its outputs."""
    path = str(tmp_path / "bus")
    command = [sys.executable, "-m", "controller.bench.virtual.pinbus", "--socket", path]
    server = subprocess.Popen([*command, "--latch", "secondary"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        assert server.stdout.readline() == f"pin bus at {path}: primary, secondary\n"
        yield path
    finally:
        server.terminate()
        assert server.wait(10) == 0
        server.stdout.close()
    assert not Path(path).exists()


@pytest.fixture
def bus(bus_path: str) -> Iterator[PinBus]:
    with PinBus.connect(bus_path, name="test") as hand:
        yield hand


class Program:
    """Python source in a process of its own: each line put in is executed, its result comes back.

    ``f`` is a BusFactory of the board; gpiozero's names are there.
    """

    SOURCE = """
import sys
from gpiozero import *
from firmware.drivers.pin_factory import BusFactory
f = BusFactory(sys.argv[1], sys.argv[2])
edges = []
print("ready", flush=True)
for line in sys.stdin:
    try:
        exec(line)
        print("done", flush=True)
    except Exception as error:
        print(f"{type(error).__name__}: {error}", flush=True)
"""

    def __init__(self, path: str, board: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", self.SOURCE, path, board],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._read() == "ready"

    def run(self, line: str) -> str:
        """ "done", or the error."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._read()

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self._process.kill()
        self._process.wait(10)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip("\n")


@pytest.fixture
def program(bus_path: str) -> Iterator[Callable[[str], "Program"]]:
    """``program(board)`` starts a Program; all of them are gone after the test."""
    started: list[Program] = []

    def start(board: str) -> Program:
        started.append(Program(bus_path, board))
        return started[-1]

    yield start
    for each in started:
        each.kill()
