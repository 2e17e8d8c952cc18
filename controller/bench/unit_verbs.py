"""The verbs of hunts: what is done to the inside of a unit, and garbage on a link.

Each reads its words into an ``Action``, or raises ``Refused``. verbs.py has the others.
"""

from __future__ import annotations

from collections.abc import Callable

from controller.bench.reading import Refused, read_time, read_word, want_count
from controller.bench.unit_faults import (
    Crash,
    Damage,
    Drift,
    Garbage,
    GoOn,
    Refit,
    Reflash,
    SetDate,
    SetStrap,
    Slow,
    Starve,
)
from controller.bench.world import Action, Link, Process, Unit

RATES = range(50, 201)  # percent
REFITTED = ("version", "model", "licence")  # facts that are words


def _number(word: str, allowed: range) -> int:
    if not word.isdecimal() or int(word) not in allowed:
        raise Refused(f"{word!r} is no such number; wanted {allowed[0]} to {allowed[-1]}")
    return int(word)


def _go_on(words: list[str]) -> GoOn:
    want_count(words, "UNIT PROCESS")
    return GoOn(read_word(Unit, words[0]), read_word(Process, words[1]))


def _starve(words: list[str]) -> Starve:
    want_count(words, "UNIT PROCESS")
    return Starve(read_word(Unit, words[0]), read_word(Process, words[1]))


def _drift(words: list[str]) -> Drift:
    want_count(words, "UNIT N%")
    if not words[1].endswith("%"):
        raise Refused(f"{words[1]!r} is no rate; wanted like 110%, 100% being right")
    return Drift(read_word(Unit, words[0]), _number(words[1][:-1], RATES))


def _set_date(words: list[str]) -> SetDate:
    want_count(words, "UNIT forward|back T")
    if words[1] not in ("forward", "back"):
        raise Refused(f"{words[1]!r}: wanted set-date UNIT forward T or set-date UNIT back T")
    ms = read_time(words[2])
    return SetDate(read_word(Unit, words[0]), ms if words[1] == "forward" else -ms)


def _slow(words: list[str]) -> Slow:
    want_count(words, "UNIT T")
    return Slow(read_word(Unit, words[0]), read_time(words[1]))


def _crash(words: list[str]) -> Crash:
    want_count(words, "UNIT after N")
    if words[1] != "after":
        raise Refused("wanted crash UNIT after N, N effects of its failover process")
    return Crash(read_word(Unit, words[0]), _number(words[2], range(1, 100_001)))


def _damage(words: list[str]) -> Damage:
    want_count(words, "UNIT")
    return Damage(read_word(Unit, words[0]))


def _reflash(words: list[str]) -> Reflash:
    want_count(words, "UNIT")
    return Reflash(read_word(Unit, words[0]))


def _refit(words: list[str]) -> Refit:
    want_count(words, "UNIT FACT VALUE")
    if words[1] not in REFITTED:
        raise Refused(f"{words[1]!r} is no fact to change; allowed are {', '.join(REFITTED)}")
    return Refit(read_word(Unit, words[0]), words[1], words[2])


def _strap(words: list[str]) -> SetStrap:
    want_count(words, "UNIT UNIT")
    return SetStrap(read_word(Unit, words[0]), read_word(Unit, words[1]))


def _garbage(words: list[str]) -> Garbage:
    want_count(words, "LINK N")
    return Garbage(read_word(Link, words[0]), _number(words[1], range(1, 1_001)))


UNIT_VERBS: dict[str, Callable[[list[str]], Action]] = {
    "go-on": _go_on,
    "starve": _starve,
    "drift": _drift,
    "set-date": _set_date,
    "slow": _slow,
    "crash": _crash,
    "damage": _damage,
    "reflash": _reflash,
    "refit": _refit,
    "strap": _strap,
    "garbage": _garbage,
}
