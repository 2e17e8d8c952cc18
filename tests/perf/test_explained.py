"""Which switchovers a stall explains, and which nothing does."""

import pytest

from controller.bench.perf.explained import (
    Fence,
    Stall,
    Switchover,
    Timers,
    Watched,
    fences,
    longest,
    switchovers,
)
from controller.bench.perf.lateness_counters import Lateness
from controller.bench.perf.watching import as_text, from_text
from controller.bench.virtual.forwarding import Forwarding
from controller.bench.world import Unit

P, S = Unit.PRIMARY, Unit.SECONDARY
MS = 1_000_000
FAST = Timers(10, 30)
LATE = Lateness(3, ((100.0, 2), (float("inf"), 1)), 140, ((5, 9),))


def stall(begin_ms: int, end_ms: int, unit: Unit = P) -> Stall:
    return Stall(unit, begin_ms * MS, end_ms * MS, (end_ms - begin_ms) * MS)


def watched(*stalls: Stall, at_ms: int = 1_000, fenced: str = "") -> Watched:
    cut = (Fence(P, (at_ms - 150) * MS, (at_ms - 50) * MS, fenced),) if fenced else ()
    return Watched((Switchover(at_ms * MS, S),), cut, stalls, 1, {P: LATE, S: LATE})


@pytest.mark.parametrize(
    ("why", "stalls", "explained"),
    [
        ("nothing stalled", (), False),
        ("under way", (stall(975, 1_004),), True),
        ("over, a hold time and a poll ago", (stall(930, 960),), True),
        ("over long before", (stall(920, 959),), False),
        ("began afterwards", (stall(1_001, 1_090),), False),
        ("shorter than hold minus poll", (stall(985, 1_004),), False),
        ("hold minus poll, but for the units' clock", (stall(985, 1_005),), True),
        ("the standby's own", (stall(970, 1_000, S),), True),
        ("one of many", (stall(100, 900), stall(985, 1_004), stall(960, 1_010)), True),
    ],
)
def test_a_switchover_is_explained_by_a_stall(
    why: str, stalls: tuple[Stall, ...], explained: bool
) -> None:
    found = watched(*stalls).unexplained(FAST)
    assert (not found) is explained, why


@pytest.mark.parametrize(
    ("why", "explained"),
    [
        ("no heartbeat for 21 ms, 3 ticks of 5 ms", True),
        ("no heartbeat for 20 ms, 3 ticks of 5 ms", False),
        ("no heartbeat for 16 ms, 3 ticks of 5 ms", False),
        ("ended by SIGKILL", False),
    ],
)
def test_a_fence_is_explained_by_a_silence(why: str, explained: bool) -> None:
    assert (not watched(fenced=why).unexplained_fences(FAST)) is explained


def test_fences_are_read_from_what_a_unit_says() -> None:
    said = "fover-unit: fenced: no heartbeat for 17 ms, 3 ticks of 5 ms\nfover-unit: failover ended"
    (fence,) = fences(said, P, 400 * MS, 500 * MS)
    assert fence == Fence(P, 400 * MS, 500 * MS, "no heartbeat for 17 ms, 3 ticks of 5 ms")
    assert fence.silent_ms == 17
    assert Fence(P, 1, 2, "closed its heartbeat").silent_ms is None


@pytest.mark.parametrize(
    ("unit", "silent_ms", "at_ms", "explained"),
    [
        (P, 35, 1_000, True),
        (P, 35, 600, True),  # its word comes last: the earliest it can have been
        (P, 35, 599, False),
        (P, 35, 5_900, True),  # the mate was starting when it was needed
        (P, 35, 9_000, False),
        (P, 19, 1_000, False),
        (S, 35, 1_000, False),  # the one that takes over was cut off, not the active one
    ],
)
def test_a_fence_of_the_active_unit_explains_its_mates_takeover(
    unit: Unit, silent_ms: int, at_ms: int, explained: bool
) -> None:
    why = f"no heartbeat for {silent_ms} ms, 3 ticks of 10 ms"
    fence = Fence(unit, 850 * MS, 950 * MS, why)
    found = Watched((Switchover(at_ms * MS, S),), (fence,), (), 1, {P: LATE, S: LATE})
    assert (not found.unexplained(FAST)) is explained


def seen(*frames: tuple[int, Unit]) -> Forwarding:
    found = Forwarding()
    for at_ms, unit in frames:
        found.from_active_mac[unit].append(at_ms * MS)
    return found


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ((), ()),
        (((100, P), (200, P)), ()),
        (((100, P), (200, S), (210, S)), ((200, S),)),
        (((5, S), (100, P), (2_000, S)), ()),  # outside the span
        (((100, S), (1_200, P)), ((100, S), (1_200, P))),
        (((100, S), (120, P), (140, S)), ((100, S),)),  # two actives settle who stays
    ],
)
def test_a_switchover_is_another_unit_on_the_wire(
    frames: tuple[tuple[int, Unit], ...], expected: tuple[tuple[int, Unit], ...]
) -> None:
    found = switchovers(seen(*frames), (10 * MS, 1_500 * MS), P)
    assert [(one.at_ns // MS, one.to) for one in found] == list(expected)


def test_what_a_pair_beside_found_comes_through_a_pipe_whole() -> None:
    found = watched(stall(975, 1_004), fenced="no heartbeat for 21 ms, 3 ticks of 5 ms")
    assert from_text(as_text(found)) == found
    assert longest([found]) == 29 * MS
    assert longest([]) == 0


@pytest.mark.parametrize(
    ("timers", "line"),
    [
        (FAST, "failover polltime unit msec 10 holdtime msec 30"),
        (Timers(500, 2_000), "failover polltime unit msec 500 holdtime 2"),
    ],
)
def test_timers_as_they_are_typed(timers: Timers, line: str) -> None:
    assert timers.line == line
