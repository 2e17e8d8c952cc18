"""The cable as a process: real PTYs, a real pin bus, no units."""

from __future__ import annotations

import os
import select
import socket
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.bench.virtual.cable import CableHand
from controller.bench.virtual.contacts import all_contacts, carries, plugged, pulled, unplugged
from controller.bench.virtual.line import BYTES_PER_S
from controller.bench.virtual.pinbus import PinBus
from controller.bench.virtual.pinbus_server import encode
from controller.bench.virtual.processes import Processes
from controller.bench.world import Unit, Wire, WorldError
from wiring.bus_messages import PACKET_MAX, ClaimInput, Edge, Greet
from wiring.load import default_map
from wiring.signals import Signal

STRAPS = {unit: unit for unit in Unit}
WAIT_S = 10.0


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    started = Processes(tmp_path / "logs")
    yield started
    started.end_all()


@pytest.fixture
def cable(processes: Processes, tmp_path: Path) -> Iterator[CableHand]:
    hand = CableHand.start(processes, tmp_path / "cable", None)
    hand.plug(STRAPS)
    yield hand
    hand.close()


def open_end(folder: Path, unit: Unit) -> int:
    fd = os.open(folder / unit.value, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(fd)
    return fd


def read_exactly(fd: int, count: int) -> bytes:
    got = b""
    while len(got) < count:
        ready, _, _ = select.select([fd], [], [], WAIT_S)
        assert ready, f"only {len(got)} of {count} bytes came"
        got += os.read(fd, count - len(got))
    return got


@pytest.mark.parametrize("sender", list(Unit))
def test_bytes_pass_unchanged_all_256_of_them(
    cable: CableHand, tmp_path: Path, sender: Unit
) -> None:
    near, far = (open_end(tmp_path / "cable", unit) for unit in (sender, sender.mate))
    os.write(near, bytes(range(256)))
    assert read_exactly(far, 256) == bytes(range(256))
    assert cable.counts()[sender]["delivered"] == 256
    os.close(near)
    os.close(far)


def test_a_closed_end_is_never_told_to_the_other(cable: CableHand, tmp_path: Path) -> None:
    near = open_end(tmp_path / "cable", Unit.PRIMARY)
    far = open_end(tmp_path / "cable", Unit.SECONDARY)
    os.close(far)
    os.write(near, b"nobody listens")
    ready, _, _ = select.select([near], [], [], 0)
    assert not ready
    far = open_end(tmp_path / "cable", Unit.SECONDARY)
    os.write(far, b"back")
    assert read_exactly(near, 4) == b"back"
    os.close(near)
    os.close(far)


def test_a_flood_is_bounded_and_counted(cable: CableHand, tmp_path: Path) -> None:
    near = open_end(tmp_path / "cable", Unit.PRIMARY)
    os.set_blocking(near, False)
    offered = 0
    while offered < 4 * BYTES_PER_S:
        _, ready, _ = select.select([], [near], [], WAIT_S)
        assert ready
        offered += os.write(near, bytes(1024))
    counts = cable.counts()[Unit.PRIMARY]
    assert counts["dropped"] > 0
    os.close(near)


def test_a_cut_loses_one_direction_only(cable: CableHand, tmp_path: Path) -> None:
    near, far = (open_end(tmp_path / "cable", unit) for unit in Unit)
    cable.cut([Unit.PRIMARY])
    os.write(near, b"lost")
    os.write(far, b"heard")
    assert read_exactly(near, 5) == b"heard"
    while cable.counts()[Unit.PRIMARY]["lost"] < 4:
        pass
    cable.cut([])
    os.write(near, b"again")
    assert read_exactly(far, 5) == b"again"
    os.close(near)
    os.close(far)


def test_noise_changes_bytes_and_is_counted(cable: CableHand, tmp_path: Path) -> None:
    near, far = (open_end(tmp_path / "cable", unit) for unit in Unit)
    cable.garble(100)
    os.write(near, bytes(64))
    assert 0 not in read_exactly(far, 64)
    assert cable.counts()[Unit.PRIMARY]["garbled"] == 64
    os.close(near)
    os.close(far)


def test_nonsense_is_refused_in_words(cable: CableHand) -> None:
    with pytest.raises(WorldError, match="no contact 'loop@nowhere'"):
        cable._order(open=[[["loop@nowhere"], 0]])
    assert cable.pending() == 0


FACTS = (Signal.MY_PLUG, Signal.OTHER_PLUG, Signal.MATE_POWER, Signal.STRAP)


@pytest.fixture
def bus(processes: Processes, tmp_path: Path) -> Iterator[PinBus]:
    words = ["controller.bench.virtual.pinbus", "--socket", str(tmp_path / "bus")]
    processes.start_module("pinbus", words, wait_ready=True)
    with PinBus.connect(str(tmp_path / "bus")) as hand, claim_facts(tmp_path / "bus"):
        for unit in Unit:
            hand.say(unit, Signal.POWER_OUT, True)
        yield hand


def claim_facts(path: Path) -> socket.socket:
    """Turn the pull resistors on, as the units do, and never read an edge."""
    units = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    units.connect(str(path))
    for unit in Unit:
        for pin in (default_map()[fact] for fact in FACTS):
            claim = ClaimInput(ticket=0, board=unit, bcm=pin.bcm, pull=pin.pull.value)
            units.send(encode(claim))
    units.send(encode(Greet(ticket=1, name="units")))
    units.recv(PACKET_MAX)
    return units


@pytest.fixture
def wired(processes: Processes, bus: PinBus, tmp_path: Path) -> Iterator[CableHand]:
    hand = CableHand.start(processes, tmp_path / "cable", tmp_path / "bus")
    hand.plug(STRAPS)
    yield hand
    hand.close()


def facts(bus: PinBus, unit: Unit) -> dict[Signal, bool]:
    pins = default_map()
    return {fact: pins[fact].active(bus.read(unit, fact)) for fact in FACTS}


def true_of(bus: PinBus, unit: Unit) -> set[Signal]:
    return {fact for fact, true in facts(bus, unit).items() if true}


def test_contacts_drive_the_facts_of_both_plugs(wired: CableHand, bus: PinBus) -> None:
    plug = {Signal.MY_PLUG, Signal.OTHER_PLUG, Signal.MATE_POWER}
    assert true_of(bus, Unit.PRIMARY) == plug | {Signal.STRAP}
    assert true_of(bus, Unit.SECONDARY) == plug
    wired.set(Wire.POWER_SECONDARY, closed=False)
    assert true_of(bus, Unit.PRIMARY) == plug - {Signal.MATE_POWER} | {Signal.STRAP}
    assert true_of(bus, Unit.SECONDARY) == plug
    wired.set(Wire.POWER_SECONDARY, closed=True)
    wired.plug({Unit.PRIMARY: Unit.PRIMARY, Unit.SECONDARY: Unit.PRIMARY})
    assert Signal.STRAP in true_of(bus, Unit.SECONDARY)
    wired.unplug()
    assert true_of(bus, Unit.PRIMARY) == true_of(bus, Unit.SECONDARY) == set()


def test_power_of_the_mate_follows_its_own_pin(wired: CableHand, bus: PinBus) -> None:
    bus.say(Unit.SECONDARY, Signal.POWER_OUT, False)
    assert Signal.MATE_POWER not in true_of(bus, Unit.PRIMARY)
    assert Signal.MATE_POWER in true_of(bus, Unit.SECONDARY)


def test_a_pulled_plug_opens_in_the_order_asked(wired: CableHand, bus: PinBus) -> None:
    watch = bus.watch()
    wired.pull(Unit.SECONDARY, list(reversed(Wire)), over_ms=20)
    while wired.pending():
        pass
    fell = [(edge.board, edge.bcm) for edge in watch.receive() if isinstance(edge, Edge)]
    pins = default_map()
    plug = fell.index((Unit.SECONDARY, pins[Signal.MY_PLUG].bcm))
    power = fell.index((Unit.PRIMARY, pins[Signal.MATE_POWER].bcm))
    assert plug < power
    assert true_of(bus, Unit.PRIMARY) == {Signal.MY_PLUG, Signal.STRAP}
    watch.close()


def test_every_way_to_pull_ends_with_nothing_passing() -> None:
    for plug in (None, *Unit):
        closed = plugged(STRAPS)
        assert all(carries(unit, closed) for unit in Unit)
        for step in pulled(plug, Wire):
            closed.update(dict.fromkeys(step, False))
        assert not any(carries(unit, closed) for unit in Unit)
        ends = tuple(Unit) if plug is None else (plug,)
        assert not any(
            closed[name] for name in all_contacts() if name.endswith(ends) and "@" in name
        )
    assert not any(carries(unit, unplugged()) for unit in Unit)
