"""How a command is written down, and the automaton made of it.

| notation | means |
|---|---|
| `failover lan` | keywords, typed in full or abbreviated |
| `<name:kind>` | an argument; kinds are in arguments.py, `1-250` is a number in that range |
| `[ ... ]` | may be left out |
| `{ a \\| b }` | one of these; `level={ a \\| b }` binds which keyword it was to `level` |
| `( ... )*` | any number of times, also none |
| `<text:line>` | the rest of the line, blanks and all |

The automaton has one state per token (Glushkov's construction), so that matching needs no steps
without a word and what may follow a beginning is at hand for `?`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"\s*(?:(?P<argument><(?P<name>\w+):(?P<kind>[^<>]+)>)"
    r"|(?P<bound>\w+)=\{|(?P<mark>\)\*|[\[\]{}|()])|(?P<word>[^\s\[\]{}|()<>]+))"
)


class BadSyntax(ValueError):
    """A row of the table is written wrongly. Raised when the table is made, never by a user."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """A literal word, lower case as typed in full. ``binds``: the argument that says it came."""

    text: str
    binds: str = ""


@dataclass(frozen=True, slots=True)
class Argument:
    """A value of a kind; bound twice, it is a tuple of what came."""

    name: str
    kind: str


Token = Keyword | Argument


@dataclass(frozen=True, slots=True)
class Pattern:
    """The automaton. States are indices of ``tokens``; ``first`` is where a line may begin."""

    tokens: tuple[Token, ...]
    first: tuple[int, ...]
    follow: tuple[tuple[int, ...], ...]
    last: frozenset[int]
    head: int  # keywords that every such line begins with

    @property
    def words(self) -> tuple[str, ...]:
        """The keywords of the head."""
        return tuple(token.text for token in self.tokens[: self.head] if isinstance(token, Keyword))


@dataclass(slots=True)
class _Part:
    """A piece of the notation: where it may begin and end, and whether it may be nothing."""

    first: list[int]
    last: list[int]
    empty: bool


class _Compiler:
    def __init__(self, notation: str) -> None:
        self._notation = notation
        self._at = 0
        self.tokens: list[Token] = []
        self.follow: list[set[int]] = []

    def whole(self) -> _Part:
        part = self._choice("", ends="")
        if self._peek() is not None:
            raise BadSyntax(f"{self._notation!r}: unbalanced at {self._at}")
        return part

    def _peek(self) -> re.Match[str] | None:
        return _TOKEN.match(self._notation, self._at)

    def _choice(self, binds: str, ends: str) -> _Part:
        parts = [self._sequence(binds)]
        while (found := self._peek()) and found["mark"] == "|":
            self._at = found.end()
            parts.append(self._sequence(binds))
        if ends:
            found = self._peek()
            if found is None or found["mark"] != ends:
                raise BadSyntax(f"{self._notation!r}: {ends} missing at {self._at}")
            self._at = found.end()
        first = [i for part in parts for i in part.first]
        last = [i for part in parts for i in part.last]
        return _Part(first, last, any(part.empty for part in parts))

    def _sequence(self, binds: str) -> _Part:
        whole = _Part([], [], True)
        while (found := self._peek()) is not None:
            if found["mark"] in ("|", "]", "}", ")*", ")"):
                break
            self._at = found.end()
            whole = self._joined(whole, self._one(found, binds))
        return whole

    def _one(self, found: re.Match[str], binds: str) -> _Part:
        if found["argument"]:
            return self._token(Argument(found["name"], found["kind"]))
        if found["word"]:
            return self._token(Keyword(found["word"], binds))
        if found["bound"]:
            return self._choice(found["bound"], ends="}")
        mark = found["mark"]
        if mark == "(":
            part = self._choice("", ends=")*")
            self._link(part.last, part.first)
            return _Part(part.first, part.last, True)
        part = self._choice("", ends="]" if mark == "[" else "}")
        return _Part(part.first, part.last, part.empty or mark == "[")

    def _token(self, token: Token) -> _Part:
        self.tokens.append(token)
        self.follow.append(set())
        index = len(self.tokens) - 1
        return _Part([index], [index], False)

    def _link(self, before: list[int], after: list[int]) -> None:
        for index in before:
            self.follow[index].update(after)

    def _joined(self, left: _Part, right: _Part) -> _Part:
        self._link(left.last, right.first)
        return _Part(
            left.first + (right.first if left.empty else []),
            right.last + (left.last if right.empty else []),
            left.empty and right.empty,
        )


def compiled(notation: str) -> Pattern:
    """The automaton of one row's notation. Raises BadSyntax."""
    compiler = _Compiler(notation)
    part = compiler.whole()
    follow = tuple(tuple(sorted(after)) for after in compiler.follow)
    head, state = 0, part.first
    last = frozenset(part.last)
    while len(state) == 1 and state[0] == head and isinstance(compiler.tokens[head], Keyword):
        head += 1
        if head - 1 in last:
            break
        state = list(follow[head - 1])
    return Pattern(tuple(compiler.tokens), tuple(part.first), follow, last, head)
