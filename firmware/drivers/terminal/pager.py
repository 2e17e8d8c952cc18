"""``<--- More --->``: an answer shown a screen at a time. Pure."""

from __future__ import annotations

MARKER = "<--- More --->"
ERASED = "\r" + " " * len(MARKER) + "\r"


class Pager:
    """One answer. A line wider than ``width`` counts for the rows it fills (0: width unknown)."""

    def __init__(self, width: int = 0) -> None:
        self._width = width
        self._page = self._room = 0
        self._text = ""
        self._at = 0
        self._stopped = False

    def limit(self, page: int) -> None:
        """The rows to show before each stop; 0: never stop. The first that is not 0 holds."""
        if not self._page:
            self._page = self._room = page

    @property
    def stops(self) -> bool:
        """There is more than may be shown now."""
        return self._at < len(self._text) and self._page > 0 and self._room <= 0

    def add(self, text: str) -> None:
        """More of the answer."""
        if not self._stopped:
            self._text = self._text[self._at :] + text
            self._at = 0

    def take(self) -> str:
        """What may be shown now."""
        start = self._at
        if not self._page:
            self._at = len(self._text)
        while self._at < len(self._text) and self._room > 0:
            end = self._text.find("\n", self._at) + 1 or len(self._text)
            self._room -= self._rows(end - self._at - 1)
            self._at = end
        return self._text[start : self._at]

    def go_on(self, rows: int = 0) -> None:
        """Room for that many rows more; 0: for a page."""
        self._room = rows or self._page

    def stop(self) -> None:
        """Nobody wants the rest, or what is still to come of this answer."""
        self._text, self._at, self._stopped = "", 0, True

    def _rows(self, columns: int) -> int:
        return max(1, -(-columns // self._width)) if self._width else 1
