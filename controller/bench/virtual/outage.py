"""What the numbered packets say about a time span: the longest run lost, the longest silence. Pure.

A number stands for a millisecond of the sender's schedule, so a run of lost numbers is a time. A
*span* is judged for one direction; the worse direction counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

EVERY_NS = 1_000_000  # a packet each


@dataclass(frozen=True, slots=True)
class Arrival:
    """One numbered packet that came through."""

    number: int
    sent_ns: int
    received_ns: int


@dataclass(frozen=True, slots=True)
class Outage:
    """The longest run of lost packets and the longest silence at the receiver within a span."""

    lost: int
    gap_ns: int

    def worse(self, other: Outage) -> Outage:
        """The worse of both, each figure by itself."""
        return Outage(max(self.lost, other.lost), max(self.gap_ns, other.gap_ns))


def outage(arrivals: Sequence[Arrival], begun_ns: int, first_ns: int, last_ns: int) -> Outage:
    """The outage between two moments. ``begun_ns`` is when the sender's schedule began.

    Packets due within the span count as lost unless they arrived, whenever they did. The silence
    is cut off at the span's ends, so a silence that never ended is as long as was waited.
    """
    first, last = ((moment - begun_ns) // EVERY_NS for moment in (first_ns, last_ns))
    first = max(0, first)
    came = sorted({one.number for one in arrivals if first <= one.number < last})
    edges = [first - 1, *came, max(first, last)]
    lost = max(after - before - 1 for before, after in pairwise(edges))
    heard = sorted(one.received_ns for one in arrivals if first_ns <= one.received_ns <= last_ns)
    moments = [first_ns, *heard, last_ns]
    gap = max(after - before for before, after in pairwise(moments))
    return Outage(max(0, lost), gap)
