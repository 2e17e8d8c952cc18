"""The failover process's own count of how late it was, read from its file. Pure.

The file counts since the process was started; what happened between two looks is a difference. A
lateness is known by its bucket, so a quantile is a bound: "at most 200 us". The worst is exact if
it is worse than any before, and else a bound as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late alarms were; microseconds. ``buckets``: upper limit and count, the last unlimited.

    ``worst_exact`` is None where only a bucket tells the worst. ``stalls_ns``: begin and end of the
    last spans in which the process stood still.
    """

    alarms: int
    buckets: tuple[tuple[float, int], ...]
    worst_exact: int | None
    stalls_ns: tuple[tuple[int, int], ...] = ()

    def bound(self, share: float) -> float:
        """So late at most were that share of the alarms; infinite beyond the last limit."""
        wanted, seen = share * self.alarms, 0
        for limit, count in self.buckets:
            seen += count
            if seen >= wanted:
                return limit
        return inf

    def worst(self) -> str:
        """In words: "1.7 ms", or "<= 0.5 ms" where only the bucket is known."""
        if self.worst_exact is not None:
            return _text(self.worst_exact)
        filled = [limit for limit, count in self.buckets if count]
        return bound_text(filled[-1], self) if filled else "-"


def parse(text: str) -> Lateness | str:
    """The file's text, or one line saying what is wrong with it."""
    try:
        table = json.loads(text)
        late = table["late_us"]
        buckets = tuple((_limit(name), int(count)) for name, count in late.items())
        alarms, worst = int(table["alarms"]), int(table["late_worst_us"])
        stalls = tuple((int(begin), int(end)) for begin, end in table.get("stalls_ns", ()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return f"not the failover process's counters: {type(error).__name__}: {error}"
    if [limit for limit, _ in buckets] != sorted(limit for limit, _ in buckets):
        return f"late_us: the limits do not rise: {', '.join(late)}"
    return Lateness(alarms, buckets, worst, stalls)


def between(before: Lateness, after: Lateness) -> Lateness | None:
    """What was counted from one look to the next; None if the process was started anew between."""
    limits = [limit for limit, _ in before.buckets]
    if after.alarms < before.alarms or limits != [limit for limit, _ in after.buckets]:
        return None
    pairs = zip(before.buckets, after.buckets, strict=True)
    buckets = tuple((limit, count - earlier) for (_, earlier), (limit, count) in pairs)
    if any(count < 0 for _, count in buckets):
        return None
    known = (before.worst_exact or 0) < (after.worst_exact or 0)
    worst = after.worst_exact if known else None
    stalls = tuple(stall for stall in after.stalls_ns if stall not in before.stalls_ns)
    return Lateness(after.alarms - before.alarms, buckets, worst, stalls)


def together(some: Iterable[Lateness]) -> Lateness:
    """That of several processes as one. All have the same buckets; at least one is given."""
    first, *others = some
    for other in others:
        pairs = zip(first.buckets, other.buckets, strict=True)
        buckets = tuple((limit, count + more) for (limit, count), (_, more) in pairs)
        known = first.worst_exact is not None and other.worst_exact is not None
        worst = max(first.worst_exact or 0, other.worst_exact or 0) if known else None
        stalls = (*first.stalls_ns, *other.stalls_ns)
        first = Lateness(first.alarms + other.alarms, buckets, worst, stalls)
    return first


def bound_text(limit: float, late: Lateness) -> str:
    """A bound in words: "<= 0.1 ms"; beyond the last limit "> 50 ms"."""
    if limit != inf:
        return f"<= {_text(limit)}"
    return f"> {_text(max(known for known, _ in late.buckets if known != inf))}"


def _limit(name: str) -> float:
    sign, _, number = name.partition(" ")
    if sign not in ("<=", ">"):
        raise ValueError(f"bucket {name!r}")
    return float(number) if sign == "<=" else inf


def _text(us: float) -> str:
    return f"{us / 1000:.3g} ms"
