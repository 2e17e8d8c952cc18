"""The kinds of arguments: text -> value, or why not; value -> canonical text; what ``?`` says.

A kind knows its own form only (a mask is contiguous, a poll time is in its range). Whether an
interface has that name, or two arguments fit together, is for the row's ``check``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address, IPv6Interface
from typing import Any

from firmware.core.management.rules import services


class Refused(ValueError):
    """A word is not of this kind; says why, in words. Never leaves the command language."""


@dataclass(frozen=True, slots=True)
class Context:
    """What kinds must know about the unit: its interfaces, and the names given to addresses."""

    physicals: tuple[str, ...] = ()
    names: Mapping[str, IPv4Address] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """``shows`` stands in help for the argument; ``rest``: takes the line to its end."""

    shows: str
    help: str
    parse: Callable[[str, Context], Any]
    write: Callable[[Any], str] = str
    rest: bool = False
    typed: re.Pattern[str] | None = None  # a value typed so is canonical already


def _matching(pattern: str, what: str) -> Callable[[str, Context], str]:
    expression = re.compile(pattern)

    def parse(text: str, _: Context) -> str:
        if expression.fullmatch(text) is None:
            raise Refused(f"{_short(text)} is no {what}")
        return text

    return parse


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


IPV6_BITS = 128
_OCTETS = {str(number): number for number in range(256)}


@lru_cache(maxsize=4096)
def _quad(text: str) -> IPv4Address | None:
    # As strict as IPv4Address(text) and a quarter of its time; long lists are made of these.
    try:
        a, b, c, d = [_OCTETS[part] for part in text.split(".")]
    except (KeyError, ValueError):
        return None
    return IPv4Address(a << 24 | b << 16 | c << 8 | d)


def _address(text: str, context: Context) -> IPv4Address:
    named = context.names.get(text)
    if named is not None:
        return named
    found = _quad("0.0.0.0" if text == "0" else text)
    if found is None:
        raise Refused(f"{_short(text)} is no IPv4 address")
    return found


def _address6(text: str, _: Context) -> IPv6Address:
    # A zone ("%eth0") would be of this machine alone.
    try:
        return IPv6Address(text if "%" not in text else "")
    except AddressValueError:
        raise Refused(f"{_short(text)} is no IPv6 address") from None


def _prefix6(text: str, context: Context) -> IPv6Interface:
    """``2001:db8:1::1/64``: an address, not a network."""
    address, slash, length = text.partition("/")
    found = _address6(address, context)
    if not slash:
        raise Refused(f"{_short(text)} has no prefix length; write {_short(address)}/64")
    if not re.fullmatch("[1-9][0-9]{0,2}", length) or int(length) > IPV6_BITS:
        raise Refused(f"{_short(length)} is no prefix length: 1-{IPV6_BITS}")
    return IPv6Interface((found, int(length)))


def _mask(text: str, context: Context) -> int:
    address = _quad("0.0.0.0" if text == "0" else text)
    if address is None:
        raise Refused(f"{_short(text)} is no network mask")
    mask = int(address)
    length = mask.bit_count()
    if mask != (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF:
        raise Refused(f"{text} is no network mask: its ones must stand together")
    return length


def dotted(length: int) -> str:
    """The dotted mask of a prefix length."""
    return str(IPv4Address((0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF))


_PHYSICAL = re.compile(r"([a-z]+)([0-9/]+)(\.[0-9]{1,9})?", re.IGNORECASE)


def physical_name(text: str, physicals: tuple[str, ...]) -> str | None:
    """``ethernet3`` or ``e3`` in the spelling of unit.toml, ``.N`` kept; None: no such one."""
    typed = _PHYSICAL.fullmatch(text)
    if typed is None:
        return None
    for physical in physicals:
        ours = _PHYSICAL.fullmatch(physical)
        if ours and ours[2] == typed[2] and ours[1].lower().startswith(typed[1].lower()):
            return physical + (typed[3] or "")
    return None


def _physical(text: str, context: Context) -> str:
    name = physical_name(text, context.physicals)
    if name is None:
        have = ", ".join(context.physicals) or "none"
        raise Refused(f"{_short(text)} is no interface of this unit (it has {have})")
    return name


def _mac(text: str, _: Context) -> str:
    digits = re.sub(r"[.:-]", "", text).lower()
    if not re.fullmatch(r"[0-9a-f]{12}", digits):
        raise Refused(f"{_short(text)} is no MAC address; write h.h.h, as 0011.2233.4455")
    if int(digits[:2], 16) & 1 or not int(digits, 16):
        raise Refused(f"{text} is a group address or zero; a unit's own is needed")
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


def dotted_mac(mac: str) -> str:
    """``0011.2233.4455``"""
    digits = mac.replace(":", "")
    return ".".join(digits[i : i + 4] for i in range(0, 12, 4))


def _clock(text: str, _: Context) -> int:
    """``h:mm:ss`` in seconds; 0 is never."""
    found = re.fullmatch(r"([0-9]{1,4})(?::([0-5]?[0-9]))?(?::([0-5]?[0-9]))?", text)
    if found is None:
        raise Refused(f"{_short(text)} is no time; write hh:mm:ss")
    return int(found[1]) * 3600 + int(found[2] or 0) * 60 + int(found[3] or 0)


def clock_text(seconds: int) -> str:
    """``1:00:00``"""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


LEVELS = (
    "emergencies",
    "alerts",
    "critical",
    "errors",
    "warnings",
    "notifications",
    "informational",
    "debugging",
)


def _level(text: str, _: Context) -> int:
    if re.fullmatch("[0-7]", text):
        return int(text)
    fits = [number for number, level in enumerate(LEVELS) if level.startswith(text.lower())]
    if len(fits) != 1:
        raise Refused(f"{_short(text)} is no level: 0-7 or {', '.join(LEVELS)}")
    return fits[0]


def _flash(text: str, _: Context) -> str:
    """``flash:name`` or ``flash:/name``: the name, of characters that lead out of no directory."""
    found = re.fullmatch(r"(?:flash|disk0):/?([A-Za-z0-9_][A-Za-z0-9._-]{0,63})", text)
    if found is None:
        raise Refused(f"{_short(text)} is no file in flash; write flash:name")
    return found[1]


def _host(text: str, context: Context) -> str:
    """An address, or the name of a host; kept as text."""
    if _quad(text) is None and not re.fullmatch(
        r"[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?", text
    ):
        raise Refused(f"{_short(text)} is neither an address nor a host name")
    return str(context.names.get(text, text))


def _message_numbers(text: str, _: Context) -> tuple[int, int]:
    """``106015`` or ``106010-106023``: first and last."""
    found = re.fullmatch(r"([1-9][0-9]{5})(?:-([1-9][0-9]{5}))?", text)
    if found is None:
        raise Refused(f"{_short(text)} is no message number; write six digits, or 106010-106023")
    first, last = int(found[1]), int(found[2] or found[1])
    if last < first:
        raise Refused(f"{text}: the second number is the smaller one")
    return first, last


def _numbers_text(numbers: tuple[int, int]) -> str:
    first, last = numbers
    return str(first) if first == last else f"{first}-{last}"


def _password(text: str, _: Context) -> str:
    if re.fullmatch(_PRINTABLE + "{1,127}", text) is None:
        raise Refused("a password has 1 to 127 letters, digits and signs, no blanks")
    if not text.strip("*"):
        raise Refused("***** stands for a password that is not shown; type the password itself")
    return text


def _key(text: str, _: Context) -> str:
    if re.fullmatch(_PRINTABLE + "{1,63}", text) is None:
        raise Refused("a failover key has 1 to 63 letters, digits and signs, no blanks")
    return text


def _policy(text: str, _: Context) -> tuple[int, bool]:
    """``2`` or ``50%``: the number, and whether it is percent."""
    found = re.fullmatch(r"([0-9]{1,3})(%?)", text)
    if found is None or not 1 <= int(found[1]) <= (100 if found[2] else 250):
        raise Refused(f"{_short(text)} is out of range: 1-250 interfaces, or 1%-100%")
    return int(found[1]), bool(found[2])


def _policy_text(policy: tuple[int, bool]) -> str:
    return f"{policy[0]}%" if policy[1] else str(policy[0])


RECONNECT_HOURS_MAX = 1193


def _reconnect(text: str, context: Context) -> int:
    if text == "-1":
        return -1
    seconds = _clock(text, context)
    if seconds > RECONNECT_HOURS_MAX * 3600:
        raise Refused(f"{text} is out of range 0:00:00-{RECONNECT_HOURS_MAX}:00:00, or -1")
    return seconds


def _reconnect_text(seconds: int) -> str:
    return "-1" if seconds < 0 else clock_text(seconds)


def _line(text: str, _: Context) -> str:
    return text


def _protocol(text: str, _: Context) -> str:
    """The name it is printed by; a number without one as it is."""
    name = text.lower()
    if name in services.PROTOCOLS:
        return name
    if name in services.PROTOCOL_ALIASES:
        return services.protocol_name(services.PROTOCOL_ALIASES[name])
    if re.fullmatch("[0-9]{1,3}", name) and 1 <= int(name) <= 255:
        return services.protocol_name(int(name))
    raise Refused(f"{_short(text)} is no protocol: a name, or 1-255")


def _port(text: str, _: Context) -> int:
    named = services.ANY_PORTS.get(text.lower())
    if named is not None:
        return named
    if re.fullmatch("[0-9]{1,5}", text) and int(text) <= 65535:
        return int(text)
    raise Refused(f"{_short(text)} is no port: a name, or 0-65535")


def _icmp(text: str, _: Context) -> int:
    named = services.ICMP_TYPES.get(text.lower())
    if named is not None:
        return named
    if re.fullmatch("[0-9]{1,3}", text) and int(text) <= 255:
        return int(text)
    raise Refused(f"{_short(text)} is no ICMP type: a name, or 0-255")


def _span(text: str, context: Context) -> tuple[IPv4Address, IPv4Address]:
    """``10.1.1.1`` or ``10.1.1.1-10.1.1.9``."""
    first, dash, last = text.partition("-")
    found = _address(first, context), _address(last if dash else first, context)
    if found[1] < found[0]:
        raise Refused(f"{_short(text)} begins behind its end")
    return found


def _span_text(span: tuple[IPv4Address, IPv4Address]) -> str:
    return str(span[0]) if span[0] == span[1] else f"{span[0]}-{span[1]}"


_PRINTABLE = r"[!-~]"
_QUAD = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")

KINDS: dict[str, Kind] = {
    "word": Kind("WORD", "", _matching(_PRINTABLE + "{1,128}", "word of up to 128 characters")),
    "name": Kind("WORD", "", _matching(_PRINTABLE + "{1,63}", "name of up to 63 characters")),
    "if_name": Kind(
        "WORD", "Name of an interface", _matching(_PRINTABLE + "{1,48}", "interface name")
    ),
    "paren_if_name": Kind(
        "(WORD)",
        "Name of an interface, in parentheses",
        _matching(r"\([^\s(),]{1,48}\)", "interface name in parentheses"),
    ),
    "hostname": Kind(
        "WORD",
        "Up to 63 letters, digits and hyphens",
        _matching(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", "host name"),
    ),
    "physical": Kind("INTERFACE", "Interface of this unit", _physical),
    "address": Kind("A.B.C.D", "IPv4 address", _address, typed=_QUAD),
    "mask": Kind("A.B.C.D", "Network mask", _mask, dotted, typed=_QUAD),
    "address6": Kind("X:X:X:X::X", "IPv6 address", _address6),
    "prefix6": Kind("X:X:X:X::X/<1-128>", "IPv6 address and prefix length", _prefix6),
    "mac": Kind("H.H.H", "MAC address", _mac, dotted_mac),
    "clock": Kind("hh:mm:ss", "Time", _clock, clock_text),
    "level": Kind("LEVEL", "0-7 or its name", _level, lambda level: LEVELS[level]),
    "flash": Kind("flash:WORD", "File in flash", _flash, lambda name: f"flash:{name}"),
    "host": Kind("HOST", "Address or name of a host", _host),
    "mail_address": Kind(
        "WORD", "Mail address", _matching(r"[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,190}", "mail address")
    ),
    "messages": Kind(
        "NUMBER[-NUMBER]", "Number of a message, or a range", _message_numbers, _numbers_text
    ),
    "password": Kind("WORD", "Password, up to 127 characters", _password),
    "failover_key": Kind("WORD", "Shared secret, up to 63 characters", _key),
    "hex_key": Kind(
        "HEX", "Shared secret, 32 hexadecimal digits", _matching("[0-9a-fA-F]{32}", "32 hex digits")
    ),
    "policy": Kind("<1-250>[%]", "Failed interfaces, a number or percent", _policy, _policy_text),
    "reconnect": Kind("hh[:mm:ss]", "Time up to 1193 hours, or -1", _reconnect, _reconnect_text),
    "interface_pair": Kind(
        "(WORD,WORD)",
        "Interface of the real hosts, and where they are seen translated",
        _matching(r"\([^\s(),]{1,48},[^\s(),]{1,48}\)", "pair of interfaces, as (inside,outside)"),
    ),
    "protocol": Kind("PROTOCOL", "Name of a protocol, or 1-255", _protocol),
    "port": Kind("PORT", "Name of a port, or 0-65535", _port),
    "icmp_type": Kind("TYPE", "Name of an ICMP type, or 0-255", _icmp, services.icmp_name),
    "span": Kind("A.B.C.D[-A.B.C.D]", "An address, or the first and the last", _span, _span_text),
    "line": Kind("LINE", "Text to the end of the line", _line, rest=True),
}

_RANGE = re.compile(r"(-?[0-9]+)-([0-9]+)")


@cache
def kind(name: str) -> Kind:
    """The kind of that name; ``1-250`` is a number in that range. Raises KeyError."""
    found = _RANGE.fullmatch(name)
    return _number(int(found[1]), int(found[2])) if found else KINDS[name]


def _number(least: int, most: int) -> Kind:
    def parse(text: str, _: Context) -> int:
        if not re.fullmatch(r"-?[0-9]{1,10}", text):
            raise Refused(f"{_short(text)} is no number; {least}-{most} is wanted")
        number = int(text)
        if not least <= number <= most:
            raise Refused(f"{text} is out of range {least}-{most}")
        return number

    return Kind(f"<{least}-{most}>", "Number", parse)
