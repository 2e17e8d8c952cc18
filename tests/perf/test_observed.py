"""One switchover out of captured frames and the probe's outages."""

from ipaddress import IPv4Address

from controller.bench.perf.figures import Aim
from controller.bench.perf.observed import (
    BOTH,
    DETECT,
    GAP,
    LOST,
    SAYS_FAILED,
    SILENT,
    Observed,
    observed,
    remembered,
    series_of,
    tcp_note,
)
from controller.bench.virtual.forwarding import forwarding
from controller.bench.virtual.frames import ARP, IPV4, Seen, port_number
from controller.bench.virtual.network import INSIDE
from controller.bench.virtual.outage import Outage
from controller.bench.world import Unit

P, S = Unit.PRIMARY, Unit.SECONDARY
MS = 1_000_000
ACTIVE, STANDBY = b"\0\6\x5b\1\0\1", b"\0\6\x5b\2\0\1"
HOST, ACTIVE_IP, STANDBY_IP = (
    IPv4Address(a).packed for a in ("172.16.1.3", "192.168.1.1", "192.168.1.2")
)
QUIET, LOUD = Outage(0, 1 * MS), Outage(6, 7 * MS)
SPAN = (1_000 * MS, 1_700 * MS)


def arp(at_ms: int, unit: Unit, mac: bytes, address: bytes) -> Seen:
    return Seen(at_ms * MS, port_number(unit, INSIDE), 1, ARP, b"\xff" * 6, mac, address, address)


def packet(at_ms: int, unit: Unit, mac: bytes = ACTIVE) -> Seen:
    return Seen(at_ms * MS, port_number(unit, INSIDE), 17, IPV4, b"\1" * 6, mac, HOST, HOST)


KNOWN = [arp(1, P, ACTIVE, ACTIVE_IP), arp(2, S, STANDBY, STANDBY_IP)]


def judged(*frames: Seen) -> Observed | str:
    seen = forwarding(sorted([*KNOWN, *frames]))
    return observed(P, seen, SPAN, (LOUD, QUIET), "survived")


def test_decide_silence_and_outage() -> None:
    found = judged(packet(999, P), packet(1_002, P), packet(1_005, S), packet(1_006, S))
    assert isinstance(found, Observed), found
    assert (found.decide_ms, found.silent_ms, found.overlap_ms) == (5, 2, 0)
    assert (found.lost, found.gap_ms, found.control_lost, found.control_gap_ms) == (6, 7, 0, 1)


def test_who_was_silent_at_the_fault_is_silent_in_no_time() -> None:
    found = judged(packet(999, P), packet(1_005, S))
    assert isinstance(found, Observed), found
    assert found.silent_ms == 0


def test_both_forwarding_is_told() -> None:
    found = judged(packet(999, P), packet(1_005, S), packet(1_012, P), packet(1_020, S))
    assert isinstance(found, Observed), found
    assert found.overlap_ms == 7


def test_overlaps_of_earlier_repetitions_are_not_this_ones() -> None:
    early = [packet(at, unit) for at in (200, 210) for unit in (P, S)]
    found = judged(*early, packet(1_005, S))
    assert isinstance(found, Observed), found
    assert found.overlap_ms == 0


def test_nobody_took_over() -> None:
    assert judged(packet(999, P)) == "secondary was not seen to send a frame from an active MAC"


def test_a_mate_that_forwarded_already_was_not_made_to() -> None:
    found = judged(packet(900, S), packet(1_005, S))
    assert found == "secondary forwarded already before the fault: a false switchover"


def test_what_is_remembered_is_enough_to_judge_later_frames() -> None:
    """The same judgement from all frames as from the remembered and the late ones."""
    early = [*KNOWN, *(arp(at, P, ACTIVE, ACTIVE_IP) for at in range(3, 90)), packet(95, P)]
    # Roles change: the primary gives the active MAC up, the secondary takes it.
    early += [arp(96, P, STANDBY, STANDBY_IP), arp(97, S, ACTIVE, ACTIVE_IP)]
    late = [packet(1_000, S), packet(1_001, P, STANDBY), packet(1_002, P, ACTIVE)]
    kept = remembered(early)
    assert len(kept) == 4
    whole, part = forwarding([*early, *late]), forwarding([*kept, *late])
    for unit in Unit:
        after = [at for at in whole.from_active_mac[unit] if at >= 1_000 * MS]
        assert after == [at for at in part.from_active_mac[unit] if at >= 1_000 * MS]
    assert len([at for at in part.from_active_mac[S] if at >= 1_000 * MS]) == 1


def test_a_row_keeps_its_control_beside_it() -> None:
    found = judged(packet(1_005, S))
    assert isinstance(found, Observed), found
    rows = {row.what: row for row in series_of("cut", [found, found], {GAP: Aim("worst", 3)})}
    assert list(rows) == [DETECT, SILENT, BOTH, GAP, LOST]
    assert (rows[GAP].values, rows[GAP].control, rows[GAP].met()) == ((7, 7), (1, 1), False)
    assert (rows[LOST].values, rows[LOST].unit) == ((6, 6), "packets")
    assert rows[DETECT].name == "cut: detect, ms"
    assert tcp_note("cut", [found, found]) == "TCP conversations, cut: 2 survived."
    assert tcp_note("cut", []) == "TCP conversations, cut: none."


def test_a_cause_that_was_never_seen_has_the_rows_that_have_an_aim() -> None:
    (row,) = series_of("cut", [], {BOTH: Aim("worst", 0)})
    assert (row.what, row.values, row.met()) == (BOTH, (), False)


def stayed(*frames: Seen) -> Observed | str:
    seen = forwarding(sorted([*KNOWN, *frames]))
    return observed(P, seen, SPAN, (LOUD, QUIET), "kept", moves=False)


def test_a_fault_that_moves_nobody_has_an_outage_and_nothing_else() -> None:
    found = stayed(packet(999, P), packet(1_001, P))
    assert isinstance(found, Observed), found
    assert [row.what for row in series_of("link", [found], {})] == [GAP, LOST]


def test_a_takeover_that_must_not_be_is_told() -> None:
    found = stayed(packet(999, P), packet(1_005, S))
    assert found == "secondary took over 5.0 ms after a fault that must move nobody"


def test_the_word_of_a_unit_that_lets_go_is_counted_from_the_fault() -> None:
    seen = forwarding(sorted([*KNOWN, packet(1_005, S)]))
    found = observed(P, seen, SPAN, (LOUD, QUIET), "reset", let_go_ns=1_003 * MS)
    assert isinstance(found, Observed), found
    rows = {row.what: row.values for row in series_of("inside", [found], {})}
    assert rows[SAYS_FAILED] == (3,)
