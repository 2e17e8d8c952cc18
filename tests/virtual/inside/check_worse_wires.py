"""Wires that delay, lose, repeat and overtake. Needs the private world."""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.bench.virtual import network as net
from controller.bench.virtual.processes import Processes
from controller.bench.virtual.wire_faults import WireFaults
from controller.bench.virtual.worse_wires import WorseWires
from controller.bench.world import Cut, Link, Unit, WorldError, Worsen
from tests.virtual.inside.reach import (
    BROADCAST,
    HELLO,
    OTHER,
    heard_before,
    namespace,
    raise_nics,
    say,
    wire_end,
)

P, S = Unit.PRIMARY, Unit.SECONDARY
QUIET_S = 0.3
SAID = [b"%d" % number for number in range(100)]
SOURCE = bytes.fromhex(net.burned_in_mac(P, net.STATE).replace(":", ""))


@pytest.fixture
def wires(network: net.Network, faults: WireFaults, tmp_path: Path) -> Iterator[WorseWires]:
    if network.crossover:
        network.rewire(False)
    raise_nics()
    processes = Processes(tmp_path)
    wires = WorseWires(processes, faults, tmp_path)
    yield wires
    faults.mend_all()
    wires.mend_all()
    processes.end_all()


def heard(link: Link, kind: bytes = HELLO, sender: Unit = P) -> list[bytes]:
    """What of all that is said arrives, until nothing more does."""
    nic = f"eth{net.LINK_ETHERNET[link]}"
    ends = {unit: wire_end(unit, nic) for unit in Unit}
    for text in SAID:
        say(ends[sender], BROADCAST, SOURCE, text, kind)
    arrived = []
    while select.select([ends[sender.mate]], [], [], QUIET_S)[0]:
        frame, address = ends[sender.mate].recvfrom(2048)
        if address[2] != socket.PACKET_OUTGOING and frame[12:14] == kind:
            arrived.append(frame[14:].rstrip(b"\0"))
    for end in ends.values():
        end.close()
    return arrived


@pytest.mark.parametrize("link", net.LINK_ETHERNET)
@pytest.mark.parametrize("sender", list(Unit))
def test_a_share_is_lost_both_ways_until_it_is_mended(
    wires: WorseWires, faults: WireFaults, link: Link, sender: Unit
) -> None:
    wires.worsen(Worsen(link, lose_percent=30))
    before = heard(link, sender=sender)
    assert 50 < len(before) < 90
    assert before == [text for text in SAID if text in before]
    faults.mend(link)
    wires.mend(link)
    assert heard(link, sender=sender) == SAID


def test_what_units_say_to_hosts_passes_as_ever(wires: WorseWires) -> None:
    wires.worsen(Worsen(Link.INSIDE, lose_percent=100))
    assert heard(Link.INSIDE, kind=OTHER) == SAID
    assert heard(Link.INSIDE, kind=HELLO) == []


def test_a_share_comes_twice(wires: WorseWires) -> None:
    wires.worsen(Worsen(Link.STATE, duplicate_percent=50))
    arrived = heard(Link.STATE)
    assert list(dict.fromkeys(arrived)) == SAID
    assert 120 < len(arrived) < 180


def test_frames_overtake_and_none_is_lost(wires: WorseWires) -> None:
    wires.worsen(Worsen(Link.STATE, reorder_ms=20))
    arrived = heard(Link.STATE)
    assert sorted(arrived) == sorted(SAID)
    assert arrived != SAID


def test_a_delay_is_kept_and_so_is_the_order(wires: WorseWires) -> None:
    wires.worsen(Worsen(Link.FAILOVER, delay_ms=80))
    wires.worsen(Worsen(Link.FAILOVER, duplicate_percent=0))  # what is left out stays
    ends = {unit: wire_end(unit, f"eth{net.FAILOVER}") for unit in Unit}
    begun = time.monotonic()
    for text in (*SAID, b"end"):
        say(ends[P], BROADCAST, SOURCE, text)
    assert heard_before(ends[S], b"end") == SAID
    assert time.monotonic() - begun >= 0.08
    for end in ends.values():
        end.close()


def test_a_checksum_the_kernel_left_open_arrives_filled_in(wires: WorseWires) -> None:
    """A veth leaves it to its far end; a frame on its way through a process must say so."""
    wires.worsen(Worsen(Link.FAILOVER, delay_ms=1))
    for number, unit in enumerate(Unit, 1):
        net.batch(("ip", "-n", unit), [f"address add 10.9.9.{number}/24 dev eth{net.FAILOVER}"])
    with namespace(P):
        speaking = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    with namespace(S):
        listening = socket.create_server(("10.9.9.2", 7000))
    for one in (speaking, listening):
        one.settimeout(5)
    speaking.connect(("10.9.9.2", 7000))
    talk, _ = listening.accept()
    talk.settimeout(5)
    sent = struct.pack("!20000I", *range(20_000))
    speaking.sendall(sent)
    received = b""
    while len(received) < len(sent):
        received += talk.recv(1 << 16)
    assert received == sent
    for one in (speaking, listening, talk):
        one.close()
    for number, unit in enumerate(Unit, 1):
        net.batch(("ip", "-n", unit), [f"address del 10.9.9.{number}/24 dev eth{net.FAILOVER}"])


def test_a_cut_is_a_cut_whatever_else_the_wire_is(wires: WorseWires, faults: WireFaults) -> None:
    wires.worsen(Worsen(Link.INSIDE, delay_ms=1))
    faults.cut(Cut(Link.INSIDE, P))
    assert heard(Link.INSIDE) == []
    assert heard(Link.INSIDE, sender=S) == SAID


def test_a_crossover_has_no_switch_to_be_worse(wires: WorseWires, network: net.Network) -> None:
    network.rewire(True)
    with pytest.raises(WorldError, match="is a crossover here, and cannot be worse"):
        wires.worsen(Worsen(Link.FAILOVER, delay_ms=1))
    network.rewire(False)
