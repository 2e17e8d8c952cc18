"""``show ... | include TEXT``: which lines of an answer are wanted.

TEXT is the product's regular expression as far as it is safe with any text: ``^ $ . |`` and ``.*``
act, everything else stands for itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

WORDS = ("include", "exclude", "begin", "grep")
_STARS_MAX = 3
_CUT = re.compile(r"\s\|(?=\s|[a-zA-Z])")
_PIPED = ("show", "more", "write", "dir", "failover")  # `failover exec mate show ... | include x`


@dataclass(frozen=True, slots=True)
class Sieve:
    """One filter."""

    word: str
    wanted: re.Pattern[str]
    inverted: bool = False

    def sifted(self, text: str) -> str:
        """The lines of a text that are wanted. What refuses a command always is."""
        lines = text.splitlines(keepends=True)
        if self.word == "begin":
            first = next((n for n, line in enumerate(lines) if self._fits(line)), len(lines))
            return "".join(lines[first:])
        return "".join(line for line in lines if self._fits(line) is not self.inverted)

    def _fits(self, line: str) -> bool:
        return self.wanted.search(line.rstrip("\n")) is not None


@dataclass(frozen=True, slots=True)
class BadPipe:
    """What stands behind the bar is no filter."""

    column: int
    why: str


def cut(line: str) -> tuple[str, Sieve | None] | BadPipe:
    """The command and its filter; commands that print nothing of length have none."""
    first = line.split(maxsplit=1)[:1]
    found = _CUT.search(line)
    if found is None or not first or not any(w.startswith(first[0].lower()) for w in _PIPED):
        return line, None
    rest = line[found.end() :]
    column = found.end() + len(rest) - len(rest.lstrip())
    word, _, text = rest.strip().partition(" ")
    fits = [one for one in WORDS if one.startswith(word.lower())] if word else []
    if len(fits) != 1:
        return BadPipe(column, f"then {', '.join(WORDS)}")
    inverted = fits[0] == "exclude"
    if fits[0] == "grep" and text.split(maxsplit=1)[:1] == ["-v"]:
        inverted, text = True, text.strip()[2:]
    text = text.strip()
    if not text or text.count(".*") > _STARS_MAX:
        return BadPipe(column, f"{fits[0]} what?" if not text else "too many .*")
    return line[: found.start()], Sieve(fits[0], _expression(text), inverted)


def _expression(text: str) -> re.Pattern[str]:
    safe = re.escape(text).replace(r"\.\*", ".*").replace(r"\.", ".")
    for acting in "^$|":
        safe = safe.replace("\\" + acting, acting)
    return re.compile(safe)
