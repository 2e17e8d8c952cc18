"""Records of TCP connections to one word: cases written by hand, times in milliseconds."""

from __future__ import annotations

import pytest

from controller.bench.virtual.tcp_fate import Note, Told, told, worst
from controller.bench.virtual.tcp_probe import Fate

MS = 1_000_000
FAULT, MOVED, END = 400, 410, 1000
OLD, YOUNG = 5, 450  # when connections began


def notes(at_ms: range | list[int], fate: Fate = Fate.HEARD, begun_ms: int = OLD) -> list[Note]:
    return [Note(begun_ms * MS, fate, at * MS) for at in at_ms]


BEFORE = notes(range(10, 400, 10))
ANEW = notes(range(460, 1000, 10), begun_ms=YOUNG)


@pytest.mark.parametrize(
    ("more", "moved_ms", "wanted"),
    [
        (notes(range(400, 1000, 10)), None, Told("kept")),
        (notes([*range(400, 500, 10), *range(700, 1000, 10)]), None, Told("kept")),
        (notes(range(400, 700, 10)), None, Told("stalled")),
        ([], None, Told("stalled")),
        (notes(range(400, 1000, 10)) + notes([600], Fate.RESET), None, Told("broken")),
        (notes(range(400, 1000, 10)) + notes([600], Fate.ENDED), None, Told("broken")),
        (notes(range(400, 1000, 10)) + notes([600], Fate.RESET, YOUNG), None, Told("kept")),
        (notes([430, 422, 440], Fate.RESET) + ANEW, MOVED, Told("reset", 12 * MS)),
        (notes([405], Fate.RESET), MOVED, Told("reset", 0)),
        (notes([450]) + notes([422], Fate.RESET), MOVED, Told("reset", 12 * MS)),  # a straggler
        (notes([600]) + notes([422], Fate.RESET), MOVED, Told("survived")),
        (ANEW, MOVED, Told("hung")),
        (notes([422], Fate.ENDED), MOVED, Told("hung")),
        (notes([1200], Fate.RESET), MOVED, Told("hung")),  # that was after it all
    ],
)
def test_one_hosts_connections(more: list[Note], moved_ms: int | None, wanted: Told) -> None:
    moved_ns = None if moved_ms is None else moved_ms * MS
    assert told([*BEFORE, *more], FAULT * MS, moved_ns, END * MS) == wanted


def test_what_began_later_tells_nothing_of_the_fault() -> None:
    assert told(ANEW, FAULT * MS, MOVED * MS, END * MS) == Told("never began")


def test_the_worse_word_counts_then_the_later_reset() -> None:
    assert worst([Told("reset", 2), Told("kept"), Told("reset", 7)]) == Told("reset", 7)
    assert worst([Told("survived"), Told("reset", 7)]) == Told("survived")
    assert worst([]) is None
