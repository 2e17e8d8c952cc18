"""A draft as ``Settings``: what the lines mean together.

The defaults of the mode, which interfaces carry data, what the state link shares. A poll time
below the document's range counts in LAN mode only; elsewhere the default holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from firmware.core.management.rules.reading import held
from firmware.core.management.running.draft import Draft, InterfaceDraft
from firmware.core.settings import (
    CABLE_HOLD_MS,
    CABLE_POLL_MS,
    INTERFACE_HOLD_MS,
    INTERFACE_POLL_MS,
    LAN_HOLD_MS,
    LAN_POLL_MS,
    MANY_INTERFACES,
    MANY_POLL_MS,
    MONITORED_MOST,
    OURS_BELOW_MS,
    DataInterface,
    FailoverLink,
    Mode,
    Settings,
)
from firmware.core.wire.seal import derive


def settings_of(draft: Draft) -> Settings:
    """The typed facts for the failover machine; ``digest`` is left for the store to fill in."""
    said = draft.failover
    unit_poll, unit_hold = unit_times(draft)
    interface_poll, interface_hold = interface_times(draft)
    lan_link, state_link = _lan_link(draft), _state_link(draft)
    taken = {link.physical for link in (lan_link, state_link) if link is not None}
    if state_link is not None and _shares(draft):
        taken.discard(state_link.physical)
    data = tuple(_data_interfaces(draft, taken))
    names = {interface.name for interface in data}
    routes = dict.fromkeys(route for route in draft.routes.routes if route.interface in names)
    return Settings(
        enabled=said.enabled,
        mode=Mode.LAN if said.lan else Mode.CABLE,
        lan_identity=said.identity,
        failover_link=lan_link,
        state_link=state_link,
        poll_unit_ms=unit_poll,
        hold_unit_ms=unit_hold,
        poll_interface_ms=interface_poll,
        hold_interface_ms=interface_hold,
        interface_policy=said.policy,
        interface_policy_percent=said.policy_percent,
        witness=said.witness,
        replication_http=said.replication_http,
        reconnect_s=said.reconnect_s,
        interfaces=data,
        routes=tuple(routes),
        arp_timeout_s=draft.routes.arp_timeout_s,
        key=None if said.secret is None else derive(said.secret),
    )


def unit_times(draft: Draft) -> tuple[int, int]:
    """Poll and hold time of units in milliseconds."""
    said = draft.failover
    default = (LAN_POLL_MS, LAN_HOLD_MS) if said.lan else (CABLE_POLL_MS, CABLE_HOLD_MS)
    given = said.unit_times
    if given is not None and given[0] < OURS_BELOW_MS and not said.lan:
        given = None
    poll, hold = _held(given, default, least=3)
    if sum(one.name is not None for one in draft.interfaces.values()) > MANY_INTERFACES:
        return max(poll, MANY_POLL_MS), max(hold, 3 * MANY_POLL_MS)
    return poll, hold


def interface_times(draft: Draft) -> tuple[int, int]:
    """Poll and hold time of interfaces in milliseconds."""
    default = (INTERFACE_POLL_MS, INTERFACE_HOLD_MS)
    return _held(draft.failover.interface_times, default, least=5)


def _held(
    given: tuple[int, int | None] | None, default: tuple[int, int], *, least: int
) -> tuple[int, int]:
    if given is None:
        return default
    poll, hold = given
    return poll, max(default[1], least * poll) if hold is None else hold


def _made(draft: Draft, name: str, physical: str) -> FailoverLink:
    primary, secondary = draft.failover.addresses.get(name, (None, None))
    interface = draft.interfaces.get(physical, InterfaceDraft())
    return FailoverLink(
        name=name,
        physical=physical,
        primary=primary,
        secondary=secondary,
        shutdown=interface.shutdown,
    )


def _lan_link(draft: Draft) -> FailoverLink | None:
    said = draft.failover.lan_link
    return None if said is None else _made(draft, *said)


def _state_link(draft: Draft) -> FailoverLink | None:
    if draft.failover.state_link is None:
        return None
    name, physical = draft.failover.state_link
    lan_link = draft.failover.lan_link
    if lan_link is not None and name == lan_link[0]:
        return _lan_link(draft)
    physical = physical or _named(draft, name)
    return None if physical is None else _made(draft, name, physical)


def _shares(draft: Draft) -> bool:
    """Whether the state link is a data interface (no physical one was typed)."""
    said = draft.failover.state_link
    return said is not None and said[1] is None and _named(draft, said[0]) is not None


def _named(draft: Draft, name: str) -> str | None:
    physicals = (p for p, interface in draft.interfaces.items() if interface.name == name)
    return next(physicals, None)


def monitored_unless_typed(physicals: Iterable[str]) -> set[str]:
    """Of these named interfaces: the first 250 physical ones; sub-interfaces are not."""
    return set([physical for physical in physicals if "." not in physical][:MONITORED_MOST])


def _monitored(draft: Draft, names: dict[str, str]) -> set[str]:
    """Of these, by physical name, which are watched."""
    standing = monitored_unless_typed(names)
    typed = draft.failover.monitored
    watched = [p for p, name in names.items() if typed.get(name, p in standing)]
    return set(watched[:MONITORED_MOST])


def _data_interfaces(draft: Draft, taken: set[str]) -> Iterator[DataInterface]:
    beside = held(draft)
    names = {p: one.name for p, one in draft.interfaces.items() if one.name and p not in taken}
    monitored = _monitored(draft, names)
    for physical, name in names.items():
        interface = draft.interfaces[physical]
        own = (interface.active_mac, interface.standby_mac)
        macs = draft.failover.macs.get(physical, own)
        yield DataInterface(
            physical=physical,
            name=name,
            active=interface.active,
            standby=interface.standby,
            active6=interface.active6,
            standby6=interface.standby6,
            shutdown=interface.shutdown,
            active_mac=macs[0],
            standby_mac=macs[1],
            also=beside.get(name, ()),
            mtu=draft.routes.mtus.get(name, 1500),
            monitored=physical in monitored,
            static_arp=tuple((a, m) for where, a, m in draft.routes.arps if where == name),
        )
