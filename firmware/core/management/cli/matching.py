"""A typed line against the rows of a mode: which command it is, or where it stops being one.

Keywords may be abbreviated to what tells them apart at their place. A keyword typed in full wins
over one that was cut short; a value is tried beside keywords, and counts when the keyword leads
nowhere. Inner modes are tried before outer ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from firmware.core.management.cli.arguments import Context, Refused, kind
from firmware.core.management.cli.row import Arguments, No, Row
from firmware.core.management.cli.syntax import Argument, Keyword, Token

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Word:
    """One typed word and the column it begins in, from 0."""

    text: str
    column: int


def words_of(line: str) -> tuple[Word, ...]:
    """The words of a line."""
    return tuple(Word(found[0], found.start()) for found in _WORD.finditer(line))


class Why(Enum):
    """How a line fails to be a command; the text a person sees."""

    INVALID = "ERROR: % Invalid input detected at '^' marker."
    INCOMPLETE = "ERROR: % Incomplete command"
    AMBIGUOUS = "ERROR: % Ambiguous command"


@dataclass(frozen=True, slots=True)
class Fault:
    """No command. ``column`` is where the caret goes; ``detail`` says more, or is empty.

    ``depth``: how many words were understood.
    """

    why: Why
    column: int
    detail: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Matched:
    """A command: its row, its arguments, and whether it was negated."""

    row: Row
    arguments: Arguments
    negated: bool
    full: bool = True  # its first word was typed in full

    @property
    def text(self) -> str:
        """The line in full words, without ``no``."""
        if self.row.write is not None and not self.negated:
            return self.row.write(self.arguments)
        return " ".join(self.arguments.words)


@dataclass(frozen=True, slots=True)
class Expected:
    """What may come next: as ``?`` lists it. ``completes``: the whole keyword, for Tab."""

    shows: str
    help: str
    completes: str = ""


END = Expected("<cr>", "")


@dataclass(slots=True)
class _Thread:
    """One way of reading the words so far."""

    row: Row
    order: int  # of the row in the table
    state: int
    bound: tuple[tuple[str, Any], ...]
    words: tuple[str, ...]
    keywords: tuple[str, ...]
    score: tuple[int, ...]


@dataclass(slots=True)
class _Step:
    """What one word leads to."""

    alive: list[_Thread]
    refused: list[str]
    ambiguous: list[str]


class Index:
    """The rows of one mode, ready to be matched."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(rows)
        self._starts: dict[str, list[tuple[int, int]]] = {}
        self._values: list[tuple[int, int]] = []
        for order, row in enumerate(self.rows):
            for state in row.pattern.first:
                token = row.pattern.tokens[state]
                if isinstance(token, Keyword):
                    self._starts.setdefault(token.text, []).append((order, state))
                else:
                    self._values.append((order, state))

    def match(self, line: str, context: Context, *, privilege: int = 15) -> Matched | Fault:
        """The one command this line is, or where it stops being one. A blank line is a fault."""
        words = words_of(line)
        negated = bool(words) and words[0].text.lower() == "no"
        if negated:
            found = self._match(line, words[1:], context, negated=True, privilege=privilege)
            if isinstance(found, Matched) or not self._has_no():
                return found
            # A row may itself begin with "no" (no failover active).
            whole = self._match(line, words, context, negated=False, privilege=privilege)
            return found if isinstance(whole, Fault) and whole.depth <= found.depth + 1 else whole
        return self._match(line, words, context, negated=False, privilege=privilege)

    def expected(
        self, line: str, context: Context, *, privilege: int = 15
    ) -> tuple[Expected, ...] | Fault:
        """What may stand where the line ends; its last word is a beginning unless a blank follows.

        In the order of the table; END where the line is a command already.
        """
        words = words_of(line)
        begun = bool(words) and not line[-1:].isspace()
        whole, start = (words[:-1], words[-1].text) if begun else (words, "")
        negated = bool(whole) and whole[0].text.lower() == "no"
        whole = whole[1:] if negated else whole
        threads: list[_Thread] | None = None
        for at, word in enumerate(whole):
            step = self._step(threads, line, word, context, negated, privilege)
            if not step.alive:
                return self._fault(step, word, at + negated)
            threads = step.alive
        found: dict[str, Expected] = {}
        for one in self._next(threads, start, negated, privilege):
            found.setdefault(one.shows, one)  # rows that share a word: the first one's help
        if not begun and threads is not None and self._ends(threads, len(whole), negated):
            found[END.shows] = END
        return tuple(found.values())

    def _has_no(self) -> bool:
        return "no" in self._starts

    def _match(
        self,
        line: str,
        words: tuple[Word, ...],
        context: Context,
        *,
        negated: bool,
        privilege: int,
    ) -> Matched | Fault:
        end = len(line.rstrip()) + 1
        threads: list[_Thread] | None = None
        for at, word in enumerate(words):
            step = self._step(threads, line, word, context, negated, privilege)
            if not step.alive:
                return self._fault(step, word, at + negated)
            threads = step.alive
            if threads[0].words and _takes_rest(threads[0]):
                if at + 1 < len(words):
                    words = words[: at + 1]
                break
        if threads is None:
            return Fault(Why.INCOMPLETE, end, depth=int(negated))
        ends = self._ends(threads, len(words), negated)
        if not ends:
            detail = " or ".join(dict.fromkeys(e.shows for e in self._next(threads, "", negated)))
            detail = f"then {detail}" if len(detail) < 200 else ""
            return Fault(Why.INCOMPLETE, end, detail, len(words) + negated)
        best = min(ends, key=lambda thread: (thread.score, thread.order))
        return Matched(best.row, _arguments(best), negated, full=best.score[:1] == (0,))

    def _ends(self, threads: list[_Thread], count: int, negated: bool) -> list[_Thread]:
        if not negated:
            return [t for t in threads if t.state in t.row.pattern.last]
        return [t for t in threads if _names_one(t, count)]

    def _edges(
        self, threads: list[_Thread] | None, negated: bool, privilege: int
    ) -> Iterator[tuple[_Thread, int, Token]]:
        if threads is not None:
            for thread in threads:
                for state in thread.row.pattern.follow[thread.state]:
                    yield thread, state, thread.row.pattern.tokens[state]
            return
        for starts in (*self._starts.values(), self._values):
            yield from self._begun(starts, negated, privilege)

    def _begun(
        self, starts: list[tuple[int, int]], negated: bool, privilege: int
    ) -> Iterator[tuple[_Thread, int, Token]]:
        for order, state in starts:
            row = self.rows[order]
            if row.privilege > privilege or (negated and (row.no is No.REFUSED or row.action)):
                continue
            thread = _Thread(row, order, -1, (), (), (), ())
            yield thread, state, row.pattern.tokens[state]

    def _step(
        self,
        threads: list[_Thread] | None,
        line: str,
        word: Word,
        context: Context,
        negated: bool,
        privilege: int,
    ) -> _Step:
        text = word.text.lower()
        edges: Iterable[tuple[_Thread, int, Token]]
        if threads is None and text in self._starts:  # the common case, decided fast
            edges = self._begun(self._starts[text], negated, privilege)
        else:
            edges = self._edges(threads, negated, privilege)
        exact: list[_Thread] = []
        begun: dict[str, list[_Thread]] = {}
        values: list[_Thread] = []
        refused: dict[str, None] = {}
        for thread, state, token in edges:
            if isinstance(token, Keyword):
                if token.text == text:
                    exact.append(_by_keyword(thread, state, token, 0))
                elif token.text.startswith(text):
                    begun.setdefault(token.text, []).append(_by_keyword(thread, state, token, 1))
                continue
            try:
                values.append(_by_value(thread, state, token, line, word, context))
            except Refused as why:
                refused[str(why)] = None
        if exact:
            return _Step(exact + values, [], [])
        if len(begun) > 1:
            return _Step(values, [], [] if values else sorted(begun))
        return _Step([t for ts in begun.values() for t in ts] + values, list(refused), [])

    def _fault(self, step: _Step, word: Word, depth: int) -> Fault:
        if step.ambiguous:
            detail = f'"{word.text}" could be {", ".join(step.ambiguous)}'
            return Fault(Why.AMBIGUOUS, word.column, detail, depth)
        return Fault(Why.INVALID, word.column, "; ".join(step.refused[:2]), depth)

    def _next(
        self, threads: list[_Thread] | None, start: str, negated: bool, privilege: int = 15
    ) -> Iterator[Expected]:
        for thread, _, token in self._edges(threads, negated, privilege):
            row = thread.row
            if isinstance(token, Keyword):
                if token.text.startswith(start.lower()):
                    yield Expected(token.text, _keyword_help(row, token), token.text)
            else:
                shape = kind(token.kind)
                help_text = row.choices.get(token.name, shape.help or token.name.replace("_", " "))
                yield Expected(shape.shows, help_text)


def _names_one(thread: _Thread, count: int) -> bool:
    """Whether a negated line says enough to know what it takes away."""
    pattern = thread.row.pattern
    key = thread.row.key if thread.row.least is None else thread.row.least
    if key == ("*",):
        return thread.state in pattern.last
    return count >= pattern.head and {name for name, _ in thread.bound} >= set(key)


def _keyword_help(row: Row, token: Keyword) -> str:
    given = row.choices.get(token.text)
    return given if given is not None else row.help


def _takes_rest(thread: _Thread) -> bool:
    token = thread.row.pattern.tokens[thread.state]
    return isinstance(token, Argument) and kind(token.kind).rest


def _by_keyword(thread: _Thread, state: int, token: Keyword, score: int) -> _Thread:
    bound = (*thread.bound, (token.binds, token.text)) if token.binds else thread.bound
    return _Thread(
        thread.row,
        thread.order,
        state,
        bound,
        (*thread.words, token.text),
        (*thread.keywords, token.text),
        (*thread.score, score),
    )


def _by_value(
    thread: _Thread, state: int, token: Argument, line: str, word: Word, context: Context
) -> _Thread:
    shape = kind(token.kind)
    text = line[word.column :].rstrip() if shape.rest else word.text
    value = shape.parse(text, context)
    return _Thread(
        thread.row,
        thread.order,
        state,
        (*thread.bound, (token.name, value)),
        (*thread.words, shape.write(value)),
        thread.keywords,
        (*thread.score, 2),
    )


def _arguments(thread: _Thread) -> Arguments:
    values: dict[str, Any] = {}
    for name, value in thread.bound:
        if name in values:
            before = values[name]
            values[name] = (*before, value) if isinstance(before, tuple) else (before, value)
        else:
            values[name] = value
    return Arguments(values, thread.words, frozenset(thread.keywords))
