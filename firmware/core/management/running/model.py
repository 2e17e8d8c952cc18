"""The running configuration as a model: one entry per line, in sections, each of a row.

Decides what a line replaces, removes or opens. What a line means is its row's ``read``, whether it
is allowed its row's ``check``; how the whole is printed is render.py. Only this class changes the
entries, so what was drawn from them is worth keeping until the next change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from firmware.core.management.cli.arguments import Context
from firmware.core.management.cli.matching import Fault, Matched
from firmware.core.management.cli.row import Arguments, Follow, Mode, No, Row, Typed
from firmware.core.management.cli.table import TABLE
from firmware.core.management.running.draft import Draft
from firmware.core.settings import UnitFacts

Path = tuple[str, ...]
Slot = tuple[Any, ...]


@dataclass(slots=True)
class Entry:
    """One line that is kept. ``text`` is canonical; ``lines`` are those it opened."""

    row: Row
    arguments: Arguments
    negated: bool
    text: str
    number: int  # grows with every line typed: the order of entry
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


class Configuration:
    """The entries. ``generation`` grows with every change."""

    def __init__(self, facts: UnitFacts) -> None:
        self.facts = facts
        self.generation = 0
        self._top: dict[Slot, Entry] = {}
        self._numbers = 0
        self._drawn: tuple[int, Draft] | None = None
        self._sections: dict[Path, tuple[Entry, ...] | None] = {}  # looked up before
        self._context: Context | None = None

    # -- looking --------------------------------------------------------------------------------

    def entries(self, name: str = "", path: Path = ()) -> Iterator[Entry]:
        """The entries of the rows of that name under that path, as entered; "": all."""
        lines = self._lines(path)
        if lines is not None:
            yield from (e for e in lines.values() if not name or e.row.name == name)

    def entry(self, name: str, *key: Any, path: Path = ()) -> Entry | None:
        """The one entry with these key values, or None."""
        lines = self._lines(path)
        return None if lines is None else lines.get((name, *key))

    def section(self, path: Path) -> tuple[Entry, ...] | None:
        """The headers of a path as entries; None: there is no such section."""
        if path not in self._sections:
            self._sections[path] = self._found(path)
        return self._sections[path]

    def _found(self, path: Path) -> tuple[Entry, ...] | None:
        found: list[Entry] = []
        lines = self._top
        for text in path:
            entry = next((e for e in _openers(lines) if e.text == text), None)
            if entry is None:
                return None
            found.append(entry)
            lines = entry.lines
        return tuple(found)

    @property
    def context(self) -> Context:
        """What arguments may refer to."""
        if self._context is None:
            physicals = tuple(interface.physical for interface in self.facts.interfaces)
            named = {e.arguments["name"]: e.arguments["address"] for e in self.entries("name")}
            self._context = Context(physicals, named)
        return self._context

    def draft(self) -> Draft:
        """What all the lines mean; drawn again only after a change."""
        if self._drawn is None or self._drawn[0] != self.generation:
            self._drawn = (self.generation, self._read())
        return self._drawn[1]

    # -- changing -------------------------------------------------------------------------------

    def enter(self, path: Path, line: str, *, from_mate: bool = False) -> Entered | Refused:
        """Take one line, typed in the section ``path``; words may be abbreviated."""
        found = self.find(path, line)
        if isinstance(found, Fault):
            return Refused(found.why.value, found.column)
        under, matched = found
        return self.take(under, matched, from_mate=from_mate)

    def find(self, path: Path, line: str) -> tuple[Path, Matched] | Fault:
        """The command a line is in the innermost section that knows it, and that section."""
        context, deepest = self.context, None
        for depth in range(len(path), -1, -1):
            under = path[:depth]
            found = TABLE.lines(self.mode(under)).match(line, context)
            if isinstance(found, Matched):
                return under, found
            if deepest is None or found.depth > deepest.depth:
                deepest = found
        assert deepest is not None
        return deepest

    def mode(self, path: Path) -> Mode:
        """The mode of a section."""
        section = self.section(path)
        opens = section[-1].row.opens if section else None
        return opens or Mode.CONFIG

    def take(self, path: Path, matched: Matched, *, from_mate: bool = False) -> Entered | Refused:
        """Take a line that was matched already, under exactly that section."""
        sections = self.section(path)
        if sections is None:
            return Refused(f"ERROR: {' '.join(path)} is not there any more")
        row = matched.row
        typed = Typed(
            arguments=matched.arguments,
            negated=matched.negated,
            path=path,
            sections=sections,
            configuration=self,
            from_mate=from_mate,
        )
        why = row.check(typed) if row.check is not None else ""
        if why:
            return Refused(f"ERROR: {why}")
        line = ("no " if matched.negated else "") + matched.text
        changed = self._apply(sections[-1].lines if sections else self._top, matched, line)
        follow = row.follow(typed) if row.follow is not None else Follow()
        for under, more in follow.lines:
            entered = self.enter(under, more, from_mate=from_mate)
            changed = changed or (isinstance(entered, Entered) and entered.changed)
        opened = row.opens is not None and not matched.negated
        after = (*path, line) if opened else path
        return Entered(after, path, line, changed, row.replicated, follow.note)

    def remove(self, path: Path, entry: Entry) -> None:
        """Take one entry away, with what it opened."""
        lines = self._lines(path)
        slot = slot_of(entry.row, entry.arguments, entry.text)
        if entry.row.repeats:
            slot = (*slot, entry.number - 1)
        if lines is not None and slot in lines:
            del lines[slot]
            self._changed(entry.row)

    def clear(self) -> None:
        """Take everything away."""
        self._top.clear()
        self._sections.clear()
        self._context = None
        self.generation += 1

    def _lines(self, path: Path) -> dict[Slot, Entry] | None:
        section = self.section(path)
        if section is None:
            return None
        return section[-1].lines if section else self._top

    def _apply(self, lines: dict[Slot, Entry], matched: Matched, line: str) -> bool:
        row = matched.row
        if row.least is not None and matched.negated:
            return self._remove_all(lines, matched)
        slot = slot_of(row, matched.arguments, matched.text)
        if row.repeats:
            slot = (*slot, self._numbers)  # of no other line
        old = lines.get(slot)
        if _takes_away(matched) or line == row.default:
            if old is None:
                return False
            del lines[slot]
            self._changed(row)
            return True
        if old is not None and old.text == line:
            return False
        self._numbers += 1
        entry = Entry(row, matched.arguments, matched.negated, line, self._numbers)
        if old is not None:
            entry.lines, entry.number = old.lines, old.number
        lines[slot] = entry
        self._changed(row)
        if row.place is not None and (place := row.place(entry)) is not None:
            self._move(lines, entry, place)
        return True

    def _remove_all(self, lines: dict[Slot, Entry], matched: Matched) -> bool:
        """Every entry of the row that agrees with what was typed. Whether there was one."""
        typed = matched.arguments.values.items()
        gone = [
            slot
            for slot, entry in lines.items()
            if entry.row.name == matched.row.name
            and all(entry.arguments.get(name) == value for name, value in typed)
        ]
        for slot in gone:
            del lines[slot]
        if gone:
            self._changed(matched.row)
        return bool(gone)

    def _changed(self, row: Row) -> None:
        self.generation += 1
        if row.opens is not None:
            self._sections.clear()
        if row.name == "name":
            self._context = None

    def _move(self, lines: dict[Slot, Entry], entry: Entry, place: int) -> None:
        """Renumber the like of an entry so that it stands at that place among them."""
        like = sorted((e for e in lines.values() if _alike(e, entry)), key=lambda e: e.number)
        like.remove(entry)
        like.insert(place - 1, entry)
        for one, number in zip(like, sorted(e.number for e in like), strict=True):
            one.number = number

    def _read(self) -> Draft:
        physicals = tuple(interface.physical for interface in self.facts.interfaces)
        draft = Draft(physicals, self.facts.platform)
        self._read_lines(draft, self._top, ())
        return draft

    def _read_lines(
        self, draft: Draft, lines: dict[Slot, Entry], sections: tuple[Entry, ...]
    ) -> None:
        for entry in self.sorted(lines):
            row = entry.row
            if row.read is not None and (row.reads_no or not entry.negated):
                row.read(draft, entry.arguments, sections)
            if entry.lines:
                self._read_lines(draft, entry.lines, (*sections, entry))

    def sorted(self, lines: dict[Slot, Entry] | None = None) -> list[Entry]:
        """Entries in the order they are printed in; None: those at the top."""
        return sorted((self._top if lines is None else lines).values(), key=self._order)

    def _order(self, entry: Entry) -> tuple[Any, ...]:
        row = entry.row
        first = () if row.rank is None else (row.rank(entry, self),)
        if row.ordered is None:
            return (TABLE.place(row), first, natural(entry.text), 0)
        named = tuple(natural(str(entry.arguments.get(name, ""))) for name in row.ordered)
        return (TABLE.place(row), first, named, entry.number)


def _takes_away(matched: Matched) -> bool:
    """Whether a line is not kept, but ends what stands in its slot."""
    if matched.negated:
        return matched.row.no is No.REMOVES
    return matched.row.no is No.ONLY


def slot_of(row: Row, arguments: Arguments, text: str) -> Slot:
    """What a line replaces: lines with equal slots are never there together."""
    if row.key == ("*",):
        return (row.name, text.removeprefix("no "))
    return (row.name, *(arguments.get(name) for name in row.key))


_DIGITS = re.compile(r"([0-9]+)")


def natural(text: str) -> tuple[tuple[int, int | str], ...]:
    """A sort key under which Ethernet2 comes before Ethernet10."""
    pieces = _DIGITS.split(text)
    return tuple((0, int(p)) if p.isdecimal() else (1, p) for p in pieces if p)


def _alike(entry: Entry, other: Entry) -> bool:
    names = other.row.ordered or ()
    return entry.row.name == other.row.name and all(
        entry.arguments.get(name) == other.arguments.get(name) for name in names
    )


def _openers(lines: dict[Slot, Entry]) -> Iterator[Entry]:
    return (entry for entry in lines.values() if entry.row.opens is not None)
