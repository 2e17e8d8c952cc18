"""What became of the hosts' TCP connections at a fault, from their records. Pure.

Until connection state is replicated, whoever goes on in a connection the new unit does not know is
told at once: a reset is right at a takeover, and a connection that survives one is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from controller.bench.virtual.tcp_probe import Fate

STALL_NS = 250_000_000  # the kernel's shortest retransmission time-out is 200 ms
_STRAGGLERS_NS = 150_000_000  # what the old unit still answers, and what was on its way
_EARLY_NS = 50_000_000  # a reset this long before the new unit was seen is still its own


@dataclass(frozen=True, slots=True)
class Note:
    """Something about one connection: when it began, what happened, when (ns)."""

    begun_ns: int
    fate: Fate
    at_ns: int


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a host's connections in one word, and when the first of them was reset.

    At a takeover "reset" is right; "survived" (the new unit carried on with an old connection) and
    "hung" (nobody was told) are wrong. Without one "kept" is right; "stalled" (for STALL_NS or
    more), "broken" and "never began" are wrong. ``reset_ns`` counts from the takeover.
    """

    word: str
    reset_ns: int | None = None

    def worse(self, other: Told) -> Told:
        """The worse of both: the word further on in ``WORDS``, then the later reset."""
        return max(self, other, key=lambda told: (WORDS.index(told.word), told.reset_ns or 0))


WORDS = ("kept", "reset", "stalled", "hung", "broken", "survived", "never began")


def told(notes: Sequence[Note], fault_ns: int, moved_ns: int | None, end_ns: int) -> Told:
    """One host's connections in one fault's window; ``moved_ns``: the takeover, None without."""
    old = [note for note in notes if note.begun_ns < fault_ns]
    if not any(note.fate is Fate.HEARD and note.at_ns < fault_ns for note in old):
        return Told("never began")
    within = [note for note in old if fault_ns <= note.at_ns <= end_ns]
    if moved_ns is None:
        return _kept(old, within, fault_ns, end_ns)
    if any(n.fate is Fate.HEARD and n.at_ns > moved_ns + _STRAGGLERS_NS for n in within):
        return Told("survived")
    resets = [note.at_ns for note in within if note.fate is Fate.RESET]
    after = [at_ns for at_ns in resets if at_ns >= moved_ns - _EARLY_NS]
    return Told("reset", max(0, min(after) - moved_ns)) if after else Told("hung")


def _kept(old: Sequence[Note], within: Sequence[Note], fault_ns: int, end_ns: int) -> Told:
    if any(note.fate is not Fate.HEARD for note in within):
        return Told("broken")
    before = max(note.at_ns for note in old if note.at_ns < fault_ns)
    moments = [before, *(note.at_ns for note in within), end_ns]
    stalled = max(after - first for first, after in pairwise(moments)) >= STALL_NS
    return Told("stalled" if stalled else "kept")


def worst(all_told: Iterable[Told]) -> Told | None:
    """The worst of them; None of none."""
    found: Told | None = None
    for one in all_told:
        found = one if found is None else found.worse(one)
    return found
