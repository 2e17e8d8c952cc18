"""Switches, ports and hosts: what they carry and answer. Needs the private world."""

from __future__ import annotations

import json
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from controller.bench.hosts import INSIDE_HOST
from controller.bench.virtual import network as net
from controller.bench.virtual.behaviour import Hosts
from controller.bench.virtual.capture import Capture
from controller.bench.virtual.echo import request
from controller.bench.virtual.network_hand import NetworkHand
from controller.bench.virtual.processes import Processes
from controller.bench.virtual.switches import Switches
from controller.bench.virtual.wire_faults import WireFaults
from controller.bench.world import (
    Behaviour,
    BpdusOnly,
    Condition,
    Drop,
    Flood,
    Link,
    Unit,
    WorldError,
)
from tests.virtual.inside.reach import (
    BROADCAST,
    HELLO,
    OTHER,
    namespace,
    raise_nics,
    say,
    wire_end,
)

P, S = Unit.PRIMARY, Unit.SECONDARY
ADDRESS = {P: "192.168.1.1", S: "192.168.1.2"}
STATIONS = (P, S, "inside")
BPDU_TO = bytes.fromhex("0180c2000000")


@pytest.fixture(scope="module", autouse=True)
def plugged(network: net.Network) -> Iterator[None]:
    """Every unit with an address on the inside link; silent otherwise."""
    network.rewire(False)
    raise_nics()
    for unit, address in ADDRESS.items():
        net.run(["ip", "-n", unit, "address", "add", f"{address}/24", "dev", "eth1"])
    yield
    for unit, address in ADDRESS.items():
        net.run(["ip", "-n", unit, "address", "del", f"{address}/24", "dev", "eth1"])


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    started = Processes(tmp_path_factory.mktemp("switches") / "logs")
    yield started
    started.end_all()


@pytest.fixture
def hand(network: net.Network, processes: Processes, tmp_path: Path) -> Iterator[NetworkHand]:
    made = NetworkHand(network, processes, tmp_path)
    yield made
    made.calm()


@pytest.fixture
def switches(network: net.Network) -> Iterator[Switches]:
    made = Switches(network)
    yield made
    made.calm()


@pytest.fixture
def hosts(processes: Processes) -> Iterator[Hosts]:
    made = Hosts(processes)
    yield made
    made.calm()


@pytest.fixture
def capture(network: net.Network, tmp_path: Path) -> Iterator[Capture]:
    started = Processes(tmp_path / "logs")
    yield Capture(started, tmp_path / "capture")
    started.end_all()


def nic(station: str) -> str:
    return "eth0" if station == "inside" else "eth1"


def mac(station: str) -> bytes:
    text = INSIDE_HOST.mac if station == "inside" else net.burned_in_mac(Unit(station), net.INSIDE)
    return bytes.fromhex(text.replace(":", ""))


def reaches() -> set[tuple[str, str]]:
    """Who hears whose broadcast on the inside link: (from, to)."""
    ends = {station: wire_end(station, nic(station)) for station in STATIONS}
    for station, end in ends.items():
        say(end, BROADCAST, mac(station), station.encode())
    found = set()
    for station, end in ends.items():
        found |= {(text.decode(), station) for text in texts(end, 0.1)}
        end.close()
    return found


def frames(end: socket.socket, seconds: float) -> Iterator[bytes]:
    """What comes in for so long, but for what was sent here."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if select.select([end], [], [], left)[0]:
            frame, address = end.recvfrom(2048)
            if address[2] != socket.PACKET_OUTGOING:
                yield frame


def texts(end: socket.socket, seconds: float) -> list[bytes]:
    ours = (frame for frame in frames(end, seconds) if frame[12:14] in (OTHER, HELLO))
    return [frame[14:].rstrip(b"\0") for frame in ours]


def until(true: Callable[[], bool], within_s: float = 10.0) -> float:
    """How long it took."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < within_s, "never came true"
    return time.monotonic() - begun


ALL = {(a, b) for a in STATIONS for b in STATIONS if a != b}


def test_whole(hand: NetworkHand) -> None:
    assert reaches() == ALL


@pytest.mark.parametrize("toward", [True, False])
def test_a_port_drops_one_direction_for_mate_and_host(faults: WireFaults, *, toward: bool) -> None:
    faults.drop(Drop(Link.INSIDE, P, toward=toward))
    assert reaches() == {pair for pair in ALL if pair[1 if toward else 0] != P}
    faults.mend(Link.INSIDE)
    assert reaches() == ALL


def test_the_same_fault_twice_is_mended_once(faults: WireFaults) -> None:
    for _ in range(2):
        faults.drop(Drop(Link.INSIDE, P, toward=True))
        faults.drop(Drop(Link.INSIDE, P, toward=False))
    assert reaches() == {pair for pair in ALL if P not in pair}
    faults.mend(Link.INSIDE)
    assert reaches() == ALL


def carriers(link: Link) -> dict[str, bool]:
    """Of everybody at that switch, from their own side."""
    ethernet = net.LINK_ETHERNET[link]
    ends = {unit.value: f"eth{ethernet}" for unit in Unit} | {"inside": "eth0"}
    found = {}
    for name, nic in ends.items():
        shown = json.loads(net.run(["ip", "-n", name, "-j", "link", "show", "dev", nic]))
        found[name] = "LOWER_UP" in shown[0]["flags"]
    return found


@pytest.mark.parametrize("condition", [Condition.HANGS, Condition.OFF])
def test_a_dead_switch_carries_nothing(switches: Switches, condition: Condition) -> None:
    switches.become(Link.INSIDE, condition)
    assert set(carriers(Link.INSIDE).values()) == {condition is Condition.HANGS}
    if condition is Condition.HANGS:
        assert reaches() == set()
    switches.become(Link.INSIDE, Condition.ON)
    until(lambda: reaches() == ALL)  # the kernel holds back news of carriers for a second


def test_a_crossover_has_no_switch(network: net.Network, switches: Switches) -> None:
    network.rewire(True)
    try:
        with pytest.raises(WorldError, match="crossover"):
            switches.become(Link.FAILOVER, Condition.HANGS)
    finally:
        network.rewire(False)
        raise_nics()


def port_state() -> str:
    (shown,) = json.loads(net.run(["bridge", "-j", "link", "show", "dev", "p-eth1"]))
    return str(shown["state"])


def flap() -> None:
    """The primary's link, long enough for the switch to notice: the kernel takes up to a second."""
    net.run(["ip", "-n", P, "link", "set", "eth1", "down"])
    until(lambda: port_state() == "disabled")
    net.run(["ip", "-n", P, "link", "set", "eth1", "up"])
    until(lambda: port_state() == "listening")


def test_spanning_tree_silences_a_port_that_comes_up(switches: Switches) -> None:
    switches.spanning_tree(Link.INSIDE, 2000)
    assert reaches() == ALL  # up before, and goes on
    flap()
    assert reaches() == {pair for pair in ALL if P not in pair}
    assert 3.0 < until(lambda: reaches() == ALL) < 6.0


def test_without_spanning_tree_a_listening_port_is_open_at_once(switches: Switches) -> None:
    switches.spanning_tree(Link.INSIDE, 30_000)
    flap()
    assert reaches() != ALL
    switches.spanning_tree(Link.INSIDE, None)
    assert reaches() == ALL


def test_a_port_with_nothing_but_bpdus(switches: Switches, faults: WireFaults) -> None:
    switches.spanning_tree(Link.INSIDE, 2000)
    faults.bpdus_only(BpdusOnly(Link.INSIDE, P))
    end = wire_end(P, "eth1")
    assert reaches() == {pair for pair in ALL if P not in pair}
    assert {frame[:6] for frame in frames(end, 2.5)} == {BPDU_TO}
    end.close()
    faults.mend(Link.INSIDE)
    assert reaches() == ALL


def test_bpdus_only_wants_a_switch_that_sends_them(hand: NetworkHand) -> None:
    with pytest.raises(WorldError, match="no spanning tree"):
        hand.do(BpdusOnly(Link.INSIDE, P))


UNIT_TOML = """[unit]
chassis = "1"
model = "PIX-515E"
version = "7.2(1)"
memory_mb = 128
flash_mb = 16
licence = "UR"
[interfaces]
Ethernet0 = "eth0"
Ethernet1 = "eth1"
Ethernet9 = "eth9"
"""


def test_the_doctor_points_at_ports_that_want_portfast(switches: Switches, tmp_path: Path) -> None:
    file = tmp_path / "unit.toml"
    file.write_text(UNIT_TOML)
    switches.spanning_tree(Link.INSIDE, 15_000)
    doctor = [sys.executable, "-m", "controller", "doctor", "--unit", str(file)]
    done = subprocess.run(
        ["nsenter", f"--net=/run/netns/{P}", *doctor], capture_output=True, text=True, check=False
    )
    told = dict(line.split(maxsplit=1) for line in done.stdout.splitlines() if "(eth" in line)
    assert told["Ethernet0"] == "(eth0)     no spanning tree heard in 5 s", done
    assert told["Ethernet1"].startswith(
        "(eth1)     STP heard, forward delay 15 s: without portfast"
    )
    assert "carries nothing for 30 s" in told["Ethernet1"]
    assert told["Ethernet9"] == "(eth9)     No such device"


def ask_arp(unit: Unit) -> bool:
    """Whether the host answers the unit's ARP request."""
    asked = bytes.fromhex("0001080006040001") + mac(unit) + socket.inet_aton(ADDRESS[unit])
    asked += bytes(6) + socket.inet_aton(INSIDE_HOST.address)
    end = wire_end(unit, "eth1")
    end.send(BROADCAST + mac(unit) + b"\x08\x06" + asked)
    answers = [f for f in frames(end, 0.2) if f[12:14] == b"\x08\x06" and f[20:22] == b"\0\2"]
    end.close()
    return bool(answers)


def ask_ping(unit: Unit, address: str) -> bool:
    """Whether anybody answers the unit's echo request to that address."""
    with (
        namespace(unit),
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as icmp,
    ):
        icmp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        icmp.sendto(request(1), (address, 0))
        while select.select([icmp], [], [], 0.2)[0]:
            data, (sender, _) = icmp.recvfrom(2048)
            if sender == INSIDE_HOST.address and data[20] == 0:
                return True
    return False


# ARP, a broadcast ping, a ping of its own address by a unit that knows its MAC.
ANSWERS = {
    Behaviour.USUAL: (True, False, True),
    Behaviour.QUIET: (False, False, False),
    Behaviour.ARP: (True, False, False),
    Behaviour.PING: (False, True, True),
    Behaviour.TALK: (True, False, True),
}


@pytest.mark.parametrize("how", ANSWERS)
def test_hosts_answer_as_they_behave(hosts: Hosts, how: Behaviour) -> None:
    hosts.behave(Link.INSIDE, how)
    for unit in Unit:
        net.run(["ip", "-n", unit, "neigh", "replace", INSIDE_HOST.address, "lladdr",
                 INSIDE_HOST.mac, "dev", "eth1", "nud", "permanent"])  # fmt: skip
        broadcast = ask_ping(unit, "192.168.1.255")
        assert (ask_arp(unit), broadcast, ask_ping(unit, INSIDE_HOST.address)) == ANSWERS[how]
        net.run(["ip", "-n", unit, "neigh", "del", INSIDE_HOST.address, "dev", "eth1"])
    hosts.behave(Link.INSIDE, Behaviour.USUAL)
    assert ask_arp(P)


@pytest.mark.parametrize("how", [Behaviour.ARP, Behaviour.PING])
def test_a_host_that_only_answers_asks_and_says_nothing(hosts: Hosts, how: Behaviour) -> None:
    hosts.behave(Link.INSIDE, how)
    end, mates = wire_end(P, "eth1"), wire_end(S, "eth1")
    ask_ping(P, "192.168.1.255")
    assert [f for f in frames(mates, 0.2) if f[6:12] == mac("inside")] == []
    end.close()
    mates.close()


def test_a_host_told_of_nobody_to_answer_says_so(hosts: Hosts) -> None:
    with pytest.raises(WorldError, match="boot first"):
        hosts.behave(Link.OUTSIDE, Behaviour.PING)


def test_a_talking_host_is_heard_some_times_a_second(hosts: Hosts) -> None:
    hosts.behave(Link.INSIDE, Behaviour.TALK)
    end = wire_end(S, "eth1")
    heard = [frame for frame in frames(end, 1.0) if frame[:6] == BROADCAST]
    end.close()
    assert 5 <= len(heard) <= 15


def said_by_the_host() -> int:
    (shown,) = json.loads(net.run(["ip", "-s", "-j", "link", "show", "dev", "h-inside"]))
    return int(shown["stats64"]["rx"]["packets"])


KINDS = {Flood.ARP: b"\x08\x06", Flood.BROADCAST: b"\x08\x00"}


@pytest.mark.parametrize("flood", list(Flood))
def test_a_storm_is_counted_bounded_and_ends(
    hosts: Hosts, processes: Processes, flood: Flood
) -> None:
    end = wire_end(S, "eth1")
    before = said_by_the_host()
    hosts.storm(Link.INSIDE, flood, 500)
    heard = [frame for frame in frames(end, 1.0) if frame[:6] == BROADCAST]
    assert 1000 < said_by_the_host() - before <= 10_500  # 20,000 a second at most
    assert {frame[12:14] for frame in heard} == {KINDS[flood]}
    if flood is Flood.ARP:
        assert {frame[38:42] for frame in heard} == {socket.inet_aton(INSIDE_HOST.gateway)}
        assert len({frame[6:12] for frame in heard}) == 200
    assert list(frames(end, 0.2)) == []
    assert processes.dead() == []
    end.close()


def test_a_nic_vanishes_and_is_back_with_its_mac(network: net.Network, capture: Capture) -> None:
    capture.await_ports(4)
    network.vanish(P, net.INSIDE)
    capture.await_ports(3)
    shown = json.loads(net.run(["ip", "-n", P, "-j", "link", "show"]))
    assert "eth1" not in {link["ifname"] for link in shown}
    with pytest.raises(WorldError, match="eth1"):
        network.vanish(P, net.INSIDE)
    network.prepare_nic(P, net.INSIDE)
    capture.await_ports(4)
    capture.forget()
    network.reappear(P, net.INSIDE)
    (link,) = json.loads(net.run(["ip", "-n", P, "-j", "link", "show", "dev", "eth1"]))
    assert link["address"] == net.burned_in_mac(P, net.INSIDE)
    assert "UP" not in link["flags"]
    net.run(["ip", "-n", P, "link", "set", "eth1", "up"])
    net.run(["ip", "-n", P, "address", "add", f"{ADDRESS[P]}/24", "dev", "eth1"])
    until(lambda: reaches() == ALL)
    ask_ping(P, INSIDE_HOST.address)
    capture.catch_up()
    assert any(frame.unit is P for frame in capture.frames())


def test_a_capture_goes_on_when_its_port_was_down(switches: Switches, capture: Capture) -> None:
    switches.become(Link.INSIDE, Condition.OFF)
    capture.catch_up()
    switches.become(Link.INSIDE, Condition.ON)
    capture.await_ports(4)
    capture.forget()
    ask_ping(P, INSIDE_HOST.address)
    capture.catch_up()
    assert any(frame.unit is P for frame in capture.frames())
