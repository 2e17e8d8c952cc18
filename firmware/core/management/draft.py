"""The meaning of a running configuration on its way from lines to ``Settings``.

grammar.py fills a draft line by line; ``settings_of`` decides what the lines mean together: the
defaults of the mode, which interfaces carry data, what the state link shares.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface

from firmware.core.settings import (
    CABLE_HOLD_MS,
    CABLE_POLL_MS,
    INTERFACE_HOLD_MS,
    INTERFACE_POLL_MS,
    LAN_HOLD_MS,
    LAN_POLL_MS,
    DataInterface,
    FailoverLink,
    Identity,
    Mode,
    Settings,
    StaticRoute,
)


@dataclass(slots=True)
class InterfaceDraft:
    """What the lines under one ``interface`` say."""

    name: str | None = None
    active: IPv4Interface | None = None
    standby: IPv4Address | None = None
    shutdown: bool = False
    active_mac: str | None = None
    standby_mac: str | None = None


@dataclass(slots=True)
class Draft:
    """The meaning of the lines read so far; config.py makes ``Settings`` of it."""

    physicals: tuple[str, ...]  # names of unit.toml
    lan: bool  # the failover link is a LAN; known before the first line is read
    enabled: bool = False
    hostname: str | None = None
    identity: Identity = Identity.SECONDARY
    failover_link: tuple[str, str] | None = None  # name, physical
    state_link: tuple[str, str | None] | None = None
    key: bytes | None = None
    link_addresses: dict[str, tuple[IPv4Interface, IPv4Address]] = field(default_factory=dict)
    unit_times: tuple[int, int | None] | None = None  # milliseconds
    interface_times: tuple[int, int | None] | None = None
    macs: dict[str, tuple[str, str]] = field(default_factory=dict)
    interfaces: dict[str, InterfaceDraft] = field(default_factory=dict)
    routes: list[StaticRoute] = field(default_factory=list)


def settings_of(draft: Draft) -> Settings:
    """The typed facts for the failover machine; ``digest`` is left for the store to fill in."""
    mode = Mode.LAN if draft.lan else Mode.CABLE
    poll, hold = (LAN_POLL_MS, LAN_HOLD_MS) if draft.lan else (CABLE_POLL_MS, CABLE_HOLD_MS)
    unit_poll, unit_hold = _held(draft.unit_times, (poll, hold), least=3)
    defaults = (INTERFACE_POLL_MS, INTERFACE_HOLD_MS)
    interface_poll, interface_hold = _held(draft.interface_times, defaults, least=5)
    failover_link = _failover_link(draft)
    state_link = _state_link(draft, failover_link)
    taken = {link.physical for link in (failover_link, state_link) if link is not None}
    if draft.state_link is not None and _named(draft, draft.state_link[0]) is not None:
        taken = {failover_link.physical} if failover_link else set()
    data = tuple(_data_interfaces(draft, taken))
    names = {interface.name for interface in data}
    return Settings(
        enabled=draft.enabled,
        mode=mode,
        lan_identity=draft.identity,
        failover_link=failover_link,
        state_link=state_link,
        poll_unit_ms=unit_poll,
        hold_unit_ms=unit_hold,
        poll_interface_ms=interface_poll,
        hold_interface_ms=interface_hold,
        interfaces=data,
        key=draft.key,
        routes=tuple(dict.fromkeys(route for route in draft.routes if route.interface in names)),
    )


def _held(
    given: tuple[int, int | None] | None, default: tuple[int, int], *, least: int
) -> tuple[int, int]:
    if given is None:
        return default
    poll, hold = given
    return poll, max(default[1], least * poll) if hold is None else hold


def _failover_link(draft: Draft) -> FailoverLink | None:
    return None if draft.failover_link is None else _made(draft, *draft.failover_link)


def _made(draft: Draft, name: str, physical: str) -> FailoverLink:
    primary, secondary = draft.link_addresses.get(name, (None, None))
    interface = draft.interfaces.get(physical, InterfaceDraft())
    return FailoverLink(
        name=name,
        physical=physical,
        primary=primary,
        secondary=secondary,
        shutdown=interface.shutdown,
    )


def _named(draft: Draft, name: str) -> str | None:
    """The data interface of that name that the state link shares (no physical was typed)."""
    if draft.state_link is None or draft.state_link[1] is not None:
        return None
    physicals = (p for p, interface in draft.interfaces.items() if interface.name == name)
    return next(physicals, None)


def _state_link(draft: Draft, failover_link: FailoverLink | None) -> FailoverLink | None:
    if draft.state_link is None:
        return None
    name, physical = draft.state_link
    if failover_link is not None and name == failover_link.name:
        return failover_link
    physical = physical or _named(draft, name)
    return None if physical is None else _made(draft, name, physical)


def _data_interfaces(draft: Draft, taken: set[str]) -> Iterator[DataInterface]:
    for physical in draft.physicals:
        interface = draft.interfaces.get(physical)
        if interface is None or interface.name is None or physical in taken:
            continue
        macs = draft.macs.get(physical, (interface.active_mac, interface.standby_mac))
        yield DataInterface(
            physical=physical,
            name=interface.name,
            active=interface.active,
            standby=interface.standby,
            shutdown=interface.shutdown,
            active_mac=macs[0],
            standby_mac=macs[1],
        )
