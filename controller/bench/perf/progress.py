"""One line that says how far a long measurement is, and how long it may still take."""

from __future__ import annotations

import sys
import time
from typing import TextIO

WIDTH = 80


class Progress:
    """Rewrites its line on a terminal; says nothing anywhere else.

    Of steps that take about the same time, the time still needed is told from those done.
    """

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._live = self._out.isatty()
        self._place = ""
        self._steps = self._done = 0
        self._begun_s = time.monotonic()

    def part(self, place: str) -> None:
        """Another part of the whole begins: "2 of 9"."""
        self._place = f"{place} "
        self.expect(0)

    def expect(self, steps: int) -> None:
        """So many steps follow, and ``done`` tells of each."""
        self._steps, self._done, self._begun_s = steps, 0, time.monotonic()

    def done(self) -> None:
        """One step more is done."""
        self._done += 1

    def now(self, text: str) -> None:
        """This is being done."""
        if self._live:
            left = eta(time.monotonic() - self._begun_s, self._done, self._steps)
            told = f"{self._place}{text}"
            self._out.write(f"\r\x1b[K{told[: WIDTH - 1 - len(left)]}{left}")
            self._out.flush()

    def line(self, text: str = "") -> None:
        """A line that stays, in the progress line's place."""
        if self._live:
            self._out.write("\r\x1b[K")
        print(text.rstrip(), file=self._out, flush=True)


def eta(took_s: float, done: int, steps: int) -> str:
    """What the steps left may take, in words: ", 3 min left". Empty while nothing can be said."""
    if not 0 < done <= steps:
        return ""
    left_s = took_s / done * (steps - done)
    return f", {left_s / 60:.0f} min left" if left_s >= 90 else f", {left_s:.0f} s left"
