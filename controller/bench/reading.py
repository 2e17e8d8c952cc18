"""Reads the words of a story's verbs: times, counts, and the names a world knows.

What is no such word raises ``Refused`` with what is wrong and what is allowed.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TypeVar

from controller.bench.world import Unit

_TIME = re.compile(r"(\d{1,6})(ms|s)$")
_INTERFACE = re.compile(r"Ethernet\d$")
Word = TypeVar("Word", bound=StrEnum)


class Refused(Exception):
    """A line that cannot be played: what is wrong and what is allowed."""


def milliseconds(word: str) -> int | None:
    """``250ms`` or ``2s``; None if it is neither."""
    found = _TIME.match(word)
    return int(found[1]) * (1 if found[2] == "ms" else 1000) if found else None


def read_time(word: str) -> int:
    """``250ms`` or ``2s`` in milliseconds."""
    ms = milliseconds(word)
    if ms is None:
        raise Refused(f"{word!r} is no time; wanted like 250ms or 2s")
    return ms


def read_word(kind: type[Word], word: str) -> Word:
    """One of the words of that kind."""
    try:
        return kind(word)
    except ValueError:
        allowed = ", ".join(member.value for member in kind)
        raise Refused(f"{word!r} is no {kind.__name__.lower()}; allowed are {allowed}") from None


def want_count(words: list[str], wanted: str) -> None:
    """As many words as ``wanted`` names."""
    if len(words) != len(wanted.split()):
        raise Refused(f"wanted {wanted}, got {' '.join(words) or 'nothing'!r}")


def read_units(words: list[str]) -> tuple[Unit, ...]:
    """One or both units."""
    if not words:
        raise Refused("wanted one or both of primary, secondary")
    return tuple(read_word(Unit, word) for word in words)


def read_interface(word: str) -> str:
    """A physical name, "Ethernet0"."""
    if not _INTERFACE.match(word):
        raise Refused(f"{word!r} is no interface; allowed are Ethernet0 to Ethernet9")
    return word
