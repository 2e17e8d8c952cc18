"""Which configuration lines mean something, and what: one row per command, word pattern -> field.

Rows stand in the order of the document's own listing, so a new ``failover`` line finds its place
by its row. Knows nothing of where lines are kept (config.py) nor of what the failover machine does
with the outcome. A reader refuses with words that name the argument and its range; ``read`` turns
that into text, so nothing raises out of here.

Times. Only a poll time given: the hold time stays the default of the mode, or becomes the least
the rule allows (3 x poll for units, 5 x poll for interfaces) where that is more. Below 200 ms is
ours (docs/decisions), LAN mode only; hold times from 30 ms go with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from firmware.core.management.draft import Draft, InterfaceDraft
from firmware.core.settings import Identity, StaticRoute
from firmware.core.wire.seal import derive

Words = tuple[str, ...]


class Refused(ValueError):
    """A reader's no, in words. Never leaves this file."""


Reader = Callable[[Draft, str, Words], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One command: its literal words, its arguments, and who reads them.

    ``key`` arguments tell one such line from another; ``written`` is the form that is kept.
    """

    words: Words
    arguments: str = ""
    least: int = 0
    most: int = 0
    key: int = 0
    read: Reader
    help: str
    written: Words = ()
    replicated: bool = True

    @property
    def kept(self) -> Words:
        """The literal words as the running configuration has them."""
        return self.written or self.words


@dataclass(frozen=True, slots=True)
class Match:
    """A line that is a row's command, its arguments not yet read."""

    row: Row
    negated: bool
    arguments: Words

    @property
    def slot(self) -> tuple[Words, Words]:
        """Lines with equal slots replace one another."""
        key = self.arguments[: self.row.key]
        return self.row.kept, tuple(word.lower() for word in key)

    @property
    def text(self) -> str:
        """The command in full words."""
        return " ".join(("no",) * self.negated + self.row.kept + self.arguments)


def read(match: Match, draft: Draft, section: str) -> str:
    """Put the line's meaning into the draft. Returns why not, or nothing."""
    if match.negated:  # the default, which a fresh draft already has
        return ""
    count = len(match.arguments)
    if not match.row.least <= count <= match.row.most:
        return f"{'incomplete' if count < match.row.least else 'too many words'}; {usage(match)}"
    try:
        match.row.read(draft, section, match.arguments)
    except Refused as refused:
        return str(refused)
    return ""


def usage(match: Match) -> str:
    """How the command is typed."""
    return "usage: " + " ".join((*match.row.words, match.row.arguments)).rstrip()


def find(words: Words, rows: tuple[Row, ...], *, abbreviated: bool) -> Match | str | None:
    """The row these words are, text if they could be several, None if they are none of ours."""
    negated = words[:1] == ("no",)
    words = words[1:] if negated else words
    if not abbreviated:  # most lines of a long configuration are none of ours: decide fast
        head = words[0].lower() if words else ""
        rows = tuple(row for row in rows if row.words[0] == head)
    fits = [row for row in rows if _fits(row, words, abbreviated)]
    longest = max((len(row.words) for row in fits), default=0)
    fits = [row for row in fits if len(row.words) == longest]
    exact = [row for row in fits if row.words == tuple(w.lower() for w in words[:longest])]
    fits = exact or fits
    if len(fits) > 1:
        return f"could be {' or '.join(' '.join(row.words) for row in fits)}"
    # "failover key *****" is not the command "failover", nor a command of ours at all
    if not fits or (len(words) > longest and fits[0].most == 0):
        begun = [" ".join(row.words) for row in rows if _begins(row, words)] if abbreviated else []
        return f"incomplete: {' or '.join(begun)}" if begun else None
    return Match(fits[0], negated, words[longest:])


def _begins(row: Row, words: Words) -> bool:
    pairs = zip(row.words, words, strict=False)
    return len(row.words) > len(words) > 0 and all(full.startswith(w.lower()) for full, w in pairs)


def _fits(row: Row, words: Words, abbreviated: bool) -> bool:
    if len(words) < len(row.words):
        return False
    pairs = zip(row.words, words, strict=False)
    if abbreviated:
        return all(literal.startswith(word.lower()) for literal, word in pairs)
    return all(literal == word.lower() for literal, word in pairs)


_PHYSICAL = re.compile(r"([a-z]+)([0-9/.]*)", re.IGNORECASE)


def physical_name(word: str, physicals: tuple[str, ...]) -> str | None:
    """``ethernet3`` or ``e3`` in the spelling of unit.toml; None if this unit has no such one."""
    typed = _PHYSICAL.fullmatch(word)
    if typed is None:
        return None
    for physical in physicals:
        ours = _PHYSICAL.fullmatch(physical)
        if ours and ours[2] == typed[2] and ours[1].lower().startswith(typed[1].lower()):
            return physical
    return None


def _physical(draft: Draft, word: str) -> str:
    name = physical_name(word, draft.physicals)
    if name is None:
        have = ", ".join(draft.physicals) or "none"
        raise Refused(f"{word} is no interface of this unit (unit.toml has {have})")
    return name


def _name(word: str) -> str:
    if not re.fullmatch(r"[!-~]{1,48}", word):
        raise Refused(f"{word} is no name: 1 to 48 printable characters")
    return word


def _address(word: str) -> IPv4Address:
    try:
        return IPv4Address("0.0.0.0" if word == "0" else word)
    except ValueError:
        raise Refused(f"{word} is no IPv4 address") from None


def _prefix(word: str) -> int:
    """The prefix length of a dotted mask."""
    mask = int(_address(word))
    length = mask.bit_count()
    if mask != (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF:
        raise Refused(f"{word} is no network mask")
    return length


def _host(address: str, mask: str) -> IPv4Interface:
    host = IPv4Interface((_address(address), _prefix(mask)))
    edges = (host.network.network_address, host.network.broadcast_address)
    if host.network.prefixlen < 31 and host.ip in edges:
        raise Refused(f"{address} is the network or broadcast address of {host.network}")
    return host


def _standby(active: IPv4Interface, words: Words) -> IPv4Address | None:
    """The address after the word ``standby``, in the same subnet."""
    if not words:
        return None
    if len(words) != 2 or not "standby".startswith(words[0].lower()):
        raise Refused(f"{words[0]}: standby and an address belong here")
    standby = _address(words[1])
    if standby not in active.network or standby == active.ip:
        raise Refused(f"standby {standby} must be another address of {active.network}")
    return standby


def _mac(word: str) -> str:
    digits = re.sub(r"[.:-]", "", word).lower()
    if not re.fullmatch(r"[0-9a-f]{12}", digits):
        raise Refused(f"{word} is no MAC address; write h.h.h, as 0011.2233.4455")
    if int(digits[:2], 16) & 1 or not int(digits, 16):
        raise Refused(f"{word} is a group address or zero; a unit's own is needed")
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


def _number(word: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", word):
        raise Refused(f"{word} is no whole number")
    return int(word)


def _time(words: list[str], what: str, seconds: range, msec: range) -> int:
    """Take ``[msec] T`` off the front; milliseconds. ``msec`` may be empty: not allowed."""
    in_msec = bool(words) and len(words[0]) > 0 and "msec".startswith(words[0].lower())
    if in_msec:
        words.pop(0)
    if not words:
        raise Refused(f"{what} needs a number")
    word = words.pop(0)
    number, allowed = _number(word), msec if in_msec else seconds
    if number not in allowed:
        unit = "msec" if in_msec else "seconds"
        if not allowed:
            raise Refused(f"{what} takes seconds only, {seconds[0]}-{seconds[-1]}")
        raise Refused(f"{what} {word} is out of range {allowed[0]}-{allowed[-1]} {unit}")
    return number if in_msec else number * 1000


def _times(
    words: Words, seconds: tuple[range, range], msec: tuple[range, range], least: int
) -> tuple[int, int | None]:
    """``[msec] poll [holdtime [msec] hold]``, hold at least ``least`` times poll."""
    rest = list(words)
    poll = _time(rest, "poll time", seconds[0], msec[0])
    if not rest:
        return poll, None
    word = rest.pop(0)
    if not "holdtime".startswith(word.lower()):
        raise Refused(f"{word}: holdtime belongs here")
    hold = _time(rest, "holdtime", seconds[1], msec[1])
    if rest:
        raise Refused(f"{rest[0]}: nothing more belongs here")
    if hold < least * poll:
        rule = f"must be at least {least} x the poll time, {_spoken(poll)}"
        raise Refused(f"holdtime {_spoken(hold)} {rule}")
    return poll, hold


def _spoken(ms: int) -> str:
    return f"{ms} msec" if ms % 1000 else f"{ms // 1000} seconds"


OURS_BELOW_MS = 200  # polls under the document's range
_UNIT_SECONDS = (range(1, 16), range(1, 46))


def _unit_times(draft: Draft, section: str, words: Words) -> None:
    polls = range(10 if draft.lan else OURS_BELOW_MS, 1000)
    poll, hold = _times(words, _UNIT_SECONDS, (polls, range(30, 1000)), least=3)
    if hold is not None and hold < 800 and poll >= OURS_BELOW_MS:
        raise Refused(f"holdtime {hold} is out of range 800-999 msec (less needs a poll below 200)")
    draft.unit_times = (poll, hold)


def _interface_times(draft: Draft, section: str, words: Words) -> None:
    seconds = (range(1, 16), range(5, 76))
    draft.interface_times = _times(words, seconds, (range(500, 1000), range(0)), least=5)


def _failover(draft: Draft, section: str, words: Words) -> None:
    draft.enabled = True


def _lan_unit(draft: Draft, section: str, words: Words) -> None:
    for identity in Identity:
        if identity.value.lower().startswith(words[0].lower()):
            draft.identity = identity
            return
    raise Refused(f"{words[0]}: primary or secondary belongs here")


def _lan_interface(draft: Draft, section: str, words: Words) -> None:
    draft.failover_link = (_name(words[0]), _physical(draft, words[1]))


def _lan_enable(draft: Draft, section: str, words: Words) -> None:
    draft.lan = True


def _key(draft: Draft, section: str, words: Words) -> None:
    if words[0] == "*****":
        raise Refused("that is how a key is shown; type the secret itself")
    draft.key = derive(words[0])


def _link(draft: Draft, section: str, words: Words) -> None:
    physical = _physical(draft, words[1]) if len(words) == 2 else None
    draft.state_link = (_name(words[0]), physical)


def _interface_ip(draft: Draft, section: str, words: Words) -> None:
    primary = _host(words[1], words[2])
    secondary = _standby(primary, words[3:])
    assert secondary is not None, "the row asks for all five arguments"
    draft.link_addresses[_name(words[0])] = (primary, secondary)


def _mac_addresses(draft: Draft, section: str, words: Words) -> None:
    active, standby = _mac(words[1]), _mac(words[2])
    if active == standby:
        raise Refused(f"{words[2]}: the standby MAC address must differ from the active one")
    draft.macs[_physical(draft, words[0])] = (active, standby)


def _interface(draft: Draft, section: str, words: Words) -> None:
    draft.interfaces.setdefault(_physical(draft, words[0]), InterfaceDraft())


def _under(draft: Draft, section: str) -> InterfaceDraft:
    return draft.interfaces.setdefault(_physical(draft, section), InterfaceDraft())


def _nameif(draft: Draft, section: str, words: Words) -> None:
    name = _name(words[0])
    for physical, other in draft.interfaces.items():
        if other.name == name and physical != physical_name(section, draft.physicals):
            raise Refused(f"{name} is the name of {physical}")
    _under(draft, section).name = name


def _ip_address(draft: Draft, section: str, words: Words) -> None:
    active = _host(words[0], words[1])
    standby = _standby(active, words[2:])
    interface = _under(draft, section)
    interface.active, interface.standby = active, standby


def _shutdown(draft: Draft, section: str, words: Words) -> None:
    _under(draft, section).shutdown = True


def _mac_address(draft: Draft, section: str, words: Words) -> None:
    if len(words) == 2 or (len(words) == 3 and not "standby".startswith(words[1].lower())):
        raise Refused(f"{words[1]}: standby and a MAC address belong here")
    interface = _under(draft, section)
    interface.active_mac = _mac(words[0])
    interface.standby_mac = _mac(words[2]) if len(words) == 3 else None


def _route(draft: Draft, section: str, words: Words) -> None:
    address, length = _address(words[1]), _prefix(words[2])
    network = IPv4Network((address, length), strict=False)
    if network.network_address != address:
        raise Refused(f"{words[1]} {words[2]} is no network; did you mean {network}?")
    metric = _number(words[4]) if len(words) == 5 else 1
    if not 1 <= metric <= 255:
        raise Refused(f"metric {metric} is out of range 1-255")
    gateway = _address(words[3])
    draft.routes.append(
        StaticRoute(interface=_name(words[0]), network=network, gateway=gateway, metric=metric)
    )


def _hostname(draft: Draft, section: str, words: Words) -> None:
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", words[0]):
        raise Refused(f"{words[0]} is no host name: up to 63 letters, digits and hyphens")
    draft.hostname = words[0]


_TIMES = "[msec] <time> [holdtime [msec] <time>]"
_POLL = ("failover", "polltime", "unit")


def _row(words: str, arguments: str, count: range, read: Reader, help: str, key: int = 0) -> Row:
    return Row(
        words=tuple(words.split()),
        arguments=arguments,
        least=count[0],
        most=count[-1],
        key=key,
        read=read,
        help=help,
    )


_NONE, _ONE, _TWO = range(1), range(1, 2), range(2, 3)

GLOBAL_ROWS = (
    _row("hostname", "<name>", _ONE, _hostname, "The name in the prompt"),
    _row("interface", "<interface>", _ONE, _interface, "Enter an interface's lines", key=1),
    Row(words=("failover",), read=_failover, replicated=False, help="Enable failover here"),
    Row(
        words=("failover", "lan", "unit"),
        arguments="primary|secondary",
        least=1,
        most=1,
        read=_lan_unit,
        replicated=False,
        help="Which unit this is, in LAN mode",
    ),
    _row("failover lan interface", "<name> <interface>", _TWO, _lan_interface, "LAN failover link"),
    _row("failover lan enable", "", _NONE, _lan_enable, "Use the LAN failover link, not the cable"),
    Row(
        words=("failover", "polltime"),
        arguments=_TIMES,
        least=1,
        most=5,
        read=_unit_times,
        written=_POLL,
        help="Unit poll and hold times",
    ),
    _row(
        "failover polltime unit",
        _TIMES,
        range(1, 6),
        _unit_times,
        "1-15 s or 200-999 ms (10-999 in LAN mode); hold at least 3 x poll",
    ),
    _row(
        "failover polltime interface",
        "[msec] <time> [holdtime <time>]",
        range(1, 5),
        _interface_times,
        "1-15 s or 500-999 ms; hold 5-75 s and at least 5 x poll",
    ),
    _row(
        "failover mac address",
        "<interface> <active> <standby>",
        range(3, 4),
        _mac_addresses,
        "Virtual MAC addresses of an interface",
        key=1,
    ),
    Row(
        words=("failover", "key"),
        arguments="<secret>",
        least=1,
        most=1,
        read=_key,
        replicated=False,
        help="What both units seal their frames with",
    ),
    _row("failover link", "<name> [<interface>]", range(1, 3), _link, "The state link"),
    _row(
        "failover interface ip",
        "<name> <address> <mask> standby <address>",
        range(5, 6),
        _interface_ip,
        "A link's addresses: the primary's, then the secondary's",
        key=1,
    ),
    _row(
        "route",
        "<name> <network> <mask> <gateway> [<metric>]",
        range(4, 6),
        _route,
        "A static route",
        key=4,
    ),
)

INTERFACE_ROWS = (
    _row("nameif", "<name>", _ONE, _nameif, "Name of a data interface"),
    _row(
        "ip address",
        "<address> <mask> [standby <address>]",
        range(2, 5),
        _ip_address,
        "Active and standby address",
    ),
    _row(
        "mac-address",
        "<active> [standby <standby>]",
        range(1, 4),
        _mac_address,
        "Virtual MAC addresses; failover mac address goes first",
    ),
    _row("shutdown", "", _NONE, _shutdown, "Take the interface down"),
)
