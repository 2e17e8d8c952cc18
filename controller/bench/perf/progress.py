"""One line that says how far a long measurement is."""

from __future__ import annotations

import sys
from typing import TextIO

WIDTH = 80


class Progress:
    """Rewrites its line on a terminal; says nothing anywhere else."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._live = self._out.isatty()

    def now(self, text: str) -> None:
        """This is being done."""
        if self._live:
            self._out.write(f"\r\x1b[K{text[: WIDTH - 1]}")
            self._out.flush()

    def line(self, text: str = "") -> None:
        """A line that stays, in the progress line's place."""
        if self._live:
            self._out.write("\r\x1b[K")
        print(text.rstrip(), file=self._out, flush=True)
