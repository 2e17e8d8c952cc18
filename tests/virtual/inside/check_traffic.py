"""Probe and captures around a plain kernel router that stands where the active unit would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from controller.bench.virtual import clock, evidence
from controller.bench.virtual import network as net
from controller.bench.virtual.capture import Capture, SecondOpinion, disagreements
from controller.bench.virtual.echo import echo
from controller.bench.virtual.forwarding import forwarding
from controller.bench.virtual.processes import Processes
from controller.bench.virtual.traffic import Traffic, arp_tables
from controller.bench.virtual.wire_faults import WireFaults
from controller.bench.world import Cut, Link, Unit
from tests.virtual.inside.reach import BROADCAST, raise_nics, say, wire_end

P, S = Unit.PRIMARY, Unit.SECONDARY
MS = 1_000_000
RESETTING = """table ip strange {
    chain forward {
        type filter hook forward priority 0
        tcp flags & (syn | rst) == 0 reject with tcp reset
    }
}
"""
GATEWAYS = {net.OUTSIDE: "172.16.1.1/16", net.INSIDE: "192.168.1.1/24"}


@pytest.fixture(scope="module", autouse=True)
def routing(network: net.Network) -> None:
    """The primary routes; the secondary is up and silent."""
    network.rewire(False)
    raise_nics()
    lines = [f"address add {address} dev eth{number}" for number, address in GATEWAYS.items()]
    net.batch(("ip", "-n", P), lines)
    net.run(["ip", "-n", S, "address", "add", "172.16.1.2/16", "dev", "eth0"])
    forward = "echo 1 > /proc/sys/net/ipv4/ip_forward"
    net.run(["nsenter", f"--net=/run/netns/{P}", "sh", "-c", forward])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def processes(folder: Path) -> Iterator[Processes]:
    started = Processes(folder / "logs")
    yield started
    started.end_all()


@pytest.fixture(scope="module")
def capture(routing: None, processes: Processes, folder: Path) -> Capture:
    return Capture(processes, folder / "capture")


@pytest.fixture(scope="module")
def traffic(network: net.Network, routing: None, processes: Processes, folder: Path) -> Traffic:
    network.forget()
    started = Traffic(processes, folder / "traffic")
    until(started.flows)
    return started


def until(true: Callable[[], bool], within_s: float = 20.0) -> None:
    end_ns = clock.now_ns() + int(within_s * 1e9)
    while not true():
        assert clock.now_ns() < end_ns, "never came true"


def passed(since_ns: int, milliseconds: int) -> Callable[[], bool]:
    return lambda: clock.now_ns() - since_ns >= milliseconds * MS


def test_a_cut_port_is_losses_and_silence_of_its_length(
    faults: WireFaults, traffic: Traffic
) -> None:
    begun_ns = clock.now_ns()
    until(passed(begun_ns, 200))
    cut_ns = clock.now_ns()
    faults.cut(Cut(Link.INSIDE, off=P))
    lost_ns = clock.now_ns()
    until(passed(lost_ns, 400))
    mending_ns = clock.now_ns()
    faults.mend(Link.INSIDE)
    mended_ns = clock.now_ns()
    until(traffic.flows)
    until(passed(mended_ns, 200))
    fault = traffic.outage(cut_ns, clock.now_ns())
    surely, at_most = (mending_ns - lost_ns) // MS, (mended_ns - cut_ns) // MS
    assert surely - 1 <= fault.lost
    assert fault.gap_ns >= (surely - 1) * MS
    # Late, not lost: a sender that stalls owes its packets, so loss is never longer than the cut.
    assert fault.lost <= at_most + 1
    assert traffic.outage(begun_ns, cut_ns).lost == 0
    # Nobody took over, so nothing but the silence may be told of.
    assert traffic.connections(cut_ns, None, clock.now_ns()).word in ("kept", "stalled")


def test_connections_a_router_does_not_know_are_reset_at_once(traffic: Traffic) -> None:
    fault_ns = clock.now_ns()
    net.run(["nsenter", f"--net=/run/netns/{P}", "nft", "-f", "-"], RESETTING)
    moved_ns = clock.now_ns()
    until(passed(moved_ns, 300))
    told = traffic.connections(fault_ns, moved_ns, clock.now_ns())
    assert told.word == "reset"
    net.run(["nsenter", f"--net=/run/netns/{P}", "nft", "delete", "table", "ip", "strange"])
    until(traffic.flows)


def test_hosts_know_the_gateways_and_nothing_volatile(traffic: Traffic) -> None:
    assert arp_tables().splitlines() == [
        f"inside 192.168.1.1 {net.burned_in_mac(P, net.INSIDE)}",
        f"outside 172.16.1.1 {net.burned_in_mac(P, net.OUTSIDE)}",
    ]


def test_captures_see_the_forwarder_and_agree(
    network: net.Network,
    faults: WireFaults,
    processes: Processes,
    capture: Capture,
    traffic: Traffic,
    folder: Path,
) -> None:
    second = SecondOpinion(processes, folder / "dump") if SecondOpinion.available() else None
    faults.mend_all()
    if second is not None:
        second.start()
    capture.forget()
    begun_ns = clock.now_ns()
    network.forget()  # so that the gateways' ARP answers are seen in this run
    until(traffic.flows)
    seen_ns = clock.now_ns()
    until(passed(seen_ns, 300))
    end_ns = clock.now_ns()
    capture.catch_up()
    ours = forwarding(frame for frame in capture.frames() if begun_ns <= frame.at_ns <= end_ns)
    assert len(ours.moments[P]) > 400
    assert ours.moments[S] == []
    # Its MACs are known as active once it has answered for the gateways' addresses.
    assert ours.from_active_mac[P][-200:] == ours.moments[P][-200:]
    assert capture.missed() == 0
    if second is not None:
        theirs = [frame for frame in second.frames(end_ns) if frame.at_ns >= begun_ns]
        assert disagreements(ours, forwarding(theirs)) == []


def test_a_spoofed_frame_is_seen_and_judged(
    network: net.Network, capture: Capture, traffic: Traffic
) -> None:
    capture.forget()
    network.forget()  # so that the gateway's ARP answer is seen in this run
    until(traffic.flows)
    sender = wire_end(S, "eth1")
    before_ns = clock.now_ns()
    mac = bytes.fromhex(net.burned_in_mac(P, net.INSIDE).replace(":", ""))
    say(sender, BROADCAST, mac, b"spoofed")
    sender.close()
    after_ns = clock.now_ns()
    until(passed(after_ns, 150))
    capture.catch_up()
    found = forwarding(capture.frames())
    assert len(found.moments[S]) == 1
    assert before_ns <= found.moments[S][0] <= after_ns
    assert len(evidence.violations(evidence.Run(), found)) == 1


def test_an_echo_request_is_seen_at_its_holder(faults: WireFaults, processes: Processes) -> None:
    assert echo(processes, S, "172.16.1.1") == ""
    assert "nobody" in echo(processes, S, "172.16.9.9")
    faults.cut(Cut(Link.OUTSIDE))
    try:
        net.run(["ip", "-n", S, "neigh", "replace", "172.16.1.1", "lladdr",
                 net.burned_in_mac(P, net.OUTSIDE), "dev", "eth0"])  # fmt: skip
        assert "no request reached primary" in echo(processes, S, "172.16.1.1")
    finally:
        faults.mend_all()
