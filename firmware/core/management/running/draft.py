"""The meaning of a running configuration on its way from lines to typed facts.

Rows' ``read`` fill a draft line by line, in the order of the table; settings.py, the rules and the
session draw from it what concerns them. One part per family, so that families do not meet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface

from firmware.core.management.rules.draft import RulesDraft
from firmware.core.settings import Identity, Platform, StaticRoute, Witness


@dataclass(slots=True)
class SystemDraft:
    """hostname, names, prompt and their kin."""

    hostname: str = ""
    domain: str = "default.domain.invalid"
    names: dict[str, IPv4Address] = field(default_factory=dict)


@dataclass(slots=True)
class InterfaceDraft:
    """What the lines under one `interface` say. ``level`` None: the default of its name."""

    name: str | None = None
    level: int | None = None
    active: IPv4Interface | None = None
    standby: IPv4Address | None = None
    active6: IPv6Interface | None = None
    standby6: IPv6Address | None = None
    shutdown: bool = False
    active_mac: str | None = None
    standby_mac: str | None = None
    vlan: int | None = None  # a sub-interface has one
    management_only: bool = False

    @property
    def security_level(self) -> int:
        """0 to 100; inside is 100 and any other name 0 unless it was typed."""
        return (100 if self.name == "inside" else 0) if self.level is None else self.level


@dataclass(slots=True)
class FailoverDraft:
    """The failover lines. Times are milliseconds: poll, and hold if it was typed."""

    enabled: bool = False
    lan: bool = False  # failover lan enable, or a platform that has no cable
    identity: Identity = Identity.SECONDARY
    lan_link: tuple[str, str] | None = None  # name, physical
    state_link: tuple[str, str | None] | None = None
    addresses: dict[str, tuple[IPv4Interface, IPv4Address]] = field(default_factory=dict)
    secret: str | bytes | None = field(default=None, repr=False)
    unit_times: tuple[int, int | None] | None = None
    interface_times: tuple[int, int | None] | None = None
    policy: int = 1
    policy_percent: bool = False
    witness: tuple[Witness, ...] = ()
    replication_http: bool = False
    reconnect_s: int = 0
    macs: dict[str, tuple[str, str]] = field(default_factory=dict)  # by physical
    monitored: dict[str, bool] = field(default_factory=dict)  # by nameif, where it was typed


@dataclass(slots=True)
class RoutesDraft:
    """Where packets go. ``arps`` are interface, address, MAC."""

    routes: list[StaticRoute] = field(default_factory=list)
    arps: list[tuple[str, IPv4Address, str]] = field(default_factory=list)
    arp_timeout_s: int = 14400
    mtus: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredPassword:
    """As the line has it. ``form``: "encrypted", "pbkdf2", "mschap", or "" for clear text."""

    text: str = field(repr=False)
    form: str = ""


@dataclass(frozen=True, slots=True)
class UserDraft:
    """One `username`. ``password`` None: `nopassword`, anything is right."""

    name: str
    password: StoredPassword | None
    privilege: int = 2


@dataclass(slots=True)
class UsersDraft:
    """Who may come in, and how far. ``enable`` is by level; ``login`` is that of `passwd`."""

    enable: dict[int, StoredPassword] = field(default_factory=dict)
    login: StoredPassword | None = None
    users: dict[str, UserDraft] = field(default_factory=dict)


@dataclass(slots=True)
class TerminalDraft:
    """Sessions. Timeouts are minutes, 0 is never; ``pager`` is lines of a page, 0 is no pages."""

    pager: int = 24
    prompt: tuple[str, ...] = ("hostname", "context")
    banners: dict[str, list[str]] = field(default_factory=dict)  # exec, login, motd: lines
    ssh_timeout: int = 5
    console_timeout: int = 0
    show_form: str = "7"  # of `show failover` and its kin: 6, 7 or 9
    ssh_permits: list[tuple[IPv4Network, str]] = field(default_factory=list)  # and interface name


@dataclass(frozen=True, slots=True)
class ListedMessages:
    """One line of a `logging list`: messages from ``first`` to ``last``, or by level and class."""

    level: int = 7
    kind: str = ""  # a class of messages; "": any
    first: int = 0
    last: int = 999_999


@dataclass(slots=True)
class LoggingDraft:
    """What is said of the unit, and to whom. A destination's filter is a level or a list's name."""

    enabled: bool = False
    timestamp: bool = False
    standby: bool = False  # a standby speaks to others too
    filters: dict[str, int | str] = field(default_factory=dict)  # by destination
    classes: dict[tuple[str, str], int] = field(default_factory=dict)  # class, destination: level
    lists: dict[str, list[ListedMessages]] = field(default_factory=dict)
    silenced: set[int] = field(default_factory=set)
    levels: dict[int, int] = field(default_factory=dict)  # of messages, where changed
    buffer_size: int = 4096  # bytes
    mail_from: str = ""
    recipients: list[tuple[str, int]] = field(default_factory=list)  # address, level
    mail_servers: tuple[str, ...] = ()
    hosts: list[tuple[str, str, str]] = field(default_factory=list)  # interface, address, port
    facility: int = 20
    device_id: str = ""
    queue: int = 512


@dataclass(slots=True)
class Draft:
    """All parts. ``physicals`` are the names of unit.toml."""

    physicals: tuple[str, ...]
    platform: Platform
    system: SystemDraft = field(default_factory=SystemDraft)
    interfaces: dict[str, InterfaceDraft] = field(default_factory=dict)  # by physical
    failover: FailoverDraft = field(default_factory=FailoverDraft)
    routes: RoutesDraft = field(default_factory=RoutesDraft)
    users: UsersDraft = field(default_factory=UsersDraft)
    terminal: TerminalDraft = field(default_factory=TerminalDraft)
    logging: LoggingDraft = field(default_factory=LoggingDraft)
    rules: RulesDraft = field(default_factory=RulesDraft)
