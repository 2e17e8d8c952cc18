"""What the kernel of a unit has, as typed facts: what `show interface` and its kin are made of.

Filled by a driver at the moment of asking, for what was asked; the rest stays empty. Names of
interfaces are the configuration's physical names (``Ethernet0``); the roles of personas are told
apart. Addresses are text, counters whole numbers since the interface was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

CONNECTIONS_MAX = 10_000  # rows told; ten thousand lines are enough for any reader


class Wanted(Enum):
    """One kind of fact."""

    INTERFACES = "interfaces"
    ROUTES = "routes"
    ARP = "arp"
    NEIGHBOURS6 = "neighbours6"
    CONNECTIONS = "connections"
    COUNTERS = "counters"  # hit counts of the packet rules
    MEMORY = "memory"
    CPU = "cpu"


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelInterface:
    """One NIC and what its personas counted. ``carrier``: the link is up."""

    physical: str
    up: bool
    carrier: bool
    mac: str  # of the persona that has the address now, else of the NIC
    mtu: int
    addresses: tuple[str, ...] = ()  # "172.16.1.1/16"
    addresses6: tuple[str, ...] = ()  # "2001:db8::1/64", link-local ones too
    speed_mbit: int | None = None
    duplex: str = ""  # "full" or "half"; empty: not known
    rx_packets: int = 0
    rx_bytes: int = 0
    rx_errors: int = 0
    rx_dropped: int = 0
    rx_crc: int = 0  # of rx_errors
    rx_frame: int = 0  # of rx_errors
    rx_overrun: int = 0  # of rx_errors
    tx_packets: int = 0
    tx_bytes: int = 0
    tx_errors: int = 0
    tx_dropped: int = 0
    collisions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelRoute:
    """One IPv4 route of the main table. ``gateway`` is empty for a connected network."""

    network: str  # "172.16.0.0/16"
    gateway: str
    physical: str
    metric: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelNeighbour:
    """One entry of a persona: learned by ARP, or by neighbour discovery."""

    physical: str
    address: str
    mac: str
    age_s: int
    permanent: bool = False
    state: str = ""  # "REACHABLE", as the kernel names it


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelConnection:
    """One tracked connection: original direction, and what the answers are sent to."""

    protocol: str  # "tcp", "udp", "icmp", or a number
    source: str
    source_port: int  # ICMP: the identifier
    destination: str
    destination_port: int
    reply_source: str
    reply_source_port: int
    reply_destination: str
    reply_destination_port: int
    state: str = ""  # TCP: "ESTABLISHED"
    timeout_s: int = 0
    bytes: int = 0  # both ways, 0 where the kernel does not count
    idle_s: int = 0
    answered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelFacts:
    """What was asked for, at one moment."""

    interfaces: tuple[KernelInterface, ...] = ()
    routes: tuple[KernelRoute, ...] = ()
    neighbours: tuple[KernelNeighbour, ...] = ()
    neighbours6: tuple[KernelNeighbour, ...] = ()
    connections: tuple[KernelConnection, ...] = ()  # CONNECTIONS_MAX at most
    connections_total: int = 0  # how many there are, told or not
    counters: tuple[tuple[str, int], ...] = ()  # name of the counter in the rules, packets
    memory_total: int = 0  # bytes
    memory_free: int = 0
    cpu_5s: int = 0  # percent
    cpu_60s: int = 0
    cpu_300s: int = 0
