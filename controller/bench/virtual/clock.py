"""One time for everything measured: CLOCK_MONOTONIC in nanoseconds, the same in all namespaces.

The kernel stamps packets with wall-clock time; ``offset_ns`` brings those stamps over.
"""

from __future__ import annotations

import time

_TRIES = 5


def now_ns() -> int:
    """The bench's time."""
    return time.monotonic_ns()


def offset_ns() -> int:
    """Wall-clock time minus monotonic time, now. Ask again every second: the wall clock is slewed.

    Read between two looks at the monotonic clock; of a few tries the tightest pair counts, so
    being scheduled away in between does no harm. Good to a microsecond.
    """
    best = (1 << 62, 0)
    for _ in range(_TRIES):
        before = time.monotonic_ns()
        wall = time.time_ns()
        after = time.monotonic_ns()
        best = min(best, (after - before, wall - (before + after) // 2))
    return best[1]
