"""One line of an access-list, from its words to what it fits.

The words come from the command language, each of its kind already. What they mean may hang on what
an object-group is: after a source, `object-group X` is ports if X is a service group, otherwise the
destination. So a line keeps its pieces, and they get their places when the groups are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network

from firmware.core.management.rules.ruleset import ANY, ICMP, TCP, UDP, Action, Element, Ports
from firmware.core.management.rules.services import ICMP_TYPES, PROTOCOLS, port_name

ELEMENTS_MOST = 20_000  # of one line; a few groups multiplied are soon more than a kernel bears

CACHED = 16_384  # lines: whatever a list may have in practice is read once

Piece = tuple[str, ...]  # ("host", "10.1.1.1"), ("range", "20", "21"), ("object-group", "WEB")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an access-list. ``place``: the N of `line N`. A remark has nothing else.

    ``text`` is canonical, from `extended`, `standard` or `remark` on.
    """

    text: str
    # What lines are remembered by is their text: it tells nearly all of them apart.
    place: int | None = field(default=None, hash=False)
    remark: str | None = field(default=None, hash=False)
    standard: bool = field(default=False, hash=False)
    action: Action = field(default=Action.PERMIT, hash=False)
    protocol: Piece = field(default=("ip",), hash=False)
    pieces: tuple[Piece, ...] = field(default=(), hash=False)
    log: bool = field(default=False, hash=False)
    inactive: bool = field(default=False, hash=False)

    @property
    def plain(self) -> bool:
        """It means what it says, whatever groups and interfaces there are."""
        return self.protocol[0] != "object-group" and not any(
            piece[0] in ("object-group", "interface") for piece in self.pieces
        )


@dataclass(slots=True)
class Group:
    """An object-group. ``kind`` is the word after `object-group`; ``protocol`` a service group's.

    Members are networks, ports, protocol names or ICMP types; ``groups`` those it holds whole.
    """

    kind: str
    protocol: str = ""
    networks: list[IPv4Network] = field(default_factory=list)
    ports: list[Ports] = field(default_factory=list)
    numbers: list[int | None] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Placed:
    """A line's pieces in their places."""

    source: Piece
    source_ports: Piece | None
    destination: Piece
    destination_ports: Piece | None
    icmp: Piece | None


@lru_cache(maxsize=CACHED)
def parse(words: tuple[str, ...]) -> Line:
    """A line from all its words, `access-list NAME` included; the command language checked them."""
    rest = words[2:]
    place = None
    if rest[0] == "line":
        place, rest = int(rest[1]), rest[2:]
    if rest[0] == "remark":
        return Line(" ".join(rest), place, remark=" ".join(rest[1:]))
    standard = rest[0] == "standard"
    if rest[0] in ("standard", "extended"):
        rest = rest[1:]
    action, rest = Action(rest[0]), rest[1:]
    protocol: Piece = ("ip",)
    if not standard:
        length = 2 if rest[0] == "object-group" else 1
        protocol, rest = rest[:length], rest[length:]
    pieces: list[Piece] = []
    while rest and rest[0] not in ("log", "inactive"):
        piece, rest = _piece(rest)
        pieces.append(piece)
    inactive = bool(rest) and rest[-1] == "inactive"
    udp = protocol == ("udp",)
    head = ("standard", action.value) if standard else ("extended", action.value, *protocol)
    spelled = (word for piece in pieces for word in _spelled(piece, udp=udp))
    text = " ".join((*head, *spelled, *rest))
    return Line(
        text, place, None, standard, action, protocol, tuple(pieces), rest[:1] == ("log",), inactive
    )


_LENGTHS = {"any": 1, "range": 3}
_PAIRS = ("host", "object-group", "interface", "eq", "neq", "lt", "gt")


def _piece(words: tuple[str, ...]) -> tuple[Piece, tuple[str, ...]]:
    """The first piece, and the words behind it."""
    first = words[0]
    length = 2 if first in _PAIRS or "." in first else _LENGTHS.get(first, 1)
    piece, rest = words[:length], words[length:]
    if "." in first:
        piece = _network_piece(*piece)
    elif first == "range" and piece[1] == piece[2]:
        piece = ("eq", piece[1])
    elif length == 1 and first != "any":
        piece = ("icmp", first)
    return piece, rest


def _network_piece(address: str, mask: str) -> Piece:
    if mask == "0.0.0.0":
        return ("any",)
    return ("host", address) if mask == "255.255.255.255" else (address, mask)


def _spelled(piece: Piece, *, udp: bool) -> Piece:
    if piece[0] in ("eq", "neq", "lt", "gt", "range"):
        return (piece[0], *(port_name(int(port), udp=udp) for port in piece[1:]))
    return piece[1:] if piece[0] == "icmp" else piece


def place(line: Line, groups: Mapping[str, Group]) -> Placed | str:
    """The pieces in their places, or why they have none."""
    places: list[Piece] = []
    ports: dict[int, Piece] = {}
    icmp = None
    for piece in line.pieces:
        kind = _kind(piece, groups)
        if kind == "network":
            places.append(piece)
        elif kind == "service":
            if not places or len(places) in ports:
                return f"{' '.join(piece)} stands where an address is wanted"
            ports[len(places)] = piece
        elif kind == "icmp-type":
            icmp = piece
        else:
            return kind
    if line.standard:
        places.insert(0, ("any",))
    if len(places) != 2:
        return "a source and a destination are wanted: addresses, host, any or network groups"
    return Placed(places[0], ports.get(1), places[1], ports.get(2), icmp)


def _kind(piece: Piece, groups: Mapping[str, Group]) -> str:
    """network, service or icmp-type; otherwise what is wrong."""
    if piece[0] != "object-group":
        if piece[0] in ("eq", "neq", "lt", "gt", "range"):
            return "service"
        return "icmp-type" if piece[0] == "icmp" else "network"
    group = groups.get(piece[1])
    if group is None:
        return f"object-group {piece[1]} does not exist"
    if group.kind == "protocol":
        return f"object-group {piece[1]} is a protocol group; it stands before the source"
    return group.kind


def refused(line: Line, groups: Mapping[str, Group]) -> str:
    """Why a line cannot be in a list, or nothing."""
    if line.remark is not None:
        return ""
    return _plain_refused(line) if line.plain else _refused(line, groups)


@lru_cache(maxsize=CACHED)
def _plain_refused(line: Line) -> str:
    return _refused(line, {})


def _refused(line: Line, groups: Mapping[str, Group]) -> str:
    for piece in line.pieces:
        if "." in piece[0] and _network(piece) is None:
            return f"{piece[0]} has bits set where {piece[1]} has none"
    placed = place(line, groups)
    if isinstance(placed, str):
        return placed
    protocols = _protocols(line, groups)
    if protocols is None:
        return f"object-group {line.protocol[-1]} is no protocol group"
    has_ports = placed.source_ports is not None or placed.destination_ports is not None
    if has_ports and not set(protocols) <= {TCP, UDP}:
        return "only tcp and udp have ports"
    if placed.icmp is not None and protocols != (ICMP,):
        return "only icmp has types"
    for ports in (placed.source_ports, placed.destination_ports):
        if ports is not None and (why := _ports_refused(ports, protocols, groups)):
            return why
    return ""


def _ports_refused(
    piece: Piece, protocols: tuple[int | None, ...], groups: Mapping[str, Group]
) -> str:
    if piece[0] == "range" and int(piece[1]) > int(piece[2]):
        return f"range {piece[1]} {piece[2]} begins behind its end"
    if piece in (("lt", "0"), ("gt", "65535")):
        return f"{' '.join(piece)} fits no port"
    if piece[0] != "object-group":
        return ""
    of = groups[piece[1]].protocol
    wrong = [name for name, number in (("tcp", TCP), ("udp", UDP)) if number in protocols]
    wrong = [name for name in wrong if name not in of.split("-")]
    return f"object-group {piece[1]} is a group of {of} ports, not of {wrong[0]}" if wrong else ""


def _protocols(line: Line, groups: Mapping[str, Group]) -> tuple[int | None, ...] | None:
    if line.protocol[0] == "object-group":
        group = groups.get(line.protocol[1])
        if group is None or group.kind != "protocol":
            return None
        found = [n for one in _whole(line.protocol[1], groups) for n in one.numbers]
        return tuple(dict.fromkeys(found))
    return (protocol_number(line.protocol[0]),)


def protocol_number(name: str) -> int | None:
    """``ip`` -> None, ``tcp`` -> 6, ``89`` -> 89."""
    return PROTOCOLS[name] if name in PROTOCOLS else int(name)


def elements(
    line: Line, groups: Mapping[str, Group], interfaces: Mapping[str, IPv4Address]
) -> tuple[Element, ...]:
    """Everything a line expands to, in order. ``interfaces``: active addresses by name.

    What cannot be expanded, or to too much, permits nothing and denies everything.
    """
    return _plain(line) if line.plain else _expanded(line, groups, interfaces)


@lru_cache(maxsize=CACHED)
def _plain(line: Line) -> tuple[Element, ...]:
    return _expanded(line, {}, {})


def _expanded(
    line: Line, groups: Mapping[str, Group], interfaces: Mapping[str, IPv4Address]
) -> tuple[Element, ...]:
    closed = () if line.action is Action.PERMIT else (Element(),)
    if refused(line, groups):
        return closed
    placed = place(line, groups)
    protocols = _protocols(line, groups)
    if isinstance(placed, str) or protocols is None:
        return closed
    sources = _networks(placed.source, groups, interfaces)
    destinations = _networks(placed.destination, groups, interfaces)
    source_ports = _ports(placed.source_ports, groups)
    destination_ports = _ports(placed.destination_ports, groups)
    types = _types(placed.icmp, groups)
    addressed = len(protocols) * len(sources) * len(destinations)
    if addressed * len(source_ports) * len(destination_ports) * len(types) > ELEMENTS_MOST:
        return closed
    return tuple(
        Element(
            protocol=protocol,
            source=source,
            source_ports=source_port,
            destination=destination,
            destination_ports=destination_port,
            icmp_type=kind,
        )
        for protocol in protocols
        for source in sources
        for source_port in source_ports
        for destination in destinations
        for destination_port in destination_ports
        for kind in types
    )


def _whole(name: str, groups: Mapping[str, Group]) -> Iterator[Group]:
    """A group and all it holds, each once."""
    waiting, seen = [name], {name}
    while waiting:
        group = groups.get(waiting.pop(0))
        if group is None:
            continue
        yield group
        waiting += [inner for inner in group.groups if inner not in seen]
        seen.update(group.groups)


def _bits(address: str) -> int:
    """Of an address the command language has checked: long lists have tens of thousands."""
    a, b, c, d = address.split(".")
    return int(a) << 24 | int(b) << 16 | int(c) << 8 | int(d)


@lru_cache(maxsize=CACHED)
def _network(piece: Piece) -> IPv4Network | None:
    """``("10.0.0.0", "255.0.0.0")`` or ``("host", "10.1.1.1")``; None: bits where the mask has
    none."""
    if piece[0] == "host":
        return IPv4Network(_bits(piece[1]))
    address, mask = (_bits(word) for word in piece)
    return None if address & ~mask else IPv4Network((address, mask.bit_count()))


def _networks(
    piece: Piece, groups: Mapping[str, Group], interfaces: Mapping[str, IPv4Address]
) -> tuple[IPv4Network, ...]:
    if piece[0] == "any":
        return (ANY,)
    if piece[0] == "interface":
        address = interfaces.get(piece[1])
        return () if address is None else (IPv4Network(address),)
    if piece[0] == "object-group":
        found = [network for group in _whole(piece[1], groups) for network in group.networks]
        return tuple(dict.fromkeys(found))
    network = _network(piece)
    return () if network is None else (network,)


def _ports(piece: Piece | None, groups: Mapping[str, Group]) -> tuple[Ports | None, ...]:
    if piece is None:
        return (None,)
    if piece[0] == "object-group":
        found = [ports for group in _whole(piece[1], groups) for ports in group.ports]
        return tuple(dict.fromkeys(found))
    return (ports_of(piece),)


def ports_of(piece: Piece) -> Ports:
    """``("lt", "1024")`` as ports."""
    first = int(piece[1])
    return {
        "eq": Ports(first, first),
        "neq": Ports(first, first, negated=True),
        "lt": Ports(0, max(first - 1, 0)),
        "gt": Ports(min(first + 1, 65535), 65535),
        "range": Ports(first, int(piece[-1])),
    }[piece[0]]


def _types(piece: Piece | None, groups: Mapping[str, Group]) -> tuple[int | None, ...]:
    if piece is None:
        return (None,)
    if piece[0] == "object-group":
        found = [kind for group in _whole(piece[1], groups) for kind in group.numbers]
        return tuple(dict.fromkeys(found))
    return (ICMP_TYPES[piece[1]] if piece[1] in ICMP_TYPES else int(piece[1]),)


def exempts_badly(line: Line) -> bool:
    """Whether a line has anything an exemption from translation cannot have: ports, protocols."""
    return line.remark is None and (line.standard or line.protocol != ("ip",) or line.inactive)
