"""Typed facts about a unit and its configuration, shared by the two machines of the core.

``UnitFacts`` comes from unit.toml and never changes while a unit runs. ``Settings`` is what the
running configuration says to the failover process: the management machine makes it from text, the
failover machine never sees the text. Addresses are ``ipaddress`` objects; times are integer
milliseconds; MAC addresses are lower-case, colon-separated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface


class Identity(Enum):
    """Which unit of the pair this is. Fixed at boot; never changes with the state."""

    PRIMARY = "Primary"
    SECONDARY = "Secondary"

    @property
    def other(self) -> Identity:
        """The identity the mate must have."""
        return Identity.SECONDARY if self is Identity.PRIMARY else Identity.PRIMARY


class Mode(Enum):
    """What the failover link is."""

    CABLE = "cable"
    LAN = "lan"


class Witness(Enum):
    """A way to the mate that may prove it alive or dead beside the failover link."""

    CABLE = "cable"  # its hellos, plugs and power sense, in LAN mode
    LAN = "lan"  # the LAN failover link, in cable mode
    INTERFACES = "interfaces"  # the monitored data interfaces


class Platform(Enum):
    """Whose manners: PIX has the cable and says %PIX-, ASA implies LAN and says %ASA-."""

    PIX = "pix"
    ASA = "asa"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhysicalInterface:
    """One NIC of a unit under the name the configuration uses for it."""

    physical: str  # "Ethernet0"
    burned_in_mac: str


BLOCK_BYTES = 256  # of message block memory
BLOCKS = 4_096  # 1 MB: some 25,000 lines
BLOCKS_LEAST = 16  # 4 kB: the longest line


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFacts:
    """What a unit is, as unit.toml says; compared with the mate's at negotiation."""

    chassis: str  # serial number, 1 to 32 characters
    model: str
    version: str  # "7.2(1)"
    platform: Platform
    memory_mb: int
    flash_mb: int
    licence: str  # "UR", "R", "FO" or "FO-AA"
    interfaces: tuple[PhysicalInterface, ...]
    transparent: bool = False  # firewall mode; False: routed
    multiple: bool = False  # context mode; False: single
    contexts: int = 0  # security contexts licensed, u16
    ssl_vpn_peers: int = 0  # licensed, u16
    features: tuple[str, ...] = ()  # licensed; names of wire.bodies.FEATURES
    real_time: bool = False  # the failover process was granted SCHED_FIFO
    lease_refused: str = ""  # why the kernel holds no lease; empty: it does
    vlans: bool = False  # it can make sub-interfaces: the kernel has 802.1Q
    blocks: int = BLOCKS  # of BLOCK_BYTES: room for what waits to be said to the mate


MONITORED_MOST = 250  # data interfaces of a unit that are monitored: the document's limit


@dataclass(frozen=True, slots=True, kw_only=True)
class DataInterface:
    """A named interface that passes traffic. ``standby`` is None where none was typed.

    ``active6`` and ``standby6`` are `ipv6 address`, beside the IPv4 ones or alone.
    """

    physical: str
    name: str
    active: IPv4Interface | None
    standby: IPv4Address | None
    active6: IPv6Interface | None = None
    standby6: IPv6Address | None = None
    shutdown: bool = False
    active_mac: str | None = None  # failover mac address
    standby_mac: str | None = None
    mtu: int = 1500  # 64 to 65535; what the NIC cannot do is refused
    also: tuple[IPv4Address, ...] = ()  # of pools and statics: held beside the active address
    monitored: bool = True  # monitor-interface
    static_arp: tuple[tuple[IPv4Address, str], ...] = ()  # `arp inside 10.1.1.9 0009.7cbe.2100`

    @property
    def addressed(self) -> bool:
        """Whether it has an address, of whichever family."""
        return self.active is not None or self.active6 is not None

    @property
    def by_ipv6(self) -> bool:
        """IF-9: it has IPv6 alone, and so is shown, tested and waited for by it."""
        return self.active is None and self.active6 is not None

    @property
    def mate_address(self) -> IPv4Address | IPv6Address | None:
        """The standby address without which its mate is never heard."""
        return self.standby6 if self.by_ipv6 else self.standby


@dataclass(frozen=True, slots=True, kw_only=True)
class FailoverLink:
    """The LAN failover link or the state link. The first address is always the primary's."""

    name: str
    physical: str
    primary: IPv4Interface | None
    secondary: IPv4Address | None
    shutdown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticRoute:
    """``route outside 0.0.0.0 0.0.0.0 172.16.1.3 1``"""

    interface: str  # nameif
    network: IPv4Network
    gateway: IPv4Address
    metric: int = 1


CABLE_POLL_MS, CABLE_HOLD_MS = 15_000, 45_000  # the document's show failover
LAN_POLL_MS, LAN_HOLD_MS = 1_000, 15_000  # docs/decisions/0003
INTERFACE_POLL_MS, INTERFACE_HOLD_MS = 5_000, 25_000  # the document's show failover
OURS_BELOW_MS = 200  # unit poll times under the document's range; LAN mode only
# With more named interfaces than this what concerns all of them takes longer than a hold time of
# 30 ms forgives (docs/performance.md): the shortest poll is this, and the hold time three of them.
MANY_INTERFACES, MANY_POLL_MS = 100, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The part of a running configuration that concerns the failover process."""

    enabled: bool = False
    mode: Mode = Mode.CABLE
    lan_identity: Identity = Identity.SECONDARY
    failover_link: FailoverLink | None = None
    state_link: FailoverLink | None = None
    poll_unit_ms: int = CABLE_POLL_MS
    hold_unit_ms: int = CABLE_HOLD_MS
    poll_interface_ms: int = INTERFACE_POLL_MS
    hold_interface_ms: int = INTERFACE_HOLD_MS
    interface_policy: int = 1  # failed interfaces that make a unit fail: 1 to 250, or percent
    interface_policy_percent: bool = False  # 1 to 100
    witness: tuple[Witness, ...] = ()  # what proves beside the failover link; empty: nothing does
    replication_http: bool = False
    reconnect_s: int = 0  # failover timeout; -1: no limit
    interfaces: tuple[DataInterface, ...] = ()
    routes: tuple[StaticRoute, ...] = ()
    arp_timeout_s: int = 14_400
    key: bytes | None = field(default=None, repr=False)  # of seal.derive; None: clear text
    key_from_mate: bool = False  # the line was replicated here: the mate reads this key already
    digest: int = 0  # u32 over the canonical running configuration, failover lan unit left out
    edited: bool = False  # typed at as a standby since this configuration was last the mate's

    @property
    def cable_used(self) -> bool:
        """Whether the cable's lines mean anything: it is the failover link, or a witness."""
        return self.mode is Mode.CABLE or Witness.CABLE in self.witness

    @property
    def configured(self) -> bool:
        """Whether there is anything to protect: a data interface with an address."""
        return any(interface.addressed for interface in self.interfaces)
