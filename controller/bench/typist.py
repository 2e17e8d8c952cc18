"""A typist who knows the command table and nothing else: its lines, whole, shortened or spoiled.

Every way through a row is walked, with sample values of its arguments. Tests take whole lines of a
given row; hunts take any.
"""

from __future__ import annotations

import re
from random import Random

from firmware.core.management.cli.row import Row
from firmware.core.management.cli.syntax import Keyword
from firmware.core.management.cli.table import ROWS

# Values of each kind, written as a person may; a number's are made from its range.
SAMPLES: dict[str, tuple[str, ...]] = {
    "word": ("word", "flash:/asdm-521.bin"),
    "name": ("Named-1",),
    "if_name": ("outside",),
    "paren_if_name": ("(inside)",),
    "hostname": ("pix-1",),
    "physical": ("e0", "Ethernet1", "ETHERNET0.7"),
    "address": ("10.1.2.3", "0"),
    "mask": ("255.255.0.0", "0"),
    "address6": ("2001:db8:1::2", "2001:DB8:1:0:0::2"),
    "prefix6": ("2001:db8:1::1/64", "FD00:0:0::1/48"),
    "mac": ("0011.2233.4455", "00:11:22:33:44:aa"),
    "clock": ("1:00:00", "0:00:05"),
    "level": ("7", "crit"),
    "flash": ("flash:old.cfg", "disk0:/x"),
    "host": ("10.0.0.9", "mail.example.com"),
    "mail_address": ("a-1@example.com",),
    "messages": ("106015", "106010-106023"),
    "password": ("Secret$1",),
    "failover_key": ("Key$1",),
    "hex_key": ("0123456789abcdef" * 2,),
    "icmp_type": ("echo", "8"),
    "interface_pair": ("(inside,outside)",),
    "policy": ("1", "50%"),
    "port": ("www", "8080"),
    "protocol": ("tcp", "47"),
    "reconnect": ("1:00:00", "-1"),
    "span": ("10.0.0.5", "10.0.0.5-10.0.0.9"),
    "line": ("some text,  with blanks",),
}
SPOILED, NEGATED, SHORTENED = 0.15, 0.25, 0.3  # shares of what a typist types
_RANGE = re.compile(r"(-?[0-9]+)-([0-9]+)")


def samples_of(kind: str) -> tuple[str, ...]:
    """Values of that kind; a number's ends."""
    found = _RANGE.fullmatch(kind)
    return (found[1], found[2]) if found else SAMPLES.get(kind, ())


def lines_of(row: Row, count: int = 6) -> list[str]:
    """Whole lines of that row, the same ones at every run."""
    chance = Random(row.syntax)
    return [_line(row, chance) for _ in range(count)]


def _line(row: Row, chance: Random) -> str:
    pattern = row.pattern
    words: list[str] = []
    state, ways = -1, pattern.first
    while not (state in pattern.last and (not ways or len(words) > 12 or chance.random() < 0.4)):
        state = chance.choice(ways)
        token = pattern.tokens[state]
        if isinstance(token, Keyword):
            words.append(token.text)
        else:
            words.append(chance.choice(samples_of(token.kind)))
        ways = pattern.follow[state]
    return " ".join(words)


def typed_line(chance: Random) -> str:
    """A line of any row, perhaps with ``no`` before it, with words cut short, or spoiled."""
    line = _line(chance.choice(ROWS), chance)
    words = line.split(" ")
    if chance.random() < SHORTENED:
        words = [word[: chance.randrange(1, len(word) + 1)] if word else word for word in words]
    if chance.random() < SPOILED:
        words[chance.randrange(len(words))] = chance.choice(("", "?x", "99999999", "any", "\u00e9"))
    negated = ["no"] if chance.random() < NEGATED else []
    return " ".join((*negated, *words)).strip() or "?"
