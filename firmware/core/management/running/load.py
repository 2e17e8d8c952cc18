"""A whole text into a configuration: good lines are taken, each bad one is told with its number.

Indentation is a hint: a line belongs to the innermost section above it that knows its words, for
pages are pasted without their blanks. Only where a section was indented does a line that is not
end it. What a line was refused for may come further down, as an interface a route needs: what
was not taken is tried again after the rest, until nothing more of it can be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firmware.core.management.cli.arguments import Context
from firmware.core.management.cli.matching import Fault, Matched, Why
from firmware.core.management.cli.row import Mode, Row
from firmware.core.management.cli.table import TABLE
from firmware.core.management.running.entry import Entry, LoadFault, Path, Refused, Slot

if TYPE_CHECKING:
    from firmware.core.management.running.model import Configuration

# Printed around a configuration, not part of what a unit can act on.
_HEADS = (": Saved", "PIX Version", "ASA Version")
_TRAILERS = (": end", ":end", "Cryptochecksum:")
_FRAME = ("!", ":", "PIX Version", "ASA Version", "Cryptochecksum:")
FAULTS_MOST = 1000  # told of one text
LINE_TOLD = 512  # characters of one line
_PASSES_MOST = 8


def damage(text: str) -> str:
    """What shows that a startup-config is not whole, in words; empty if nothing does.

    Half a configuration is worse than none: without its ``failover`` a unit would serve the active
    addresses beside its mate. What a unit printed begins with its version and has an ``: end``;
    a file typed by hand has neither.
    """
    if "\0" in text:
        return "it holds NUL bytes"
    lines = text.strip().splitlines()
    printed = bool(lines) and lines[0].startswith(_HEADS)
    if printed and not any(line.strip().startswith(_TRAILERS) for line in lines):
        return "it ends in the middle, without `: end`"
    return ""


def is_empty(text: str) -> bool:
    """Whether a text holds no line a unit could act on."""
    return all(framing(line.strip()) for line in text.split("\n"))


@dataclass(frozen=True, slots=True)
class _Item:
    """One line to be taken. ``path``: where it goes, if that is known already."""

    number: int
    text: str
    indent: int
    path: Path | None = None


@dataclass(slots=True)
class _Hanging:
    """A header that was not taken: its lines are not anybody else's."""

    indent: int
    mode: Mode | None  # what it would have opened, if that is known
    item: _Item
    drop: bool = False  # it is the mate's own business, and so are its lines


class Former:
    """The lines of the configuration before, so that those that come again are not matched again.

    What its words mean hangs on the context only: in another one every line is matched.
    """

    def __init__(self, configuration: Configuration) -> None:
        self._context = configuration.context
        self._looked: Context | None = None  # the context that was compared last
        self._holds = True
        self._entries = {
            (path, entry.text): entry
            for path, entry in _walk(configuration.top, ())
            # One that was typed with its place in a list would go there again.
            if entry.row.place is None or entry.row.place(entry) is None
        }

    def find(self, path: Path, line: str, context: Context) -> Matched | None:
        """What exactly this line, under exactly that path, was."""
        if context is not self._looked:
            self._looked, self._holds = context, context == self._context
        entry = self._entries.get((path, line)) if self._holds else None
        if entry is None:
            return None
        return Matched(entry.row, entry.arguments, entry.negated)


def _walk(lines: dict[Slot, Entry], path: Path) -> Iterator[tuple[Path, Entry]]:
    for entry in lines.values():
        yield path, entry
        if entry.lines:
            yield from _walk(entry.lines, (*path, entry.text))


def load_lines(
    configuration: Configuration,
    text: str,
    *,
    from_mate: bool = False,
    former: Former | None = None,
) -> tuple[LoadFault, ...]:
    """Enter every line of a text. From the mate, lines of rows that stay local are passed over."""
    items = [
        _Item(number, line.strip(), len(line) - len(line.lstrip()))
        for number, line in enumerate(text.split("\n"), 1)
        if not framing(line.strip())
    ]
    whys: dict[int, str] = {}
    for _ in range(_PASSES_MOST):
        one = _Pass(configuration, from_mate, former)
        for item in items:
            one.take(item)
        if len(one.left) == len(items):
            break
        items, whys = [item for item, _ in one.left], {}
        if not items:
            break
    whys = {item.number: why for item, why in one.left}
    faults = (LoadFault(item.number, _short(item.text), whys[item.number]) for item, _ in one.left)
    return tuple(sorted(faults, key=lambda fault: fault.number)[:FAULTS_MOST])


def _short(text: str) -> str:
    return text if len(text) <= LINE_TOLD else text[: LINE_TOLD - 3] + "..."


def framing(line: str) -> bool:
    """Nothing to take: blank, a comment, or printed around a configuration."""
    return not line or line.startswith(_FRAME)


class _Pass:
    """One way through lines. ``left`` are those that were not taken, and why."""

    def __init__(
        self, configuration: Configuration, from_mate: bool, former: Former | None
    ) -> None:
        self._configuration = configuration
        self._from_mate = from_mate
        self._former = former
        self._path: Path = ()
        self._indents: list[tuple[int, int | None]] = []  # of headers, and of their lines
        self._hanging: _Hanging | None = None
        self.left: list[tuple[_Item, str]] = []

    def take(self, item: _Item) -> None:
        """Take one line, or leave it."""
        if item.path is not None:
            self._path, self._indents, self._hanging = item.path, [], None
        elif self._hanging is not None:
            if self._hangs(item, self._hanging):
                return
            self._hanging = None
        self._outdent(item.indent)
        found = self._found(item.text)
        if isinstance(found, Fault):
            self._leave(item, said(found, item.text), None)
            return
        under, matched = found
        if self._from_mate and not matched.row.replicated:
            if matched.row.opens is not None:
                self._hanging = _Hanging(item.indent, matched.row.opens, item, drop=True)
            return
        answer = self._configuration.take(under, matched, from_mate=self._from_mate)
        if isinstance(answer, Refused):
            self._leave(replace(item, path=under), answer.text.removeprefix("ERROR: "), matched.row)
            return
        self._enter(under, answer.path, item.indent)

    def _found(self, text: str) -> tuple[Path, Matched] | Fault:
        if self._former is not None:
            known = self._former.find(self._path, text, self._configuration.context)
            if known is not None:
                return self._path, known
        return self._configuration.find(self._path, text)

    def _enter(self, under: Path, path: Path, indent: int) -> None:
        del self._indents[len(under) :]
        if self._indents and self._indents[-1][1] is None:
            header, _ = self._indents[-1]
            self._indents[-1] = (header, indent if indent > header else -1)
        if len(path) > len(under):
            self._indents.append((indent, None))
        self._path = path

    def _outdent(self, indent: int) -> None:
        """Leave the sections whose lines were moved further right than this one is."""
        while self._indents:
            header, inner = self._indents[-1]
            if inner is None or inner < 0 or indent >= inner or indent > header:
                return
            self._indents.pop()
            self._path = self._path[:-1]

    def _leave(self, item: _Item, why: str, row: Row | None) -> None:
        self.left.append((item if item.path is not None else replace(item, path=self._path), why))
        opens = None if row is None else row.opens
        if opens is not None or (row is None and _heads(item.text)):
            self._hanging = _Hanging(item.indent, opens, item)

    def _hangs(self, item: _Item, header: _Hanging) -> bool:
        """Whether a line belongs to a header that was not taken; it is left with it."""
        belongs = item.indent > header.indent
        if not belongs and header.mode is not None:
            known = TABLE.lines(header.mode).match(item.text, self._configuration.context)
            belongs = isinstance(known, Matched)
        elif not belongs:
            top = TABLE.lines(Mode.CONFIG).match(item.text, self._configuration.context)
            belongs = isinstance(top, Fault)
        if belongs and not header.drop:
            why = f"it stands under line {header.item.number}, which was not taken"
            self.left.append((item, why))
        return belongs


def _heads(text: str) -> bool:
    """Whether a line that was not understood begins as a header does."""
    word = text.split()[0].lower()
    rows = TABLE.lines(Mode.CONFIG).rows
    return any(row.opens is not None and row.pattern.words[:1] == (word,) for row in rows)


_SAID = {
    Why.INVALID: "not understood from",
    Why.INCOMPLETE: "incomplete",
    Why.AMBIGUOUS: "ambiguous at",
}


def said(fault: Fault, line: str) -> str:
    """A fault in one line, without a caret."""
    words = line[fault.column :].split()
    at = f' "{words[0][:40]}"' if words else ""
    detail = f": {fault.detail}" if fault.detail else ""
    return f"{_SAID[fault.why]}{at}{detail}"
