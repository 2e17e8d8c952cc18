"""A typed line against the rows of a mode: which command it is, or where it stops being one.

Keywords may be abbreviated to what tells them apart at their place. A keyword typed in full wins
over one that was cut short; a value is tried beside keywords, and counts when the keyword leads
nowhere. Inner modes are tried before outer ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

from firmware.core.management.cli.arguments import Context, kind
from firmware.core.management.cli.beginnings import BEGINNINGS
from firmware.core.management.cli.row import Arguments, No, Row, Shown
from firmware.core.management.cli.syntax import Keyword
from firmware.core.management.cli.walking import EXACT, Move, Piece, Place, Plan, Stop, Walker


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
        # A `no` may name less than a line, unless the whole line is the key.
        whole = not self.negated or (self.row.key == ("*",) and self.row.least is None)
        if self.row.write is not None and whole:
            return self.row.write(self.arguments)
        return " ".join(self.arguments.words)

    @property
    def whole(self) -> str:
        """The same with its ``no``."""
        return f"no {self.text}" if self.negated else self.text


@dataclass(frozen=True, slots=True)
class Expected:
    """What may come next: as ``?`` lists it. ``completes``: the whole keyword, for Tab."""

    shows: str
    help: str
    completes: str = ""


END = Expected("<cr>", "")
_NO = Expected("no", "Negate a command, or go back to its default", "no")
# A configuration is printed anew after every line typed, its standing lines read again each time,
# and what a mate sends is mostly what is there already.
_KNOWN_MAX, _LINE_MAX = 2_000, 120  # whole lines remembered, and the characters of one at most
_CONTEXTS_MAX = 4  # of the units in one process, or of one that gives names


class Index:
    """The rows of one mode, ready to be matched."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(rows)
        self.standing = tuple(row for row in self.rows if row.default_shown is not Shown.NEVER)
        self._walkers: list[Walker] = []
        self._literal_no = any(row.pattern.words[:1] == ("no",) for row in self.rows)
        self._negatable = any(row.kept and row.no is not No.REFUSED for row in self.rows)

    def match(self, line: str, context: Context, *, privilege: int = 15) -> Matched | Fault:
        """The one command this line is, or where it stops being one. A blank line is a fault."""
        walker = self._walker(context)
        known: Matched | None = walker.known.get((line, privilege))
        if known is not None:
            return known
        found = self._matched(walker, line, privilege)
        if isinstance(found, Matched) and len(line) <= _LINE_MAX:
            if len(walker.known) >= _KNOWN_MAX:
                walker.known.clear()
            walker.known[line, privilege] = found
        return found

    def stood(self, context: Context) -> dict[str, Any]:
        """Whatever whoever prints has made of lines that stand by themselves, by the line."""
        return self._walker(context).stood

    def _matched(self, walker: Walker, line: str, privilege: int) -> Matched | Fault:
        words = line.split()
        if not words or words[0].lower() != "no":
            return _match(walker, line, words, negated=False, privilege=privilege)
        found = _match(walker, line, words, negated=True, privilege=privilege)
        if isinstance(found, Matched) or not self._literal_no:
            return found
        # A row may itself begin with "no" (no failover active).
        whole = _match(walker, line, words, negated=False, privilege=privilege)
        return found if isinstance(whole, Fault) and whole.depth <= found.depth else whole

    def expected(
        self, line: str, context: Context, *, privilege: int = 15
    ) -> tuple[Expected, ...] | Fault:
        """What may stand where the line ends; its last word is a beginning unless a blank follows.

        In the order of the table; END where the line is a command already.
        """
        walker = self._walker(context)
        words = line.split()
        begun = words.pop() if words and not line[-1:].isspace() else ""
        negated = bool(words) and words[0].lower() == "no"
        found: dict[str, Expected] = {}
        faults = []
        for reading in (True, False) if negated and self._literal_no else (negated,):
            answer = _expected(walker, line, words, begun, negated=reading, privilege=privilege)
            if isinstance(answer, Fault):
                faults.append(answer)
            else:  # rows that share a word: the first one's help
                found = {one.shows: one for one in answer} | found
        if not words and self._negatable and "no".startswith(begun.lower()):
            found.setdefault("no", _NO)
        if not found and faults:
            return max(faults, key=lambda fault: fault.depth)
        return tuple(found.values())

    def _walker(self, context: Context) -> Walker:
        for walker in self._walkers:
            if walker.context is context:
                return walker
        found = next((one for one in self._walkers if one.context == context), None)
        if found is None:
            found = Walker(self.rows, context)
            self._walkers = [found, *self._walkers[: _CONTEXTS_MAX - 1]]
        return found


@dataclass(slots=True)
class _Reading:
    """One way of reading a whole line."""

    row: Row
    order: int
    state: int
    pieces: tuple[Piece, ...]

    @property
    def scores(self) -> tuple[int, ...]:
        return tuple(piece.score for piece in self.pieces)


@dataclass(slots=True)
class _Walk:
    """How far some words led. ``stop``: the word after them led nowhere."""

    place: Place
    trail: list[Move]
    stop: Stop | None
    rests: list[_Reading]  # readings in which the rest of the line is one argument

    def readings(self, rows: tuple[Row, ...]) -> Iterator[_Reading]:
        """Every reading of all the words."""
        for index, (order, state) in enumerate(self.place.threads):
            yield _Reading(rows[order], order, state, _chain(self.trail, index))


def _walk(walker: Walker, line: str, words: list[str], *, negated: bool, privilege: int) -> _Walk:
    place = walker.start(negated=negated, privilege=privilege)
    walk = _Walk(place, [], None, [])
    for at in range(int(negated), len(words)):
        if place.rests:
            walk.rests.extend(_rests(walker, walk, line, at))
        move = place.moves.get(words[at]) or walker.move(place, words[at])
        if isinstance(move, Stop):
            walk.stop = move
            break
        walk.trail.append(move)
        walk.place = place = move.place
    return walk


def _rests(walker: Walker, walk: _Walk, line: str, at: int) -> Iterator[_Reading]:
    text = line[_columns(line)[at] :].rstrip()
    for step in walk.place.rests:
        piece = walker.rest(step, text)
        if piece is not None:
            pieces = (*_chain(walk.trail, step.index), piece)
            yield _Reading(walker.rows[step.order], step.order, step.state, pieces)


def _match(
    walker: Walker, line: str, words: list[str], *, negated: bool, privilege: int
) -> Matched | Fault:
    walk = _walk(walker, line, words, negated=negated, privilege=privilege)
    if walk.stop is None and not walk.rests:
        plan = walker.plan(walk.trail, negated=negated)
        if plan is not None:
            return Matched(plan.row, _planned(plan, walk.trail), negated, full=plan.full)
    whole = walk.readings(walker.rows) if walk.stop is None and walk.trail else ()
    ends = [one for one in (*whole, *walk.rests) if _is_end(one, negated)]
    if ends:
        best = ends[0] if len(ends) == 1 else min(ends, key=lambda one: (one.scores, one.order))
        arguments, full = _arguments(best), best.pieces[0].score == EXACT
        if not walk.rests:
            _learn(walker, walk.trail, best, arguments, negated=negated)
        return Matched(best.row, arguments, negated, full=full)
    depth = len(walk.trail) + negated
    if walk.stop is not None:
        return _fault(walk.stop, line, words, depth)
    nexts = (one.shows for one in _next(walker, walk.place, "")) if walk.trail else ()
    detail = " or ".join(dict.fromkeys(nexts))
    detail = f"then {detail}" if 0 < len(detail) < 200 else ""
    return Fault(Why.INCOMPLETE, len(line.rstrip()) + 1, detail, depth)


def _fault(stop: Stop, line: str, words: list[str], depth: int) -> Fault:
    column = _columns(line)[depth]
    if stop.ambiguous:
        detail = f'"{_short(words[depth])}" could be {", ".join(stop.ambiguous)}'
        return Fault(Why.AMBIGUOUS, column, detail, depth)
    return Fault(Why.INVALID, column, "; ".join(stop.refused[:2]), depth)


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def _columns(line: str) -> list[int]:
    """The column each word begins in, from 0."""
    columns, at = [], 0
    for word in line.split():
        at = line.index(word, at)
        columns.append(at)
        at += len(word)
    return columns


def _chain(trail: list[Move], index: int) -> tuple[Piece, ...]:
    """The words that led to a thread, first to last."""
    pieces = []
    for move in reversed(trail):
        piece = move.pieces[index]
        pieces.append(piece)
        index = piece.parent
    pieces.reverse()
    return tuple(pieces)


def _is_end(reading: _Reading, negated: bool) -> bool:
    """Whether this is a whole line; negated: whether it says enough to know what it takes away."""
    pattern = reading.row.pattern
    if reading.state in pattern.last:
        return True
    row = reading.row
    key = row.key if row.least is None else row.least
    if not negated or key == ("*",) or len(reading.pieces) < pattern.head:
        return False
    return {piece.bound[0] for piece in reading.pieces if piece.bound} >= set(key)


def _arguments(reading: _Reading) -> Arguments:
    values: dict[str, Any] = {}
    for piece in reading.pieces:
        if piece.bound is None:
            continue
        name, value = piece.bound
        if name in values:
            before = values[name]
            value = (*before, value) if isinstance(before, tuple) else (before, value)
        values[name] = value
    words = tuple([piece.word for piece in reading.pieces])
    keywords = tuple([piece.keyword for piece in reading.pieces if piece.keyword])
    return Arguments(values, words, _together(keywords))


def _planned(plan: Plan, trail: list[Move]) -> Arguments:
    binds = plan.binds
    values = {name: trail[at].value if at >= 0 else fixed for name, at, fixed in binds}
    words = [move.word or word for move, word in zip(trail, plan.words, strict=True)]
    return Arguments(values, tuple(words), plan.keywords)


def _learn(
    walker: Walker, trail: list[Move], best: _Reading, arguments: Arguments, *, negated: bool
) -> None:
    """The next line that differs in its values only is not read in every way again."""
    binds = tuple(
        (piece.bound[0], at, None) if trail[at].by else (piece.bound[0], -1, piece.bound[1])
        for at, piece in enumerate(best.pieces)
        if piece.bound is not None
    )
    if len(binds) != len(arguments.values):
        return  # one name, several values: they are gathered
    words = tuple(
        "" if move.by else piece.word for move, piece in zip(trail, best.pieces, strict=True)
    )
    full = best.pieces[0].score == EXACT
    walker.learn(trail, Plan(best.row, binds, words, arguments.keywords, full), negated=negated)


@lru_cache(maxsize=4096)  # thousands of lines of a list have the same ones
def _together(keywords: tuple[str, ...]) -> frozenset[str]:
    return frozenset(keywords)


def _expected(
    walker: Walker, line: str, words: list[str], begun: str, *, negated: bool, privilege: int
) -> list[Expected] | Fault:
    walk = _walk(walker, line, words, negated=negated, privilege=privilege)
    if walk.stop is not None:
        if walk.rests:  # inside text that goes to the end of the line
            return [] if begun else [END]
        return _fault(walk.stop, line, words, len(walk.trail) + negated)
    found = list(_next(walker, walk.place, begun))
    whole = walk.readings(walker.rows) if walk.trail else ()
    if not begun and any(_is_end(one, negated) for one in (*whole, *walk.rests)):
        found.append(END)
    return found


def _next(walker: Walker, place: Place, begun: str) -> Iterator[Expected]:
    for step in place.steps:
        row, token = walker.rows[step.order], step.token
        if isinstance(token, Keyword):
            if token.text.startswith(begun.lower()):
                yield Expected(token.text, keyword_help(row, step.state), token.text)
        else:
            shape = kind(token.kind)
            text = row.choices.get(token.name, shape.help or token.name.replace("_", " "))
            yield Expected(shape.shows, text)


def keyword_help(row: Row, state: int) -> str:
    """What ``?`` says of a keyword: that of a beginning, the row's for it, or that of the row."""
    token = row.pattern.tokens[state]
    assert isinstance(token, Keyword)
    if state >= row.pattern.head:
        return row.choices.get(token.text, row.help)
    return BEGINNINGS.get(" ".join(row.pattern.words[: state + 1]), row.help)
