"""Which command a typed line is, among the layers a session stands in; and what could be typed.

In a configuration mode the innermost section's lines are tried first, then those further out, then
orders. A first word that was cut short and is another command's beginning too, in another layer,
is ambiguous: what a line does must not depend on which layer was asked first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from firmware.core.management.cli.matching import END, Expected, Fault, Index, Matched, Why
from firmware.core.management.cli.row import Mode
from firmware.core.management.cli.table import TABLE
from firmware.core.management.running.model import Configuration
from firmware.core.management.session.session import Session

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A command. ``under`` is where a line goes; None for an order."""

    matched: Matched
    under: Path | None


def find(configuration: Configuration, session: Session, line: str) -> Found | Fault:
    """The command of a line that is not blank."""
    found: Found | None = None
    deepest: Fault | None = None
    for index, under in _layers(configuration, session):
        one = index.match(line, configuration.context, privilege=session.level)
        if isinstance(one, Fault):
            if deepest is None or _tells_more(one, deepest):
                deepest = one
        elif found is None:
            found = Found(one, under)
            if one.full:
                return found
        elif _first(one) != _first(found.matched):
            return _either(line, found.matched, one)
    if found is not None:
        return found
    assert deepest is not None  # there is always the layer of orders
    return deepest


def listing(configuration: Configuration, session: Session, line: str) -> str | Fault:
    """The answer to ``?`` behind a beginning of a line."""
    expected = _expected(configuration, session, line)
    if isinstance(expected, Fault):
        return expected
    width = max((len(one.shows) for one in expected), default=0)
    return "".join(f"  {one.shows:<{width}}  {one.help}".rstrip() + "\n" for one in expected)


def completed(configuration: Configuration, session: Session, line: str) -> str:
    """The beginning of a line with its last word completed as far as it is certain."""
    if not line or line[-1].isspace():
        return line
    expected = _expected(configuration, session, line)
    if isinstance(expected, Fault):
        return line
    words = sorted({one.completes for one in expected if one.completes})
    start = line.split()[-1]
    if not words or any(not one.completes for one in expected if one is not END):
        return line
    longer = words[0][: _alike(words[0], words[-1])]
    ended = " " if len(words) == 1 else ""
    return line[: len(line) - len(start)] + longer + ended if longer else line


def _alike(first: str, last: str) -> int:
    """How many characters two words begin with in common; of sorted ones, all between them too."""
    ends = (n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b)
    return next(ends, min(len(first), len(last)))


def _expected(
    configuration: Configuration, session: Session, line: str
) -> tuple[Expected, ...] | Fault:
    """What every layer expects there, each once: words, then values, then the end."""
    expected: dict[str, Expected] = {}
    deepest: Fault | None = None
    for index, _ in _layers(configuration, session):
        one = index.expected(line, configuration.context, privilege=session.level)
        if not isinstance(one, Fault):
            for what in one:
                expected.setdefault(what.shows, what)
        elif deepest is None or _tells_more(one, deepest):
            deepest = one
    if not expected:
        return deepest if deepest is not None else Fault(Why.INVALID, len(line))
    if session.configuring and "no".startswith(line.strip().lower()) and not line[-1:].isspace():
        expected.setdefault("no", Expected("no", "Take a line away, or negate it", "no"))
    return tuple(sorted(expected.values(), key=_rank))


def _rank(one: Expected) -> tuple[int, str]:
    if one is END or one.shows == END.shows:
        return 2, ""
    return (0, one.shows) if one.completes else (1, "")


def _layers(configuration: Configuration, session: Session) -> Iterator[tuple[Index, Path | None]]:
    if not session.privileged and not session.configuring:
        yield TABLE.orders(Mode.USER), None
        return
    if session.configuring:
        for depth in range(len(session.path), -1, -1):
            under = session.path[:depth]
            mode = configuration.mode(under)
            yield TABLE.lines(mode), under
            if TABLE.orders(mode).rows:
                yield TABLE.orders(mode), None
    yield TABLE.orders(Mode.EXEC), None


def _tells_more(one: Fault, other: Fault) -> bool:
    """It understood more of the line; or as much, and knows how it could have gone on."""
    if one.depth != other.depth:
        return one.depth > other.depth
    return other.why is Why.INVALID and one.why is not Why.INVALID


def _first(matched: Matched) -> str:
    return matched.arguments.words[0] if matched.arguments.words else ""


def _either(line: str, one: Matched, other: Matched) -> Fault:
    word = line.split()[0]
    column = len(line) - len(line.lstrip())
    detail = f'"{word}" could be {_first(one)}, {_first(other)}'
    return Fault(Why.AMBIGUOUS, column, detail)
