"""Word by word through the rows of one mode, in every way they can be read at once.

A place is a set of (row, state); a word leads from one to the next. What a word led to is
remembered, since configurations say the same words again and again. Ways that meet in one state
have the same future: the better one goes on, so that there are never more ways than states.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from firmware.core.management.cli.arguments import Context, Kind, Refused, kind
from firmware.core.management.cli.row import No, Row
from firmware.core.management.cli.syntax import Argument, Keyword, Token

EXACT, SHORT, VALUE = 0, 1, 2  # how a word was read, best first
_MOVES_MAX = 20_000  # remembered moves of one walker
_PLANS_MAX = 4_000  # of one walker
_WORD_MAX = 64  # characters of a word worth remembering


@dataclass(slots=True)
class Piece:
    """One word, read one way. ``parent`` is the way it goes on from, by its index there."""

    order: int  # of the row
    state: int
    parent: int
    score: int
    word: str  # canonical
    bound: tuple[str, Any] | None = None
    keyword: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One token that may come next, and the thread it goes on from."""

    index: int
    order: int
    state: int
    token: Token


@dataclass(slots=True, eq=False)
class Values:
    """The steps of a place that take a value of one kind.

    ``place``: where they lead by themselves, once that is known.
    """

    shape: Kind
    steps: list[Step] = field(default_factory=list)
    place: Place | None = None


@dataclass(slots=True)
class Place:
    """``threads``: (order of the row, state), -1 before its first word.

    What may come next is sorted: keywords by their text, values by their kind, and values that are
    the rest of the line.
    """

    threads: tuple[tuple[int, int], ...]
    steps: tuple[Step, ...] = ()
    keywords: dict[str, list[Step]] = field(default_factory=dict)
    initials: set[str] = field(default_factory=set)  # first letters of keywords
    values: dict[str, Values] = field(default_factory=dict)
    rests: list[Step] = field(default_factory=list)
    moves: dict[str, Move | None] = field(default_factory=dict)  # None: made once so far


@dataclass(slots=True, eq=False)
class Move:
    """Where a word leads. ``by``: it was read as a value of that kind and as nothing else."""

    place: Place
    made: tuple[Piece, ...] = ()
    by: Values | None = None
    value: Any = None
    word: str = ""  # canonical, of a value

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """``pieces[i]`` is how ``place.threads[i]`` was reached."""
        if not self.made and self.by is not None:
            read = [_value(step, self.value, self.word) for step in self.by.steps]
            self.made = tuple(_first_of_each(read))
        return self.made


@dataclass(frozen=True, slots=True)
class Plan:
    """How lines are read whose words lead the same ways and differ in their values only."""

    row: Row
    binds: tuple[tuple[str, int, Any], ...]  # name, its word if that is a value, or what it is
    words: tuple[str, ...]  # empty where the value's own stands
    keywords: frozenset[str]
    full: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """A word leads nowhere: why kinds refused it, or which keywords it could be."""

    refused: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()


class Walker:
    """The rows of one mode in one context."""

    def __init__(self, rows: tuple[Row, ...], context: Context) -> None:
        self.rows = rows
        self.context = context
        self._starts: dict[tuple[bool, int], Place] = {}
        self._places: dict[tuple[tuple[int, int], ...], Place] = {}
        self._remembered = 0
        self._plans: dict[tuple[Any, ...], Plan] = {}
        self.stood: dict[str, Any] = {}  # lines that hold though nobody typed them; render
        self.known: dict[tuple[str, int], Any] = {}  # whole lines and privileges; matching

    def start(self, *, negated: bool, privilege: int) -> Place:
        """Before the first word (after ``no``, if ``negated``)."""
        place = self._starts.get((negated, privilege))
        if place is None:
            threads = (
                (order, -1)
                for order, row in enumerate(self.rows)
                if row.privilege <= privilege
                and not (negated and (row.action or row.no is No.REFUSED))
            )
            place = self._starts[(negated, privilege)] = self._place(tuple(threads))
        return place

    def move(self, place: Place, word: str) -> Move | Stop:
        """Where a word leads."""
        found = place.moves.get(word)
        if found is not None:
            return found
        made = self._made(place, word)
        if isinstance(made, Move) and len(word) <= _WORD_MAX:
            self._remember(place, word, made)
        return made

    def rest(self, step: Step, text: str) -> Piece | None:
        """The rest of the line as the value of that step; None: its kind refuses it."""
        assert isinstance(step.token, Argument)
        read = self._read(kind(step.token.kind), text)
        return None if isinstance(read, str) else _value(step, *read)

    def _remember(self, place: Place, word: str, made: Move) -> None:
        """Keep a move that is made for the second time; most addresses never come again."""
        if word in place.moves:
            place.moves[word] = made
            return
        if self._remembered >= _MOVES_MAX:
            self._plans.clear()
            for known in (*self._places.values(), *self._starts.values()):
                known.moves.clear()
            self._remembered = 0
        place.moves[word] = None
        self._remembered += 1

    def plan(self, trail: list[Move], *, negated: bool) -> Plan | None:
        """How lines that took this way are read, if that is known."""
        return self._plans.get((negated, *[move.by or move for move in trail]))

    def learn(self, trail: list[Move], plan: Plan, *, negated: bool) -> None:
        """Lines that take this way are read so."""
        if len(self._plans) >= _PLANS_MAX:
            self._plans.clear()
        self._plans[(negated, *[move.by or move for move in trail])] = plan

    def _made(self, place: Place, word: str) -> Move | Stop:
        pieces, begun = _keywords(place, word) if place.keywords else ([], [])
        refused: dict[str, None] = {}
        fits: list[tuple[Values, Any, str]] = []
        for values in place.values.values():
            read = self._read(values.shape, word)
            if isinstance(read, str):
                refused[read] = None
            else:
                fits.append((values, *read))
        if len(fits) == 1 and not pieces:
            return self._led(*fits[0])
        pieces += [_value(step, value, text) for v, value, text in fits for step in v.steps]
        if not pieces:
            return Stop(tuple(refused), tuple(sorted(begun)))
        pieces = _first_of_each(pieces)
        return Move(self._reached(pieces), tuple(pieces))

    def _led(self, values: Values, value: Any, word: str) -> Move:
        """Long lists are made of these: where they lead is looked up once."""
        if values.place is None:
            pieces = [_value(step, value, word) for step in values.steps]
            values.place = self._reached(_first_of_each(pieces))
        return Move(values.place, (), values, value, word)

    def _reached(self, pieces: list[Piece]) -> Place:
        return self._place(tuple([(piece.order, piece.state) for piece in pieces]))

    def _read(self, shape: Kind, text: str) -> tuple[Any, str] | str:
        """A word as a value of that kind and in canonical form, or why it is none."""
        try:
            value = shape.parse(text, self.context)
        except Refused as why:
            return str(why)
        typed = shape.typed
        return value, text if typed and typed.fullmatch(text) else shape.write(value)

    def _place(self, threads: tuple[tuple[int, int], ...]) -> Place:
        found = self._places.get(threads)
        if found is None:
            found = self._places[threads] = Place(threads, tuple(self._steps(threads)))
            for step in found.steps:
                if isinstance(step.token, Keyword):
                    found.keywords.setdefault(step.token.text, []).append(step)
                    found.initials.add(step.token.text[0])
                    continue
                shape = kind(step.token.kind)
                if shape.rest:
                    found.rests.append(step)
                else:
                    found.values.setdefault(step.token.kind, Values(shape)).steps.append(step)
        return found

    def _steps(self, threads: tuple[tuple[int, int], ...]) -> Iterator[Step]:
        for index, (order, state) in enumerate(threads):
            pattern = self.rows[order].pattern
            for after in pattern.first if state < 0 else pattern.follow[state]:
                yield Step(index, order, after, pattern.tokens[after])


def _keywords(place: Place, word: str) -> tuple[list[Piece], list[str]]:
    """A word read as a keyword, and those it may be the beginning of."""
    text = word.lower()
    pieces = [_keyword(step, EXACT) for step in place.keywords.get(text, ())]
    if pieces or text[0] not in place.initials:
        return pieces, []
    begun = [one for one in place.keywords if one.startswith(text)]
    if len(begun) == 1:
        pieces = [_keyword(step, SHORT) for step in place.keywords[begun[0]]]
    return pieces, begun


def _keyword(step: Step, score: int) -> Piece:
    token = step.token
    assert isinstance(token, Keyword)
    bound = (token.binds, token.text) if token.binds else None
    return Piece(step.order, step.state, step.index, score, token.text, bound, token.text)


def _value(step: Step, value: Any, word: str) -> Piece:
    token = step.token
    assert isinstance(token, Argument)
    return Piece(step.order, step.state, step.index, VALUE, word, (token.name, value))


def _first_of_each(pieces: Sequence[Piece]) -> list[Piece]:
    """One way into each state; the pieces come best first."""
    seen: set[tuple[int, int]] = set()
    kept = []
    for piece in pieces:
        if (piece.order, piece.state) not in seen:
            seen.add((piece.order, piece.state))
            kept.append(piece)
    return kept
