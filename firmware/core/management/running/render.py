"""A configuration as text: what flash and the mate get, and what a person is shown.

One order for everything (cli/table/order.py), one blank of indentation a level, canonical words;
lines that hold although nobody typed them are printed where a unit prints them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from firmware.core.management.cli.matching import Fault, Matched
from firmware.core.management.cli.row import Mode, Row, Shown
from firmware.core.management.cli.table import TABLE
from firmware.core.management.running.entry import Entry, Slot, slot_of

if TYPE_CHECKING:
    from firmware.core.management.running.model import Configuration

KEY = "failover key"
_KEY = re.compile(r"\b(fail[a-z]*[ \t]+k(?:ey?)?)[ \t]+\S.*", re.IGNORECASE)
_STOOD_MAX = 2_000  # standing lines remembered; an interface has a few
_EACH = "interface"  # `!` between two of them, too


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is printed. ``depth`` is how many headers it stands under."""

    depth: int
    entry: Entry


def lines(configuration: Configuration, *, everything: bool = False) -> Iterator[Line]:
    """Every line, in order; ``everything``: also the defaults that are not printed otherwise."""
    return _section(configuration, configuration.top, Mode.CONFIG, (), everything)


def text(printed: Iterable[Line]) -> str:
    """The canonical text of lines, secrets as they are stored."""
    return "".join(f"{' ' * line.depth}{line.entry.text}\n" for line in printed)


def shown(line: str) -> str:
    """Any text as anybody may see it: what follows ``failover key`` on a line is ``*****``."""
    return _KEY.sub(r"\1 *****", line)


def replica(printed: Iterable[Line], *, key: bool) -> list[Line]:
    """The lines both units have in common; the failover key only if asked for."""
    kept: list[Line] = []
    local: int | None = None  # depth of a line that stays here, with all it opened
    for line in printed:
        if local is not None and line.depth > local:
            continue
        local = None
        if not line.entry.row.replicated or (line.entry.row.name == KEY and not key):
            local = line.depth
        else:
            kept.append(line)
    return kept


def digest(printed: Iterable[Line]) -> int:
    """u32 over what both units must have alike."""
    return crc32(text(replica(printed, key=False)).encode("utf-8", "surrogatepass"))


def page(printed: Iterable[Line], head: str, canonical: str) -> str:
    """`show running-config`: masked, with separators, its checksum and its end."""
    body = "".join(separated(printed))
    data = canonical.encode("utf-8", "surrogatepass")
    checksum = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return f"{head}\n!\n{body}Cryptochecksum:{checksum}\n: end\n"


def saved(head: str, canonical: str) -> str:
    """What flash gets: the canonical text in a frame, so that half of it is known to be half."""
    return f": Saved\n{head}\n!\n{canonical}: end\n"


def separated(printed: Iterable[Line]) -> Iterator[str]:
    """The lines as shown, with `!` around the families that ask for it."""
    before = ""  # family of the line above, if it is a separated one
    for line in printed:
        row = line.entry.row
        if line.depth == 0:
            family = row.pattern.words[0] if row.separated else ""
            if before and (family != before or family == _EACH):
                yield "!\n"
            if family and family != before:
                yield "!\n" if before != _EACH else ""
            before = family
        yield f"{' ' * line.depth}{line.entry.shown}\n"
    if before:
        yield "!\n"


def of_family(printed: Iterable[Line], words: tuple[str, ...]) -> Iterator[Line]:
    """The lines that begin with these words, and what they opened. ``no`` does not count."""
    wanted = [word.lower() for word in words]
    inside = False
    for line in printed:
        if line.depth == 0:
            inside = _begins(line.entry.text, wanted)
        if inside:
            yield line


def _begins(line: str, wanted: list[str]) -> bool:
    words = line.removeprefix("no ").lower().split(maxsplit=len(wanted))
    return words[: len(wanted)] == wanted


def _section(
    configuration: Configuration,
    entries: dict[Slot, Entry],
    mode: Mode,
    headers: tuple[Entry, ...],
    everything: bool,
) -> Iterator[Line]:
    standing = _standing(configuration, mode, headers)
    hidden = set()
    extra: list[Entry] = []
    for slot, entry in standing:
        shown = _is_shown(entry.row, everything)
        typed = entries.get(slot)
        if typed is None and shown:
            extra.append(entry)
        elif typed is not None and typed.text == entry.text and not shown:
            hidden.add(id(typed))
    wanted = [entry for entry in entries.values() if id(entry) not in hidden]
    for entry in sorted(wanted + extra, key=configuration.order):
        yield Line(len(headers), entry)
        if entry.row.opens is not None:
            inner = (*headers, entry)
            yield from _section(configuration, entry.lines, entry.row.opens, inner, everything)


def _is_shown(row: Row, everything: bool) -> bool:
    return row.default_shown is Shown.ALWAYS or (everything and row.default_shown is Shown.ALL)


def _standing(
    configuration: Configuration, mode: Mode, headers: tuple[Entry, ...]
) -> Iterator[tuple[Slot, Entry]]:
    """The lines of a section that hold where nobody typed one."""
    index = TABLE.lines(mode)
    made: dict[str, tuple[Slot, Entry]] = index.stood(configuration.context)
    for row in index.standing:
        texts: tuple[str, ...] = (row.default,) if row.default else ()
        if row.standing is not None:
            texts = row.standing(configuration, headers)
        for line in texts:
            if line not in made:
                if len(made) >= _STOOD_MAX:
                    made.clear()
                made[line] = _stood(index.match(line, configuration.context), line)
            yield made[line]


def _stood(found: Matched | Fault, line: str) -> tuple[Slot, Entry]:
    assert isinstance(found, Matched), f"a line of ours: {line!r}: {found}"
    entry = Entry(found.row, found.arguments, found.negated, found.whole, 0)
    return slot_of(found.row, found.arguments, found.text), entry
