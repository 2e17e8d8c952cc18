"""The running configuration as a model: one entry per line, in sections, each of a row.

Decides what a line replaces, removes or opens. What a line means is its row's ``read``, whether it
is allowed its row's ``check``; how the whole is printed is render.py. Only this class changes the
entries, so what was drawn from them is worth keeping until the next change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from firmware.core.management.cli.arguments import Context
from firmware.core.management.cli.matching import Fault, Matched, Why
from firmware.core.management.cli.row import Follow, Mode, Row, Typed
from firmware.core.management.cli.table import TABLE
from firmware.core.management.cli.table.access import orphans
from firmware.core.management.cli.table.interfaces import nameless
from firmware.core.management.rules.reading import rule_set
from firmware.core.management.rules.ruleset import RuleSet
from firmware.core.management.running import load, meaning, render
from firmware.core.management.running.draft import Draft
from firmware.core.management.running.entry import (
    Entered,
    Entry,
    LoadFault,
    Path,
    Refused,
    Slot,
    natural,
    slot_of,
    takes_away,
)
from firmware.core.management.running.names import Names
from firmware.core.settings import Platform, Settings, UnitFacts

__all__ = ["Configuration", "Entered", "Entry", "LoadFault", "Path", "Refused"]


class Configuration:
    """The entries. ``generation`` grows with every change."""

    def __init__(self, facts: UnitFacts) -> None:
        self.facts = facts
        self._head = f"{facts.platform.name} Version {facts.version}"
        self.generation = 0
        self.for_the_cable = False  # nobody typed failover: an empty flash enabled it
        self.top: dict[Slot, Entry] = {}
        self._numbers = 0
        self._likes: dict[tuple[Any, ...], list[Entry]] = {}  # in order, of rows with a place
        self._drawn: dict[str, tuple[int, Any]] = {}  # by what was drawn: generation, outcome
        self._sections: dict[Path, tuple[Entry, ...] | None] = {}  # looked up before
        self.names = Names(self.physicals)
        self._names: tuple[str, ...] | None = None
        self._furnish()

    # -- whole configurations -------------------------------------------------------------------

    def load(self, text: str) -> tuple[LoadFault, ...]:
        """Make this text the configuration. Its good lines are taken, each bad one is told."""
        self._empty()
        faults = load.load_lines(self, text)
        self._furnish()
        return faults

    def boot(self, text: str, *, cable: bool) -> tuple[LoadFault, ...]:
        """What startup-config said. On a PIX with a cable an empty flash enables failover."""
        faults = self.load(text)
        if load.is_empty(text) and cable and self.facts.platform is Platform.PIX:
            self.enter((), "failover")
            self.for_the_cable = True
        return faults

    def load_from_mate(self, text: str) -> tuple[LoadFault, ...]:
        """Take over the mate's configuration; what is this unit's own stays as it is here.

        A failover key that did not travel stays too.
        """
        self.for_the_cable = False
        own = {s: e for s, e in self.top.items() if not e.row.replicated or e.row.name == KEY}
        former = load.Former(self)
        self._empty()
        self.top.update(own)
        faults = load.load_lines(self, text, from_mate=True, former=former)
        self._furnish()
        return faults

    def merge(self, text: str) -> tuple[LoadFault, ...]:
        """Enter every line beside what is there, as `copy flash:x running-config` does."""
        return load.load_lines(self, text)

    def clear(self, *, from_mate: bool = False) -> None:
        """As never configured: interfaces, shut down. The mate clears no line that is our own."""
        own = {s: e for s, e in self.top.items() if from_mate and not e.row.replicated}
        self._empty()
        self.top.update(own)
        self._furnish()

    def remove_family(self, words: tuple[str, ...], *, from_mate: bool = False) -> bool:
        """`clear configure ...`: every line that begins with these words. Whether any was there."""
        wanted = tuple(word.lower() for word in words)
        theirs = [(s, e) for s, e in self.top.items() if e.row.replicated or not from_mate]
        gone = [slot for slot, entry in theirs if _begins_with(entry.text, wanted)]
        for slot in gone:
            self._drop(self.top, slot)
        for entry in (*orphans(self), *nameless(self)) if gone else ():
            self.remove((), entry)
        self._furnish()
        return bool(gone)

    def _empty(self) -> None:
        self.top.clear()
        self._likes.clear()
        self._sections.clear()
        self._names, self.names = None, Names(self.physicals)
        self.generation += 1

    def _furnish(self) -> None:
        """An interface nothing was said of is there, and shut down."""
        for interface in self.facts.interfaces:
            if self.entry("interface", interface.physical) is None:
                header = f"interface {interface.physical}"
                self.enter((), header)
                self.enter((header,), "shutdown")

    # -- what it says ---------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """Every line, canonical, secrets as they are stored."""
        return str(self._draw("text", lambda: render.text(self._lines_printed())))

    @property
    def saved(self) -> str:
        """What flash gets: every line, and the frame that `load.damage` looks for."""
        return render.saved(self._head, self.text)

    def replica(self, *, key: bool) -> str:
        """What the mate gets: no line that stays local; the failover key only if asked for."""
        return str(
            self._draw(
                f"replica, key {key}",
                lambda: render.text(render.replica(self._lines_printed(), key=key)),
            )
        )

    def shown(self, *, everything: bool = False, family: str = "") -> str:
        """`show running-config [all] [family]`, without secrets."""
        printed = render.lines(self, everything=everything) if everything else self._lines_printed()
        if family:
            return "".join(render.separated(render.of_family(printed, tuple(family.split()))))
        return render.page(printed, self._head, self.text)

    @property
    def digest(self) -> int:
        """u32 over what both units must have alike."""
        return int(self._draw("digest", lambda: render.digest(self._lines_printed())))

    @property
    def hostname(self) -> str:
        """The name in the prompt."""
        return self.draft().system.hostname or self.default_hostname

    @property
    def default_hostname(self) -> str:
        """The name of a unit that was given none."""
        return "pixfirewall" if self.facts.platform is Platform.PIX else "ciscoasa"

    def settings(self) -> Settings:
        """What the failover machine must know; who said the key first is for the replication."""
        return self._draw("settings", self._meant)  # type: ignore[no-any-return]

    def _meant(self) -> Settings:
        return replace(meaning.settings_of(self.draft()), digest=self.digest)

    def rules(self, *, ssh_port: int = 22) -> RuleSet:
        """What is filtered and translated; SSH to the unit itself comes to that port."""
        rules: RuleSet = self._draw(
            f"rules, port {ssh_port}", lambda: rule_set(self.draft(), ssh_port=ssh_port)
        )
        return rules

    def not_enforced(self) -> tuple[str, ...]:
        """The lines that are kept, shown and replicated and change nothing, in order."""
        return tuple(
            " ".join(line.entry.shown.split())
            for line in self._lines_printed()
            if not line.entry.row.enforced and line.entry.number > 0
        )

    def draft(self) -> Draft:
        """What all the lines mean; drawn again only after a change."""
        return self._draw("draft", self._read)  # type: ignore[no-any-return]

    def _lines_printed(self) -> tuple[render.Line, ...]:
        return self._draw("lines", lambda: tuple(render.lines(self)))  # type: ignore[no-any-return]

    def _draw(self, what: str, draw: Callable[[], Any]) -> Any:
        kept = self._drawn.get(what)
        if kept is None or kept[0] != self.generation:
            kept = self._drawn[what] = (self.generation, draw())
        return kept[1]

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
        lines = self.top
        for text in path:
            entry = next((e for e in _openers(lines) if e.text == text), None)
            if entry is None:
                return None
            found.append(entry)
            lines = entry.lines
        return tuple(found)

    def printed(self, name: str) -> list[Entry]:
        """The entries at the top of the rows of that name, in the order they are printed."""
        return sorted(self.entries(name), key=self.order)

    @property
    def physicals(self) -> tuple[str, ...]:
        """The interfaces of this unit, as unit.toml spells them."""
        return tuple(interface.physical for interface in self.facts.interfaces)

    @property
    def interface_names(self) -> tuple[str, ...]:
        """The names given by nameif."""
        if self._names is None:
            headers = [header.text for header in self.entries("interface")]
            named = [self.entry("nameif", path=(header,)) for header in headers]
            self._names = tuple(str(e.arguments["name"]) for e in named if e is not None)
        return self._names

    @property
    def context(self) -> Context:
        """What arguments may refer to."""
        return self.names.context

    def mode(self, path: Path) -> Mode:
        """The mode of a section."""
        section = self.section(path)
        opens = section[-1].row.opens if section else None
        return opens or Mode.CONFIG

    # -- changing -------------------------------------------------------------------------------

    def enter(self, path: Path, line: str, *, from_mate: bool = False) -> Entered | Refused:
        """Take one line, typed in the section ``path``; words may be abbreviated."""
        found = self.find(path, line)
        if isinstance(found, Fault):
            return Refused(found.why.value, found.column, found.detail)
        under, matched = found
        return self.take(under, matched, from_mate=from_mate)

    def find(self, path: Path, line: str) -> tuple[Path, Matched] | Fault:
        """The command a line is in the innermost section that knows it, and that section."""
        if len(line) > LINE_MOST or not line.isprintable():
            bad = _unfit(line)
            if bad is not None:
                return bad
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

    def take(self, path: Path, matched: Matched, *, from_mate: bool = False) -> Entered | Refused:
        """Take a line that was matched already, under exactly that section."""
        sections = self.section(path)
        if sections is None:
            return Refused(f"ERROR: {' '.join(path)} is not there any more")
        row, typed = matched.row, None
        if row.instead or row.check or row.follow:
            typed = Typed(
                arguments=matched.arguments,
                negated=matched.negated,
                path=path,
                sections=sections,
                configuration=self,
                from_mate=from_mate,
            )
            others = row.instead(typed) if row.instead is not None else None
            if others is not None:
                return self._take_others(path, others, from_mate)
            if row.check is not None and (why := row.check(typed)):
                return Refused(f"ERROR: {why}")
        text = matched.text
        line = f"no {text}" if matched.negated else text
        former = self.entry(*slot_of(row, matched.arguments, text), path=path)
        changed = self._apply(path, matched, line, text)
        self.for_the_cable = self.for_the_cable and row.name != "failover"
        follow = Follow()
        if row.follow is not None and typed is not None:
            follow = row.follow(replace(typed, former=former))
        for under, more in follow.lines:
            entered = self.enter(under, more, from_mate=from_mate)
            changed = changed or (isinstance(entered, Entered) and entered.changed)
        opened = row.opens is not None and not matched.negated
        after = (*path, line) if opened else path
        if row.sent is not None and not matched.negated:
            line = row.sent(matched.arguments)
        return Entered(after, path, line, changed, row.replicated, follow.note)

    def _take_others(
        self, path: Path, others: tuple[tuple[Path, str], ...], from_mate: bool
    ) -> Entered | Refused:
        answer: Entered | Refused = Entered(path, path, "", False, False)
        for under, line in others:
            answer = self.enter(under, line, from_mate=from_mate)
            if isinstance(answer, Refused):
                return replace(answer, column=None)
        return answer

    def remove(self, path: Path, entry: Entry) -> None:
        """Take one entry away, with what it opened."""
        lines = self._lines(path)
        if lines is None:
            return
        slot = next((slot for slot, one in lines.items() if one is entry), None)
        if slot is not None:
            self._drop(lines, slot)

    def reword(self, entry: Entry, line: str) -> None:
        """Let an entry at the top read otherwise, in its place; a line not understood goes."""
        self.remove((), entry)
        found = TABLE.lines(Mode.CONFIG).match(line, self.context)
        if isinstance(found, Matched):
            self._apply((), found, ("no " if found.negated else "") + found.text, found.text)
            new = self.top.get(slot_of(found.row, found.arguments, found.text))
            if new is not None and new.row.place is None:
                new.number = entry.number

    def _lines(self, path: Path) -> dict[Slot, Entry] | None:
        section = self.section(path)
        if section is None:
            return None
        return section[-1].lines if section else self.top

    def _apply(self, path: Path, matched: Matched, line: str, text: str) -> bool:
        row, lines = matched.row, self._lines(path)
        assert lines is not None
        if row.least is not None and matched.negated:
            return self._remove_all(lines, matched)
        slot = slot_of(row, matched.arguments, text)
        if row.repeats:
            slot = (*slot, self._numbers)  # of no other line
        old = lines.get(slot)
        if takes_away(row, matched.negated) or line == row.default:
            if old is None:
                return False
            self._drop(lines, slot)
            return True
        if old is not None and old.text == line:
            return False
        self._numbers += 1
        arguments = replace(matched.arguments, negated=True) if matched.negated else None
        entry = Entry(row, arguments or matched.arguments, matched.negated, line, self._numbers)
        lines[slot] = entry
        if old is not None:
            entry.lines, entry.number = old.lines, old.number
            self._sections.clear()
            self.names.lost(old)
        self.names.took(entry)
        if row.place is not None:
            self._stand(lines, entry, old, row.place(entry))
        self._changed(row, (*path, line))
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
            self._drop(lines, slot)
        return bool(gone)

    def _drop(self, lines: dict[Slot, Entry], slot: Slot) -> None:
        entry = lines.pop(slot)
        self.names.lost(entry)
        if entry.row.place is not None:
            self._likes[_alike(lines, entry)].remove(entry)
        if entry.row.opens is not None:
            self._sections.clear()
        self._changed(entry.row, None)

    def _changed(self, row: Row, header: Path | None) -> None:
        self.generation += 1
        if row.opens is not None and header is not None:
            self._sections.pop(header, None)  # it was looked for before it was there
        if row.name in ("interface", "nameif"):
            self._names = None

    def _stand(
        self, lines: dict[Slot, Entry], entry: Entry, old: Entry | None, place: int | None
    ) -> None:
        """Put an entry among its like: in the place of another, at that place, or at the end."""
        like = self._likes.setdefault(_alike(lines, entry), [])
        if old is not None:
            like.remove(old)
        at = len(like) if place is None else min(place - 1, len(like))
        if old is not None and place is None:
            at = next((i for i, one in enumerate(like) if one.number > entry.number), len(like))
        like.insert(at, entry)
        if at == len(like) - 1:
            return
        before = like[at - 1].number if at else 0
        entry.number = (before + like[at + 1].number) / 2
        if not before < entry.number < like[at + 1].number:  # as near as numbers can be
            for number, one in enumerate(like, 1):
                one.number = number

    def _read(self) -> Draft:
        draft = Draft(self.physicals, self.facts.platform)
        draft.failover.lan = self.facts.platform is Platform.ASA
        self._read_lines(draft, self.top, ())
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
        return sorted((self.top if lines is None else lines).values(), key=self.order)

    def order(self, entry: Entry) -> tuple[Any, ...]:
        """What entries of one section are sorted by."""
        row = entry.row
        first = () if row.rank is None else (row.rank(entry, self),)
        if row.ordered is None:
            return (TABLE.place(row), first, natural(entry.text), 0)
        named = tuple(natural(str(entry.arguments.get(name, ""))) for name in row.ordered)
        return (TABLE.place(row), first, named, entry.number)


KEY = render.KEY
LINE_MOST = 4096  # characters; what is typed is shorter, and may be abbreviated


def _unfit(line: str) -> Fault | None:
    """What is wrong with a line before its words are looked at."""
    if len(line) > LINE_MOST:
        said = f"a line of {len(line)} characters; {LINE_MOST} at most"
        return Fault(Why.INVALID, LINE_MOST, said)
    at = next((i for i, c in enumerate(line) if c != "\t" and not c.isprintable()), None)
    return None if at is None else Fault(Why.INVALID, at, "a character that cannot be printed")


def _begins_with(text: str, words: tuple[str, ...]) -> bool:
    found = text.removeprefix("no ").lower().split(maxsplit=len(words))
    return tuple(found[: len(words)]) == words


def _alike(lines: dict[Slot, Entry], entry: Entry) -> tuple[Any, ...]:
    """What entries must share to be counted together by a place."""
    names = entry.row.ordered or ()
    return (id(lines), entry.row.name, *(entry.arguments.get(name) for name in names))


def _openers(lines: dict[Slot, Entry]) -> Iterator[Entry]:
    return (entry for entry in lines.values() if entry.row.opens is not None)
