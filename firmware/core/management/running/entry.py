"""One line of a running configuration, and what came of typing one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from firmware.core.management.cli.row import Arguments, No, Row

Path = tuple[str, ...]
Slot = tuple[Any, ...]


@dataclass(slots=True, eq=False)
class Entry:
    """One line that is kept. ``text`` is canonical; ``lines`` are those it opened."""

    row: Row
    arguments: Arguments
    negated: bool
    text: str
    number: float  # grows with every line typed: the order of entry
    lines: dict[Slot, Entry] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """The line as anybody may see it: without secrets."""
        return self.text if self.row.masked is None else self.row.masked(self.arguments)


@dataclass(frozen=True, slots=True)
class Entered:
    """A line was taken. ``path`` is where the next line goes; ``under`` is where this one went.

    ``line`` is what the mate must do too, if ``replicated``.
    """

    path: Path
    under: Path
    line: str
    changed: bool
    replicated: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A line was not taken. ``text`` is for who typed it; ``column`` is for a caret, or None."""

    text: str
    column: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LoadFault:
    """A line of a whole configuration that was not taken: its number from 1, itself, and why."""

    number: int
    text: str
    why: str


def slot_of(row: Row, arguments: Arguments, text: str) -> Slot:
    """What a line replaces: lines with equal slots are never there together.

    ``text`` is the line without ``no``.
    """
    if row.key == ("*",):
        return (row.name, text)
    values = arguments.values
    return (row.name, *[values.get(name) for name in row.key])


def takes_away(row: Row, negated: bool) -> bool:
    """Whether a line is not kept, but ends what stands in its slot."""
    return row.no is No.REMOVES if negated else row.no is No.ONLY


_DIGITS = re.compile(r"([0-9]+)")


@lru_cache(maxsize=4096)
def natural(text: str) -> tuple[tuple[int, int | str], ...]:
    """A sort key under which Ethernet2 comes before Ethernet10."""
    pieces = _DIGITS.split(text)
    return tuple((0, int(p)) if p.isdecimal() else (1, p) for p in pieces if p)
