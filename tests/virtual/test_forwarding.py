"""Who forwarded, told from frames written by hand."""

from __future__ import annotations

from ipaddress import IPv4Address

from controller.bench.virtual import evidence
from controller.bench.virtual.capture import comparable, disagreements
from controller.bench.virtual.forwarding import forwarding
from controller.bench.virtual.frames import ARP, IPV4, Seen, port_number
from controller.bench.virtual.outage import Outage
from controller.bench.virtual.tcp_fate import Told
from controller.bench.world import Unit

MS = 1_000_000
P, S = Unit.PRIMARY, Unit.SECONDARY
P_MAC, S_MAC, BASE = b"\0\6\x5b\1\0\0", b"\0\6\x5b\2\0\0", b"\2\0\0\0\0\1"
ACTIVE, STANDBY, HOST = "172.16.1.1", "172.16.1.2", "172.16.1.3"
INSIDE = "192.168.1.10"


def frame(
    ms: float, unit: Unit, kind: int, mac: bytes, source: str = "0.0.0.0", ethernet: int = 0
) -> Seen:
    address = IPv4Address(source).packed
    port = port_number(unit, ethernet)
    return Seen(int(ms * MS), port, 1, kind, b"\xff" * 6, mac, address, bytes(4))


def arp(ms: float, unit: Unit, mac: bytes, source: str) -> Seen:
    return frame(ms, unit, ARP, mac, source)


def relay(ms: float, unit: Unit, mac: bytes) -> Seen:
    return frame(ms, unit, IPV4, mac, INSIDE)


def stream(unit: Unit, mac: bytes, first: int, last: int) -> list[Seen]:
    return [relay(ms, unit, mac) for ms in range(first, last)]


def test_hellos_and_standby_addresses_are_not_forwarding() -> None:
    found = forwarding(
        [
            frame(1, P, 0x88B5, BASE),
            arp(2, S, S_MAC, STANDBY),
            frame(3, S, IPV4, S_MAC, STANDBY),
        ]
    )
    assert found.moments == {P: [], S: []}


def test_an_active_mac_is_known_by_the_address_it_claims() -> None:
    found = forwarding([arp(1, P, P_MAC, ACTIVE), frame(2, P, IPV4, P_MAC, ACTIVE)])
    assert found.from_active_mac[P] == [1 * MS, 2 * MS]


def test_a_relayed_frame_counts_whatever_its_mac() -> None:
    found = forwarding([relay(1, P, BASE)])
    assert found.moments[P] == [1 * MS]
    assert found.from_active_mac[P] == []


def test_the_mate_caught_on_the_active_mac_is_a_forwarder() -> None:
    found = forwarding([arp(1, P, P_MAC, ACTIVE), frame(2, S, 0x0806, P_MAC, "0.0.0.0")])
    assert found.from_active_mac[S] == [2 * MS]


def test_a_mac_given_back_is_active_no_more() -> None:
    # The secondary served on its own MAC, then took over the primary's: its own is standby now.
    frames = [
        arp(1, S, S_MAC, ACTIVE),
        arp(2, S, P_MAC, ACTIVE),
        frame(3, P, IPV4, S_MAC, STANDBY),
    ]
    assert forwarding(frames).moments[P] == []


def test_a_new_life_begins_without_an_active_mac() -> None:
    frames = [arp(1, S, S_MAC, ACTIVE), frame(9, S, IPV4, S_MAC, STANDBY)]
    assert forwarding(frames, [(5 * MS, S)]).moments[S] == [1 * MS]
    assert len(forwarding(frames).moments[S]) == 2


def test_spans_end_at_silences() -> None:
    found = forwarding([*stream(P, P_MAC, 0, 50), *stream(P, P_MAC, 300, 310)])
    assert found.spans(P) == [(0, 49 * MS), (300 * MS, 309 * MS)]


def switchover(last_old: int, first_new: int) -> list[Seen]:
    frames = [arp(0, P, P_MAC, ACTIVE), *stream(P, P_MAC, 1, last_old + 1)]
    frames += [arp(first_new, S, P_MAC, ACTIVE), *stream(S, P_MAC, first_new + 1, 900)]
    return sorted(frames)


def test_a_clean_switchover_decides_and_does_not_overlap() -> None:
    found = forwarding(switchover(500, 512))
    run = evidence.Run(faults=[501 * MS])
    assert evidence.decided_ns(found, 501 * MS, 900 * MS) == 11 * MS
    assert evidence.violations(run, found) == []
    measured = evidence.measurement(run, found, 900 * MS, None, None)
    assert (measured.decide_ms, measured.overlap_ms) == (11.0, 0)


def test_an_overlap_is_allowed_only_when_planned_and_short() -> None:
    short, long = forwarding(switchover(540, 500)), forwarding(switchover(580, 500))
    planned = evidence.Run(orders=[490 * MS])
    assert evidence.violations(planned, short) == []
    assert "80.000 ms" in evidence.violations(planned, long)[0]
    assert "40.000 ms" in evidence.violations(evidence.Run(), short)[0]


def test_one_frame_from_the_standby_is_already_too_much() -> None:
    frames = [arp(0, P, P_MAC, ACTIVE), *stream(P, P_MAC, 1, 100), frame(50, S, IPV4, P_MAC)]
    assert len(evidence.violations(evidence.Run(), forwarding(sorted(frames)))) == 1


def test_a_unit_that_goes_on_forwarding_has_decided_nothing() -> None:
    found = forwarding([arp(0, P, P_MAC, ACTIVE), *stream(P, P_MAC, 1, 900)])
    assert evidence.decided_ns(found, 500 * MS, 900 * MS) is None


def test_the_worst_fault_counts_and_the_control_is_before_all() -> None:
    asked = []

    def outage(first_ns: int, last_ns: int) -> Outage:
        asked.append((first_ns // MS, last_ns // MS))
        return Outage(len(asked), 0)

    windows = []

    def connections(fault_ns: int, moved_ns: int | None, end_ns: int) -> Told:
        windows.append((fault_ns // MS, moved_ns and moved_ns // MS, end_ns // MS))
        return Told("kept") if moved_ns is None else Told("reset", 3 * MS)

    run = evidence.Run(faults=[500 * MS, 950 * MS], flows_ns=100 * MS)
    run.acted(450 * MS)
    run.acted(500 * MS)
    found = forwarding(switchover(500, 512))
    measured = evidence.measurement(run, found, 1100 * MS, outage, connections)
    assert asked == [(500, 950), (950, 1100), (100, 450)]
    assert (measured.outage_lost, measured.control_lost) == (2, 3)
    assert windows == [(500, 512, 950)]  # the other fault moved nothing
    assert (measured.tcp, measured.tcp_reset_ms) == ("reset", 3.0)


def test_what_a_second_capture_had_yet_to_read_of_a_port_that_went_is_not_compared() -> None:
    ours = stream(P, P_MAC, 0, 1000)
    theirs = ours[:-3]  # its port went at 1000 ms
    lost = [(port_number(P, 0), 1000 * MS, 1050 * MS)]
    assert disagreements(forwarding(ours), forwarding(theirs))
    compared = [forwarding(comparable(seen, lost)) for seen in (ours, theirs)]
    assert disagreements(*compared) == []
    assert len(compared[0].moments[P]) == 800

    other = [*theirs, relay(1010, S, S_MAC)]
    assert disagreements(*(forwarding(comparable(seen, lost)) for seen in (ours, other)))
