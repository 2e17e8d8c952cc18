"""The verbs of switches, ports and hosts: what is done to an interface from outside the units.

Each reads its words into an ``Action`` of world.py, or raises ``Refused``. verbs.py has the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from controller.bench.reading import (
    Refused,
    read_interface,
    read_time,
    read_word,
    want_count,
)
from controller.bench.world import (
    Action,
    Behaviour,
    BpdusOnly,
    Condition,
    Drop,
    Flap,
    Flood,
    Hosts,
    Link,
    Reappear,
    SpanningTree,
    Storm,
    Switch,
    Unit,
    Vanish,
    Worsen,
)

DATA_LINKS = (Link.INSIDE, Link.OUTSIDE)
FORWARD_DELAY_MS = range(2_000, 30_001)  # what the standard, and a bridge of Linux, allows
FLAPS = range(1, 101)


def _ethernet(word: str) -> Link:
    link = read_word(Link, word)
    if link is Link.CABLE:
        raise Refused("the cable has no switch; wanted failover, state, inside or outside")
    return link


def _data(word: str) -> Link:
    link = read_word(Link, word)
    if link not in DATA_LINKS:
        raise Refused(f"there is no host on {link}; wanted inside or outside")
    return link


def _drop(words: list[str]) -> Drop:
    want_count(words, "LINK toward|from UNIT")
    if words[1] not in ("toward", "from"):
        raise Refused(f"{words[1]!r}: wanted drop LINK toward UNIT or drop LINK from UNIT")
    return Drop(_ethernet(words[0]), read_word(Unit, words[2]), words[1] == "toward")


def _bpdus_only(words: list[str]) -> BpdusOnly:
    want_count(words, "LINK UNIT")
    return BpdusOnly(_ethernet(words[0]), read_word(Unit, words[1]))


def _switch(words: list[str]) -> Switch:
    want_count(words, "LINK on|hangs|off")
    return Switch(_ethernet(words[0]), read_word(Condition, words[1]))


def _spanning_tree(words: list[str]) -> SpanningTree:
    want_count(words, "LINK T|off")
    if words[1] == "off":
        return SpanningTree(_ethernet(words[0]), None)
    delay_ms = read_time(words[1])
    if delay_ms not in FORWARD_DELAY_MS:
        raise Refused(f"{words[1]!r} is no forward delay; it is from 2s to 30s")
    return SpanningTree(_ethernet(words[0]), delay_ms)


def _hosts(words: list[str]) -> Hosts:
    want_count(words, "LINK BEHAVIOUR")
    return Hosts(_data(words[0]), read_word(Behaviour, words[1]))


def _storm(words: list[str]) -> Storm:
    want_count(words, "LINK arp|broadcast T")
    return Storm(_data(words[0]), read_word(Flood, words[1]), read_time(words[2]))


def _flap(words: list[str]) -> Flap:
    want_count(words, "UNIT INTERFACE N over T")
    if words[3] != "over" or not words[2].isdecimal() or int(words[2]) not in FLAPS:
        raise Refused("wanted flap UNIT INTERFACE N over T, N from 1 to 100")
    unit, interface = read_word(Unit, words[0]), read_interface(words[1])
    return Flap(unit, interface, int(words[2]), read_time(words[4]))


def _percent(word: str) -> int:
    if not re.fullmatch(r"(100|\d{1,2})%", word):
        raise Refused(f"{word!r} is no share; wanted like 10%, from 0 to 100")
    return int(word[:-1])


def _delay(words: list[str]) -> Worsen:
    want_count(words, "LINK T")
    return Worsen(read_word(Link, words[0]), delay_ms=read_time(words[1]))


def _lose(words: list[str]) -> Worsen:
    want_count(words, "LINK N%")
    return Worsen(read_word(Link, words[0]), lose_percent=_percent(words[1]))


def _duplicate(words: list[str]) -> Worsen:
    want_count(words, "LINK N%")
    return Worsen(_ethernet(words[0]), duplicate_percent=_percent(words[1]))


def _reorder(words: list[str]) -> Worsen:
    want_count(words, "LINK T")
    return Worsen(_ethernet(words[0]), reorder_ms=read_time(words[1]))


def _vanish(words: list[str]) -> Vanish:
    want_count(words, "UNIT INTERFACE")
    return Vanish(read_word(Unit, words[0]), read_interface(words[1]))


def _return(words: list[str]) -> Reappear:
    want_count(words, "UNIT INTERFACE")
    return Reappear(read_word(Unit, words[0]), read_interface(words[1]))


NETWORK_VERBS: dict[str, Callable[[list[str]], Action]] = {
    "drop": _drop,
    "bpdus-only": _bpdus_only,
    "delay": _delay,
    "lose": _lose,
    "duplicate": _duplicate,
    "reorder": _reorder,
    "switch": _switch,
    "spanning-tree": _spanning_tree,
    "hosts": _hosts,
    "storm": _storm,
    "flap": _flap,
    "vanish": _vanish,
    "return": _return,
}
