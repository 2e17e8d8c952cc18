"""Numbered packets to outages: cases counted by hand."""

import pytest

from controller.bench.virtual.outage import Arrival, Outage, outage

MS = 1_000_000


def arrivals(numbers: range | list[int], delay_ms: float = 0.5) -> list[Arrival]:
    return [Arrival(n, n * MS, int((n + delay_ms) * MS)) for n in numbers]


@pytest.mark.parametrize(
    ("came", "first_ms", "last_ms", "lost", "gap_ms"),
    [
        (range(100), 10, 90, 0, 1),
        ([*range(40), *range(60, 100)], 10, 90, 20, 21),  # 40 to 59 are gone
        ([*range(40), *range(60, 100)], 70, 90, 0, 1),  # not of this span
        (range(40), 10, 90, 50, 50.5),  # never came back
        ([], 10, 90, 80, 80),
        ([*range(20, 30), *range(31, 90)], 0, 90, 20, 20.5),  # nothing at first
    ],
)
def test_longest_run_and_silence(
    came: range | list[int], first_ms: int, last_ms: int, lost: int, gap_ms: float
) -> None:
    found = outage(arrivals(came), 0, first_ms * MS, last_ms * MS)
    assert found == Outage(lost, int(gap_ms * MS))


def test_a_late_packet_is_silence_but_not_loss() -> None:
    late = [Arrival(n, n * MS, max(n, 50) * MS) for n in range(100)]
    assert outage(late, 0, 10 * MS, 90 * MS) == Outage(0, 40 * MS)


def test_the_schedule_counts_not_the_clock() -> None:
    shifted = [Arrival(n, (1000 + n) * MS, (1000 + n) * MS) for n in range(100) if n != 50]
    assert outage(shifted, 1000 * MS, 1010 * MS, 1090 * MS).lost == 1


def test_worse_takes_each_figure_by_itself() -> None:
    assert Outage(3, 10).worse(Outage(1, 20)) == Outage(3, 20)
