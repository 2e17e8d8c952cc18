"""The served bus: real processes at both ends."""

import os
import selectors
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from controller.bench.virtual.pinbus import PinBus, PinBusError, PinWatch, main
from wiring.bus_messages import Conflict, Edge
from wiring.load import default_map
from wiring.signals import Signal

SERVER = "controller.bench.virtual.pinbus"
PINS = default_map()
Starter = Callable[[str], Any]  # board -> the fixture's Program


def bcm(signal: Signal) -> int:
    return PINS[signal].bcm


def wait_for(watch: PinWatch, board: str, number: int, level: bool) -> Edge:
    """The first such edge that comes; every wait has a limit."""
    selector = selectors.DefaultSelector()
    selector.register(watch, selectors.EVENT_READ)
    while selector.select(10):
        for report in watch.receive():
            if isinstance(report, Edge) and (report.board, report.bcm) == (board, number):
                assert report.level is level
                selector.close()
                return report
    raise AssertionError(f"no edge of {board} {number}")


def test_one_process_drives_what_another_senses(bus: PinBus, program: Starter) -> None:
    bus.plug("primary")
    bus.plug("secondary")
    ours, theirs = program("primary"), program("secondary")
    assert theirs.run("power = DigitalInputDevice(23, pin_factory=f)") == "done"
    assert theirs.run("assert not power.is_active") == "done"
    assert ours.run("out = DigitalOutputDevice(18, pin_factory=f, initial_value=True)") == "done"
    assert theirs.run("assert power.wait_for_active(10)") == "done"
    ours.kill()  # a dead process drives nothing
    assert theirs.run("assert power.wait_for_inactive(10)") == "done"
    assert [moment.level for moment in bus.history("secondary", 23)] == [False, True, False]


def test_a_second_process_is_refused_a_claimed_pin(program: Starter) -> None:
    first, second = program("primary"), program("primary")
    assert first.run("led = LED(21, pin_factory=f)") == "done"
    told = second.run("led = LED(21, pin_factory=f)")
    assert told.startswith("GPIOPinInUse: ")
    assert "claimed by primary process" in told
    first.kill()
    assert second.run("led = LED(21, pin_factory=f)") == "done"


def test_a_latching_board_goes_on_driving(bus: PinBus, program: Starter) -> None:
    theirs = program("secondary")
    assert theirs.run("led = LED(21, pin_factory=f, initial_value=True)") == "done"
    watch = bus.watch()
    theirs.kill()
    assert bus.read("secondary", 21) is True
    after = program("secondary")
    assert after.run("led = LED(21, pin_factory=f)") == "done"
    assert not wait_for(watch, "secondary", 21, False).level
    watch.close()


def test_the_bench_drives_reads_and_lets_go(bus: PinBus) -> None:
    bus.drive("primary", Signal.POWER_SWITCH, False)
    assert bus.read("primary", Signal.POWER_SWITCH) is False
    bus.release("primary", Signal.POWER_SWITCH)
    assert bus.read("primary", Signal.POWER_SWITCH) is True  # pulled up
    bus.say("primary", Signal.STRAP, True)
    assert bus.read("primary", bcm(Signal.STRAP)) is False  # low says Primary


def test_a_hand_lets_go_when_it_closes(bus: PinBus, bus_path: str) -> None:
    watch = bus.watch()
    with PinBus.connect(bus_path) as other:
        other.drive("primary", 4, False)
        wait_for(watch, "primary", 4, False)
    wait_for(watch, "primary", 4, True)
    watch.close()


def test_a_watch_reports_a_fight(bus: PinBus, bus_path: str) -> None:
    watch = bus.watch()
    with PinBus.connect(bus_path) as other:
        bus.drive("primary", 20, True)
        other.drive("primary", 20, False)
        assert other.read("primary", 20) is False
    told = watch.receive()
    assert [type(report) for report in told if isinstance(report, Conflict)] == [Conflict]
    watch.close()


def test_contacts_can_be_added_and_moved_one_by_one(bus: PinBus) -> None:
    bus.add_contact("short", "primary:20", "secondary:20")
    bus.drive("primary", 20, True)
    assert bus.read("secondary", 20) is False
    bus.contact("short", True)
    assert bus.read("secondary", 20) is True
    with pytest.raises(PinBusError, match="no contact 'shirt'"):
        bus.contact("shirt", True)


def test_garbage_is_answered_and_costs_nothing(bus: PinBus, bus_path: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as raw:
        raw.settimeout(10)
        raw.connect(bus_path)
        for packet in (b"\xff", b"{}", b'["Read"]', b'["Read",{"ticket":"x"}]', b'["No",{}]'):
            raw.send(packet)
            assert b"not a message of the pin bus" in raw.recv(4096)
    assert bus.read("primary", 21) is False


def test_a_client_that_does_not_read_learns_the_newest_level(bus: PinBus) -> None:
    watch = bus.watch()  # reads nothing for a while: far more edges than its socket holds
    for n in range(3000):
        bus.drive("primary", 20, n % 2 == 0)
    bus.drive("primary", 20, True)
    last: Edge | Conflict | None = None
    selector = selectors.DefaultSelector()
    selector.register(watch, selectors.EVENT_READ)
    newest = bus.history("primary", 20)[-1].at_us
    while (last is None or last.at_us < newest) and selector.select(10):
        for report in watch.receive():
            last = report
    selector.close()
    assert isinstance(last, Edge)
    assert (last.level, last.at_us) == (True, newest)
    watch.close()


def test_iterating_a_watch_ends_with_the_bus(tmp_path: Path) -> None:
    path = str(tmp_path / "bus")
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            SERVER,
            "--socket",
            path,
            "--boards",
            "one",
        ],
        stdout=subprocess.DEVNULL,
    )
    bus = PinBus.connect(path)
    watch = bus.watch()
    bus.drive("one", 4, False)
    stream = iter(watch)
    first = next(stream)
    assert isinstance(first, Edge)
    assert first.bcm == 4
    stopper = threading.Thread(target=server.terminate)
    stopper.start()
    assert list(stream) == []
    stopper.join()
    assert server.wait(10) == 0
    with pytest.raises(PinBusError, match=r"ended|running"):
        bus.read("one", 4)
    bus.close()
    watch.close()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--boards", ""], "--boards needs"),
        (["--boards", "a,a"], "--boards needs"),
        (["--latch", "third"], "--latch names among them"),
        (["--pins", "/nonexistent.toml"], "/nonexistent.toml: cannot be read"),
        (["--socket", "/nonexistent/bus"], "cannot serve a pin bus at /nonexistent/bus"),
    ],
)
def test_a_bus_that_cannot_be_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], words: str
) -> None:
    assert main(["--socket", str(tmp_path / "bus"), *options]) == 2
    assert words in capsys.readouterr().err


def test_two_buses_on_one_path(bus_path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--socket", bus_path]) == 2
    assert "served by another pin bus" in capsys.readouterr().err


def test_a_socket_left_behind_is_no_obstacle(tmp_path: Path) -> None:
    path = str(tmp_path / "bus")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as left:
        left.bind(path)
    assert os.path.exists(path)
    server = subprocess.Popen(
        [sys.executable, "-m", SERVER, "--socket", path],
        stdout=subprocess.DEVNULL,
    )
    with PinBus.connect(path, within_s=10) as bus:
        assert bus.read("primary", 21) is False
    server.terminate()
    assert server.wait(10) == 0


def test_no_bus_is_told(tmp_path: Path) -> None:
    with pytest.raises(PinBusError, match=r"no pin bus at .*start python -m controller"):
        PinBus.connect(str(tmp_path / "none"), within_s=0)
