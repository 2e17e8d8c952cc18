"""Everything a unit filters and translates, as typed facts.

``nft.script`` makes packet rules of it, ``hits.listing`` what `show access-list` prints. The same
on both units: addresses are the active ones, interfaces the configuration's. What refers to
something that is not here (a list, an interface) filters everything or translates nothing.

Meanings are those of release 7.x: a list sees the addresses that are on the wire of its interface,
so an inbound one the mapped address of a static; there is no need for translation unless
``nat_control``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface

ICMP, TCP, UDP = 1, 6, 17
ANY = IPv4Network("0.0.0.0/0")


class Action(Enum):
    """What an entry says of a packet it fits."""

    PERMIT = "permit"
    DENY = "deny"


class Direction(Enum):
    """Which way through the interface a list looks."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Ports:
    """``low`` to ``high``, 0 to 65535, both included; ``negated``: all but these."""

    low: int
    high: int
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """What one expanded entry fits. ``protocol`` None is ip: any. Ports are TCP's and UDP's."""

    protocol: int | None = None
    source: IPv4Network = ANY
    source_ports: Ports | None = None
    destination: IPv4Network = ANY
    destination_ports: Ports | None = None
    icmp_type: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ace:
    """One line of a list and what its object-groups expand to.

    ``text`` is the canonical line from `extended` on; ``line`` its 1-based number, remarks counted.
    """

    line: int
    text: str
    action: Action
    elements: tuple[Element, ...]
    inactive: bool = False
    log: bool = False


@dataclass(frozen=True, slots=True)
class AccessList:
    """Entries in order. After the last one everything is denied. ``remarks``: line, text."""

    name: str
    aces: tuple[Ace, ...]
    remarks: tuple[tuple[int, str], ...] = ()
    standard: bool = False  # addresses only; never bound to an interface


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """A named interface with an address. ``level`` is 0 to 100."""

    physical: str
    name: str
    level: int
    active: IPv4Interface
    standby: IPv4Address | None = None
    management_only: bool = False  # nothing passes through it


@dataclass(frozen=True, slots=True)
class Ipv6Interface:
    """A named interface with an IPv6 address, whether or not it has an IPv4 one."""

    physical: str
    active: IPv6Interface
    standby: IPv6Address | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """`access-group 101 in interface outside`"""

    access_list: str
    direction: Direction
    interface: str


@dataclass(frozen=True, slots=True)
class Exemption:
    """`nat (inside) 0 access-list 101`"""

    interface: str
    access_list: str


@dataclass(frozen=True, slots=True)
class DynamicNat:
    """`nat (inside) 1 10.0.0.0 255.0.0.0`. Number 0 is identity: shown as it is, outward only."""

    interface: str
    number: int
    network: IPv4Network


@dataclass(frozen=True, slots=True)
class GlobalPool:
    """`global (outside) 1 first[-last]`. One address is PAT; `interface` is its active address."""

    interface: str
    number: int
    first: IPv4Address
    last: IPv4Address


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticNat:
    """`static (inside,outside) mapped real netmask m`: networks of one size, both ways."""

    real_interface: str
    mapped_interface: str
    mapped: IPv4Network
    real: IPv4Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirection:
    """`static (inside,outside) tcp mapped port real port`. ``protocol`` is TCP or UDP."""

    real_interface: str
    mapped_interface: str
    protocol: int
    mapped: IPv4Address
    mapped_port: int
    real: IPv4Address
    real_port: int


@dataclass(frozen=True, slots=True)
class SshAllowed:
    """`ssh 10.0.0.0 255.0.0.0 inside`"""

    network: IPv4Network
    interface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Idle times in seconds; 0 is never. Defaults are those of 7.2."""

    conn: int = 3600
    half_closed: int = 600
    udp: int = 120
    icmp: int = 2
    xlate: int = 10800  # a translation lives with its connections: kept, not acted on


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """All of it. The empty one forwards nothing."""

    interfaces: tuple[Interface, ...] = ()
    ipv6: tuple[Ipv6Interface, ...] = ()  # IPv6 is answered, never forwarded
    lists: tuple[AccessList, ...] = ()
    bindings: tuple[Binding, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    nats: tuple[DynamicNat, ...] = ()
    pools: tuple[GlobalPool, ...] = ()
    statics: tuple[StaticNat, ...] = ()
    redirections: tuple[Redirection, ...] = ()
    inter_interface: bool = False  # same-security-traffic permit inter-interface
    intra_interface: bool = False
    nat_control: bool = False
    ssh: tuple[SshAllowed, ...] = ()
    ssh_port: int = 22
    timeouts: Timeouts = Timeouts()

    def interface(self, name: str) -> Interface | None:
        """The interface of that name."""
        return next((i for i in self.interfaces if i.name == name), None)


HELD_MOST = 256  # an interface; each moves at a takeover. What is larger is routed to the unit


def held_addresses(rules: RuleSet, name: str) -> tuple[IPv4Address, ...]:
    """Addresses an interface answers for beside its own: those of pools and statics in its network.

    For ``DataInterface.also``. In order, each once, at most ``HELD_MOST``.
    """
    interface = rules.interface(name)
    if interface is None:
        return ()
    found: dict[IPv4Address, None] = {}
    for low, high in _mapped_ranges(rules, name):
        for number in range(int(low), min(int(high), int(low) + HELD_MOST) + 1):
            found[IPv4Address(number)] = None
    own = (interface.active.ip, interface.standby)
    network = interface.active.network
    ends = (network.network_address, network.broadcast_address) if network.prefixlen < 31 else ()
    held = [a for a in found if a in network and a not in own and a not in ends]
    return tuple(sorted(held)[:HELD_MOST])


def _mapped_ranges(rules: RuleSet, name: str) -> list[tuple[IPv4Address, IPv4Address]]:
    ranges = [(p.first, p.last) for p in rules.pools if p.interface == name]
    ranges += [
        (s.mapped[0], s.mapped[-1])
        for s in rules.statics
        if s.mapped_interface == name and s.mapped != s.real
    ]
    return ranges + [(r.mapped, r.mapped) for r in rules.redirections if r.mapped_interface == name]
