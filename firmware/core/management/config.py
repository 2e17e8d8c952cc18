"""The running configuration: lines, kept as they came, and what they mean to the failover machine.

Decides where a typed line goes and what it replaces; what a line *means* is grammar.py's. A line
nobody understands is kept verbatim in its place: nothing that was loaded is ever lost, reordered or
respelled. Lines belong to the header above them while they are indented, or while they are words
of an interface (pages are pasted without their blanks). ``!`` and ``:`` begin comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

from firmware.core.management.draft import Draft, settings_of
from firmware.core.management.grammar import (
    GLOBAL_ROWS,
    INTERFACE_ROWS,
    Match,
    find,
    physical_name,
    read,
    usage,
)
from firmware.core.settings import Platform, Settings, UnitFacts

_INTERFACE_WORDS = frozenset(
    ("nameif", "security-level", "description", "shutdown", "mac-address", "speed", "duplex")
)
# Printed around a configuration, not part of what a unit can act on.
_HEADS = (": Saved", "PIX Version", "ASA Version")
_FRAME_WORDS = ("PIX", "ASA", "names")
_TRAILER = ("Cryptochecksum:", ": end", ":end")
_KEY = re.compile(r"\b(fail[a-z]*[ \t]+k(?:ey?)?)[ \t]+\S.*", re.IGNORECASE)


def shown(text: str) -> str:
    """The text as anybody may see it: what follows ``failover key`` on a line is ``*****``."""
    return _KEY.sub(r"\1 *****", text)


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
    if printed and not any(line.strip().startswith(_TRAILER) for line in lines):
        return "it ends in the middle, without `: end`"
    return ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it came. ``section`` is the header it stands under, "" at the top level."""

    text: str
    words: tuple[str, ...]  # the text without its blanks
    section: str = ""
    match: Match | None = None

    @property
    def is_command(self) -> bool:
        """Neither blank nor a comment nor what frames a printed configuration."""
        words = self.words
        if not words or words[0][0] in "!:" or words[0] in _FRAME_WORDS:
            return False
        return not words[0].startswith("Cryptochecksum:")

    @property
    def header(self) -> str:
        """The section this line opens."""
        if self.match is not None and self.match.row.words == ("interface",):
            return interface_section(self.match.arguments[0]) if self.match.arguments else ""
        return " ".join(self.words)


def interface_section(physical: str) -> str:
    """The section of an interface, its name spelled as unit.toml does."""
    return f"interface {physical}"


@dataclass(frozen=True, slots=True)
class Entered:
    """A typed line was taken.

    ``section`` is where the next line goes; ``line`` in ``under`` is what the mate must do too.
    """

    section: str
    under: str
    line: str
    changed: bool
    replicated: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A typed line was refused, in words for the one who typed it. Nothing changed."""

    text: str


class Configuration:
    """An ordered store of lines. Only this class changes ``_lines``."""

    def __init__(self, facts: UnitFacts) -> None:
        self._platform = facts.platform
        self._version = facts.version
        self._physicals = tuple(interface.physical for interface in facts.interfaces)
        self._lines: list[Line] = []
        # What the lines mean, until they change: every change of ``_lines`` takes it away.
        self._meant: tuple[Draft, tuple[str, ...]] | None = None

    # -- whole configurations ------------------------------------------------------------------

    def load(self, text: str) -> None:
        """Take over a whole configuration; every line of it is kept."""
        self._lines, self._meant = list(self._classified(_split(text))), None

    def boot(self, text: str, *, cable: bool) -> None:
        """What startup-config said. On a PIX with a cable an empty flash enables failover."""
        self.load(text)
        empty = not any(line.is_command for line in self._lines)
        if empty and cable and self._platform is Platform.PIX:
            self.enter("", "failover")

    def load_from_mate(self, text: str) -> tuple[Any, ...]:
        """Take over the mate's configuration; ``failover lan unit`` stays what it was here."""
        own = next((line for line in self._lines if _is_lan_unit(line)), None)
        key = next((line for line in self._lines if _is_key(line)), None)
        self.load(text)
        if key is not None and not any(_is_key(line) for line in self._lines):
            self._insert(key)  # it does not travel in clear
        theirs = next((i for i, line in enumerate(self._lines) if _is_lan_unit(line)), None)
        if theirs is not None and own is not None:
            self._lines[theirs] = own
        elif theirs is not None:
            del self._lines[theirs]
        elif own is not None:
            self._insert(own)
        self._meant = None
        return ()

    @property
    def text(self) -> str:
        """Every line, in order."""
        return "".join(line.text + "\n" for line in self._lines)

    @property
    def shown(self) -> str:
        """``show running-config``: the lines between what begins and ends the document's page."""
        texts = [shown(line.text) for line in self._lines]
        if not any(text.startswith(_HEADS) for text in texts):
            texts.insert(0, f"{self._platform.name} Version {self._version}")
        if not any(text.strip().startswith(_TRAILER[1:]) for text in texts):
            texts.append(": end")
        return "".join(text + "\n" for text in texts)

    @property
    def shown_failover(self) -> str:
        """``show running-config failover``; ``no failover`` where nothing enables it."""
        texts = [shown(line.text) for line in self._lines if _is_failover(line)]
        if not self._draft()[0].enabled and "no failover" not in texts:
            texts.insert(0, "no failover")
        return "".join(text + "\n" for text in texts)

    @property
    def digest(self) -> int:
        """u32 over the commands; comments, ``failover lan unit`` and keys do not count."""
        local = (line for line in self._lines if line.is_command and not _is_key(line))
        commands = (line for line in local if not _is_lan_unit(line))
        text = "\n".join(" " * bool(line.section) + " ".join(line.words) for line in commands)
        return crc32(text.encode("utf-8", "surrogatepass"))

    @property
    def hostname(self) -> str:
        """The name in the prompt."""
        default = "pixfirewall" if self._platform is Platform.PIX else "ciscoasa"
        return self._draft()[0].hostname or default

    def settings(self) -> Settings:
        """What the failover machine must know."""
        return replace(settings_of(self._draft()[0]), digest=self.digest)

    def not_acted_on(self) -> tuple[str, ...]:
        """The commands that are kept but change nothing, in order."""
        return self._draft()[1]

    def _draft(self) -> tuple[Draft, tuple[str, ...]]:
        if self._meant is None:
            self._meant = self._read()
        return self._meant

    def _read(self) -> tuple[Draft, tuple[str, ...]]:
        lan = self._platform is Platform.ASA or any(
            line.match is not None
            and line.match.row.words == ("failover", "lan", "enable")
            and not line.match.negated
            for line in self._lines
        )
        draft, ignored = Draft(self._physicals, lan), []
        for line in self._lines:
            if line.match is not None:
                section = line.section.removeprefix("interface ")
                if read(line.match, draft, section):
                    ignored.append(line.text.strip())
            elif line.is_command:
                ignored.append(line.text.strip())
        return draft, tuple(ignored)

    # -- one line --------------------------------------------------------------------------------

    def enter(self, section: str, typed: str) -> Entered | Rejected:
        """Take one typed line; ``section`` is where the session is. Words may be abbreviated."""
        entered = self._enter(section, typed)
        self._meant = None
        return entered

    def _enter(self, section: str, typed: str) -> Entered | Rejected:
        words = tuple(typed.split())
        if not words or words[0][0] in "!:":
            return Entered(section, section, "", changed=False, replicated=False)
        if section.startswith("interface "):
            found = find(words, INTERFACE_ROWS, abbreviated=True)
            if found is not None:
                return self._understood(section, words, found)
            if _is_interface_word(words):
                return self._unknown(section, typed.strip())
        elif section and typed[0] in " \t":
            return self._unknown(section, typed.strip())
        found = find(words, GLOBAL_ROWS, abbreviated=True)
        return self._unknown("", typed.strip()) if found is None else self._top(words, found)

    def _top(self, words: tuple[str, ...], found: Match | str) -> Entered | Rejected:
        if isinstance(found, str) or found.row.words != ("interface",):
            return self._understood("", words, found)
        draft, _ = self._draft()
        why = "an interface cannot be removed" if found.negated else read(found, draft, "")
        if why:
            return Rejected(f"ERROR: {' '.join(words)}: {why}")
        physical = physical_name(found.arguments[0], self._physicals) or ""
        entered = self._understood("", words, replace(found, arguments=(physical,)))
        if isinstance(entered, Rejected):
            return entered
        return replace(entered, section=interface_section(physical))

    def _understood(
        self, section: str, words: tuple[str, ...], found: Match | str
    ) -> Entered | Rejected:
        why = self._refusal(section, found)
        if why or isinstance(found, str):
            return Rejected(f"ERROR: {' '.join(words)}: {why}")
        text = found.text
        line = Line(" " * bool(section) + text, tuple(text.split()), section, found)
        changed = self._remove(line, found) if found.negated else self._put(line, found)
        return Entered(section, section, found.text, changed, found.row.replicated)

    def _refusal(self, section: str, found: Match | str) -> str:
        """Why this line cannot be taken, or nothing."""
        if isinstance(found, str):
            return found
        if found.negated and len(found.arguments) < found.row.key:
            return f"which one? {usage(found)}"
        draft, _ = self._draft()
        return read(found, draft, section.removeprefix("interface "))

    def _put(self, line: Line, match: Match) -> bool:
        """In the place of the line it replaces, or in its own. Whether anything changed."""
        for index, old in enumerate(self._lines):
            if _same_slot(old, line.section, match):
                if old.words == line.words or match.row.words == ("interface",):
                    return False
                indent = old.text[: len(old.text) - len(old.text.lstrip())]
                self._lines[index] = replace(line, text=indent + line.text.strip())
                return True
        self._insert(line)
        return True

    def _remove(self, line: Line, match: Match) -> bool:
        kept = [
            old
            for old in self._lines
            if not _same_slot(old, line.section, match) or (old.match and old.match.negated)
        ]
        changed = len(kept) != len(self._lines)
        self._lines = kept
        return changed

    def _unknown(self, section: str, text: str) -> Entered:
        """Keep a line nobody understands; its ``no`` takes it away, where it is there."""
        opposite = text.removeprefix("no ").strip() if text.startswith("no ") else f"no {text}"
        line = Line(" " * bool(section) + text, tuple(text.split()), section)
        where = {
            " ".join(old.words): index
            for index, old in enumerate(self._lines)
            if old.section == section and old.match is None
        }
        same, other = (where.get(" ".join(words.split())) for words in (text, opposite))
        if same is None and other is not None and text.startswith("no "):
            del self._lines[other]
        elif same is None and other is not None:
            self._lines[other] = line
        elif same is None:
            self._insert(line)
        after = section or line.header
        note = f"INFO: kept, not acted on: {text}"
        return Entered(after, section, line.text, changed=same is None, replicated=True, note=note)

    def _insert(self, line: Line) -> None:
        """At the end of its section, or after the last line of its kind, or before the trailer."""
        if line.section:
            inside = [i for i, old in enumerate(self._lines) if old.section == line.section]
            tops = [i for i, old in enumerate(self._lines) if _opens(old, line.section)]
            if not inside and not tops:
                self._insert(next(self._classified([line.section])))
                tops = [i for i, old in enumerate(self._lines) if _opens(old, line.section)]
            self._lines.insert(max(inside + tops) + 1, line)
        else:
            self._lines.insert(self._place(line), line)

    def _place(self, line: Line) -> int:
        top = [(i, old) for i, old in enumerate(self._lines) if not old.section]
        rank = _rank(line)
        if rank is not None:
            family = GLOBAL_ROWS[rank].words[0]
            kin = [
                (i, r)
                for i, old in top
                if (r := _rank(old)) is not None and GLOBAL_ROWS[r].words[0] == family
            ]
            before = [i for i, r in kin if r <= rank]
            if before:
                return self._end_of_section(before[-1])
            if kin:
                return kin[0][0]
        ends = [i for i, old in top if old.text.strip().startswith(_TRAILER)]
        return ends[0] if ends else len(self._lines)

    def _end_of_section(self, index: int) -> int:
        index += 1
        while index < len(self._lines) and self._lines[index].section:
            index += 1
        return index

    def _classified(self, texts: list[str]) -> Iterator[Line]:
        """Which section each line belongs to, and which row it is."""
        # A page pasted with every line moved right has no sections deeper than that.
        margin = min((_indent(text) for text in texts if text.strip()), default=0)
        section = ""
        for text in texts:
            words = tuple(text.split())
            if not words or words[0][0] in "!:":
                section = "" if words else section
                yield Line(text, words)
                continue
            inside = bool(section) and (
                _indent(text) > margin
                or (section.startswith("interface ") and _is_interface_word(words))
            )
            line = self._line(text, words, section if inside else "")
            section = section if inside else line.header
            yield line

    def _line(self, text: str, words: tuple[str, ...], section: str) -> Line:
        rows = INTERFACE_ROWS if section.startswith("interface ") else GLOBAL_ROWS
        if section and rows is GLOBAL_ROWS:
            return Line(text, words, section)  # under a class-map or such: nothing of ours
        found = find(words, rows, abbreviated=False)
        if not isinstance(found, Match):
            return Line(text, words, section)
        if found.row.words == ("interface",) and found.arguments:
            name = physical_name(found.arguments[0], self._physicals) or found.arguments[0]
            found = replace(found, arguments=(name, *found.arguments[1:]))
        return Line(text, words, section, found)


def _split(text: str) -> list[str]:
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines[:-1] if lines[-1] == "" else lines


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _is_interface_word(words: tuple[str, ...]) -> bool:
    words = words[1:] if words[0] == "no" else words
    return words[:1] != () and (words[0] in _INTERFACE_WORDS or words[:2] == ("ip", "address"))


def _is_failover(line: Line) -> bool:
    words = line.words[1:] if line.words[:1] == ("no",) else line.words
    return not line.section and words[:1] == ("failover",)


def _is_key(line: Line) -> bool:
    return not line.section and line.words[:2] == ("failover", "key")


def _is_lan_unit(line: Line) -> bool:
    return line.match is not None and line.match.row.words == ("failover", "lan", "unit")


def _same_slot(old: Line, section: str, match: Match) -> bool:
    return old.match is not None and old.section == section and old.match.slot == match.slot


def _opens(line: Line, section: str) -> bool:
    return not line.section and line.header == section


def _rank(line: Line) -> int | None:
    """The place of the line's row in the document's order."""
    return GLOBAL_ROWS.index(line.match.row) if line.match and not line.section else None
