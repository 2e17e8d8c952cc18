"""``show conn`` and ``show xlate``, made from the kernel's connection table.

Which side is *inside* follows from the security levels of the interfaces the two ends are reached
by. Flags are the public ones as far as the kernel knows them: which side set up the connection and
how far it has come. The 7.2 form names no interfaces; the 9.x form does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network

from firmware.core.management.kernel import KernelConnection, KernelRoute
from firmware.core.management.rules.ruleset import TCP, RuleSet
from firmware.core.management.views.interfaces import NamedInterface
from firmware.core.management.views.picture import Form, text_of
from firmware.core.management.views.routes import names_of

FLAGS_LEGEND = (
    "Flags: D - DNS, e - extended, I - identity, i - dynamic, r - portmap, s - static, T - twice"
)
# State -> flags of a connection set up from inside, and from outside.
_FLAGS = {
    "SYN_SENT": ("saA", "SaAB"),
    "SYN_RECV": ("A", "aB"),
    "ESTABLISHED": ("UIO", "UIOB"),
    "FIN_WAIT": ("UfIO", "UFIOB"),
    "CLOSE_WAIT": ("UfRIO", "UFrIOB"),
    "LAST_ACK": ("UfFRIO", "UfFrIOB"),
    "TIME_WAIT": ("UfFrRIO", "UfFrRIOB"),
}


class Locator:
    """By which interface an address is reached, and how far inside that is."""

    def __init__(self, routes: Sequence[KernelRoute], named: Sequence[NamedInterface]) -> None:
        names = names_of(named)
        self._levels = {one.name: one.security_level or 0 for one in named}
        by_length: dict[int, dict[int, str]] = {}
        for one in routes:
            network = IPv4Network(one.network)
            found = by_length.setdefault(network.prefixlen, {})
            found.setdefault(int(network.network_address), names.get(one.physical, one.physical))
        self._tables = [
            ((1 << 32) - (1 << (32 - length)), by_length[length])
            for length in sorted(by_length, reverse=True)
        ]

    def name(self, address: str) -> str:
        """The interface's name; ``unknown`` where no route leads there."""
        number = int(IPv4Address(address))
        return next(
            (table[number & mask] for mask, table in self._tables if number & mask in table),
            "unknown",
        )

    def level(self, name: str) -> int:
        """Security level, 0 where there is none."""
        return self._levels.get(name, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """One address known by another beyond. Ports are None where the whole address is translated."""

    local_name: str  # nameif
    local: str
    global_name: str
    mapped: str
    protocol: str = ""
    local_port: int | None = None
    mapped_port: int | None = None
    static: bool = False
    idle_s: int = 0
    timeout_s: int = 0


def connection_count(total: int, most_used: int) -> str:
    """``show conn count``"""
    return f"{total} in use, {max(total, most_used)} most used\n"


def connections(
    rows: Sequence[KernelConnection],
    locator: Locator,
    *,
    total: int,
    most_used: int = 0,
    form: Form = Form.V7,
) -> str:
    """``show conn``. ``total`` may be more than ``rows``; the last line then says so."""
    lines = [_connection(row, locator, form) for row in rows]
    if total > len(rows):
        lines.append(f"{len(rows)} of {total} connections are shown")
    return connection_count(total, most_used) + text_of(lines)


def translations(
    rows: Sequence[KernelConnection], locator: Locator, rules: RuleSet
) -> tuple[Translation, ...]:
    """What is translated: the static ones as configured, and the dynamic ones in use now.

    An address of a pool is lent to one local address at a time; a single address is shared, and
    its translations are of ports.
    """
    lent = [(pool.first, pool.last) for pool in rules.pools if pool.first != pool.last]
    found: dict[Translation, int] = {}
    for row in rows:
        mapped = IPv4Address(row.reply_destination)
        if row.reply_destination == row.source and row.reply_destination_port == row.source_port:
            continue
        if any(
            mapped in one.mapped and IPv4Address(row.source) in one.real for one in rules.statics
        ):
            continue
        ports = not any(first <= mapped <= last for first, last in lent)
        made = _dynamic(row, locator, ports=ports)
        found[made] = min(row.idle_s, found.get(made, row.idle_s))
    dynamic = (replace(one, idle_s=idle_s) for one, idle_s in found.items())
    return (*_static(rules), *dynamic)


def xlate(rows: Sequence[Translation], *, most_used: int = 0, form: Form = Form.V7) -> str:
    """``show xlate``"""
    head = connection_count(len(rows), most_used)
    if form is not Form.V9:
        return head + text_of([_xlate_7(row) for row in rows])
    return head + text_of([FLAGS_LEGEND, *(line for row in rows for line in _xlate_9(row))])


def _connection(row: KernelConnection, locator: Locator, form: Form) -> str:
    """Both ends by their real addresses: the source, and whom the answers come from."""
    first, second = locator.name(row.source), locator.name(row.reply_source)
    outbound = locator.level(first) >= locator.level(second)
    ends = [
        (first, f"{row.source}:{row.source_port}"),
        (second, f"{row.reply_source}:{row.reply_source_port}"),
    ]
    (inner_name, inner), (outer_name, outer) = ends if outbound else reversed(ends)
    if form is not Form.V9:
        outer_name, inner_name = "out", "in"
    comma = "," if form is Form.V9 else ""
    return (
        f"{row.protocol.upper()} {outer_name} {outer} {inner_name} {inner}{comma} "
        f"idle {clock(row.idle_s)}, bytes {row.bytes}, flags {_flags(row, outbound)}"
    )


def _flags(row: KernelConnection, outbound: bool) -> str:
    if row.protocol != "tcp":
        return "-"
    return _FLAGS.get(row.state, ("-", "-"))[0 if outbound else 1]


def _dynamic(row: KernelConnection, locator: Locator, *, ports: bool) -> Translation:
    return Translation(
        local_name=locator.name(row.source),
        local=row.source,
        global_name=locator.name(row.reply_source),
        mapped=row.reply_destination,
        protocol=row.protocol if ports else "",
        local_port=row.source_port if ports else None,
        mapped_port=row.reply_destination_port if ports else None,
    )


def _static(rules: RuleSet) -> Iterator[Translation]:
    for one in rules.statics:
        yield Translation(
            local_name=one.real_interface,
            local=_shown(one.real),
            global_name=one.mapped_interface,
            mapped=_shown(one.mapped),
            static=True,
        )
    for port in rules.redirections:
        yield Translation(
            local_name=port.real_interface,
            local=str(port.real),
            global_name=port.mapped_interface,
            mapped=str(port.mapped),
            protocol="tcp" if port.protocol == TCP else "udp",
            local_port=port.real_port,
            mapped_port=port.mapped_port,
            static=True,
        )


def _shown(network: IPv4Network) -> str:
    return str(network.network_address if network.prefixlen == 32 else network)


def _xlate_7(row: Translation) -> str:
    if row.local_port is None:
        return f"Global {row.mapped} Local {row.local}"
    if row.protocol == "icmp":
        return (
            f"PAT Global {row.mapped}({row.mapped_port}) Local {row.local} ICMP id {row.local_port}"
        )
    return f"PAT Global {row.mapped}({row.mapped_port}) Local {row.local}({row.local_port})"


def _xlate_9(row: Translation) -> Iterator[str]:
    flags = ("sr" if row.static else "ri") if row.local_port is not None else "si"[not row.static]
    tail = f"flags {flags} idle {clock(row.idle_s)} timeout {clock(row.timeout_s)}"
    if row.local_port is None:
        yield f"NAT from {row.local_name}:{row.local} to {row.global_name}:{row.mapped}"
        yield f"    {tail}"
        return
    yield (
        f"{row.protocol.upper()} PAT from {row.local_name}:{row.local}/{row.local_port} "
        f"to {row.global_name}:{row.mapped}/{row.mapped_port} {tail}"
    )


def clock(seconds: int) -> str:
    """``1:02:03``"""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
