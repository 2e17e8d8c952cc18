"""The kernel's table of connections, as `conntrack -L` prints it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Address
from pathlib import Path

from firmware.core.management.kernel import CONNECTIONS_MAX, KernelConnection
from firmware.drivers.kernel_facts.programs import first_lines

_LIMITS = "proc/sys/net/netfilter"
_READ_MAX = CONNECTIONS_MAX + 1_000  # some are not told

LongestLife = Callable[[str, str, bool], int]


def connections(root: Path, not_of: set[str]) -> tuple[tuple[KernelConnection, ...], int]:
    """The rows, and how many there are in all. Those from or to ``not_of`` do not count."""
    life = IdleTimes(root / _LIMITS).longest_s
    lines = first_lines(_READ_MAX, "conntrack", "-L", "-f", "ipv4")
    rows = []
    for line in lines:
        row = read_connection(line, life)
        if row is not None and not {row.source, row.destination} & not_of:
            rows.append(row)
    total = len(rows)
    if len(lines) == _READ_MAX:
        with suppress(OSError, ValueError):
            total = max(total, int((root / _LIMITS / "nf_conntrack_count").read_text()))
    return tuple(rows[:CONNECTIONS_MAX]), total


def read_connection(line: str, longest_s: LongestLife = lambda *_: 0) -> KernelConnection | None:
    """One line of the table; None for one that is not IPv4 or makes no sense.

    ``longest_s``: protocol, state, assured -> seconds an entry lives that hears nothing.
    """
    flags, plain = set(), []
    first: dict[str, str] = {}  # the original direction
    again: dict[str, str] = {}  # the answers' direction: names that come a second time
    for word in line.split():
        name, equals, value = word.partition("=")
        if equals:
            (again if name in first else first)[name] = value
        elif word.startswith("["):
            flags.add(word)
        else:
            plain.append(word)
    try:
        return _connection(plain, first, again, flags, longest_s)
    except (IndexError, KeyError, ValueError):
        return None


class IdleTimes:
    """How long an entry lives that hears nothing: what it has left tells since when it has not.

    ``limits``: the directory of the kernel's settings.
    """

    def __init__(self, limits: Path) -> None:
        self._limits = limits
        self._known: dict[str, int] = {}

    def longest_s(self, protocol: str, state: str, assured: bool) -> int:
        """Seconds; 0 where the kernel does not say."""
        if protocol == "tcp":
            return self._limit(f"nf_conntrack_tcp_timeout_{state.lower()}")
        if protocol == "udp" and assured:
            return self._limit("nf_conntrack_udp_timeout_stream")
        if protocol in ("udp", "icmp"):
            return self._limit(f"nf_conntrack_{protocol}_timeout")
        return self._limit("nf_conntrack_generic_timeout")

    def _limit(self, name: str) -> int:
        if name not in self._known:
            self._known[name] = 0
            with suppress(OSError, ValueError):
                self._known[name] = int((self._limits / name).read_text())
        return self._known[name]


def _connection(
    plain: list[str],
    first: dict[str, str],
    again: dict[str, str],
    flags: set[str],
    longest_s: LongestLife,
) -> KernelConnection:
    protocol, number, left_s = plain[0], plain[1], int(plain[2])
    state = plain[3] if len(plain) > 3 else ""
    for side in (first, again):
        IPv4Address(side["src"]), IPv4Address(side["dst"])
    if protocol == "icmp":
        ports = [int(first["id"]), 0, 0, int(again["id"])]
    else:
        ports = [int(side.get(name, 0)) for side in (first, again) for name in ("sport", "dport")]
    return KernelConnection(
        protocol=number if protocol == "unknown" else protocol,
        source=first["src"],
        source_port=ports[0],
        destination=first["dst"],
        destination_port=ports[1],
        reply_source=again["src"],
        reply_source_port=ports[2],
        reply_destination=again["dst"],
        reply_destination_port=ports[3],
        state=state,
        timeout_s=left_s,
        bytes=sum(int(side.get("bytes", 0)) for side in (first, again)),
        idle_s=max(0, longest_s(protocol, state, "[ASSURED]" in flags) - left_s),
        answered="[UNREPLIED]" not in flags,
    )
