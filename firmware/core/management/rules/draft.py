"""What the lines about filtering and translation say, on the way to a rule set."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address

from firmware.core.management.rules.entries import Group, Line
from firmware.core.management.rules.ruleset import Binding, DynamicNat, Exemption, Timeouts


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolDraft:
    """`global`; first None is `interface`."""

    interface: str
    number: int
    first: IPv4Address | None = None
    last: IPv4Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticDraft:
    """`static`; mapped None is `interface`. With a protocol it redirects one port."""

    real_interface: str
    mapped_interface: str
    mapped: IPv4Address | None
    real: IPv4Address
    length: int = 32
    protocol: int | None = None
    mapped_port: int = 0
    real_port: int = 0


@dataclass(slots=True)
class RulesDraft:
    """What the lines about filtering and translation say."""

    groups: dict[str, Group] = field(default_factory=dict)
    lists: dict[str, list[Line]] = field(default_factory=dict)
    bindings: list[Binding] = field(default_factory=list)
    exemptions: list[Exemption] = field(default_factory=list)
    nats: list[DynamicNat] = field(default_factory=list)
    pools: list[PoolDraft] = field(default_factory=list)
    statics: list[StaticDraft] = field(default_factory=list)
    inter_interface: bool = False
    intra_interface: bool = False
    nat_control: bool = False
    timeouts: Timeouts = field(default_factory=Timeouts)
