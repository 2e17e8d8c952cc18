"""Makes the frozen picture of a unit that management shows and publishes. Changes nothing."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface

from firmware.core.failover import lease
from firmware.core.failover.model import Unit
from firmware.core.failover.monitor import active_ms, interface_states
from firmware.core.failover.states import REASONS
from firmware.core.failover.view import (
    CableStatus,
    FailReason,
    HostView,
    InterfaceView,
    LinkStatus,
    UnitView,
)
from firmware.core.settings import DataInterface, FailoverLink, Mode
from firmware.core.wire.bodies import InterfaceState, UnitState


def view(unit: Unit, now_ms: int) -> UnitView:
    """Everything at this moment."""
    return UnitView(
        at_ms=now_ms,
        enabled=unit.settings.enabled,
        mode=unit.settings.mode,
        conflict=unit.conflict,
        cable=_cable(unit),
        failover_link=_failover_link(unit),
        state_link=_link(unit, unit.settings.state_link),
        mine=_mine(unit, now_ms),
        other=_other(unit),
        sync=unit.sync,
        macs_set=unit.plan.macs_set,
        switchovers=unit.switchovers,
        frames_ignored=tuple(sorted(unit.ignored.items())),
        late_worst_ms=unit.late_worst_ms,
        real_time=unit.facts.real_time,
        witnesses=unit.testimony.says,
        takeover_blocked=unit.testimony.blocked,
        sent=unit.hellos.sequence,
        received=unit.received,
        holding=unit.holding,
        lease_ms=lease.length_ms(unit),
        lease_lapses=unit.lease.lapses,
        lease_lapsed_worst_ms=unit.lease.lapsed_worst_ms,
        lease_refused=unit.facts.lease_refused,
        not_understood=unit.mate.unread_shown,
        unfit=REASONS[unit.mate.unfit] if unit.mate.unfit is not None else "",
    )


def _cable(unit: Unit) -> CableStatus:
    """Plugged and powered at both ends, and yet nothing comes through: a bad cable."""
    is_link = unit.settings.mode is Mode.CABLE
    deaf = is_link and unit.link.failed and unit.cable.status is CableStatus.NORMAL
    return CableStatus.BAD if deaf else unit.cable.status


def _failover_link(unit: Unit) -> LinkStatus:
    if unit.settings.mode is Mode.LAN:
        if unit.link.failed:
            return LinkStatus.FAILED
        return _link(unit, unit.settings.failover_link)
    return LinkStatus.FAILED if unit.link.failed else LinkStatus.UP


def _link(unit: Unit, link: FailoverLink | None) -> LinkStatus:
    """The state link is idle until connections are replicated: printed down, as in the document."""
    if link is None or link is unit.settings.state_link:
        return LinkStatus.DOWN
    return LinkStatus.UP if unit.carriers.get(link.physical, False) else LinkStatus.DOWN


def _mine(unit: Unit, now_ms: int) -> HostView:
    return HostView(
        identity=unit.identity,
        state=unit.state,
        active_time_s=active_ms(unit, now_ms) // 1000,
        interfaces=tuple(
            _line(interface, state, unit.holding)
            for interface, state in zip(
                unit.settings.interfaces, interface_states(unit), strict=True
            )
        ),
        fail_reason=unit.my_fail_reason,
        version=unit.facts.version,
        chassis=unit.facts.chassis,
        digest=unit.settings.digest,
        edited=unit.settings.edited,
    )


def _other(unit: Unit) -> HostView:
    mate, hello = unit.mate, unit.mate.hello
    known = hello is not None and not mate.lost
    states = mate.states if known else ()
    interfaces = unit.settings.interfaces
    if hello is not None and known:
        state = _told(unit, hello.state)
    else:
        state = UnitState.FAILED if mate.failed else UnitState.NOT_DETECTED
    return HostView(
        identity=unit.identity.other if unit.identity is not None else None,
        state=state,
        active_time_s=hello.active_time_s if hello is not None else 0,
        interfaces=tuple(
            _line(
                interface,
                states[index] if index < len(states) else InterfaceState.UNKNOWN_WAITING,
                not unit.holding,
            )
            for index, interface in enumerate(interfaces)
        ),
        fail_reason=(FailReason.COMMUNICATION if mate.unread_shown else unit.other_fail_reason),
        version=mate.identify.version if mate.identify is not None else "",
        chassis=mate.identify.chassis if mate.identify is not None else "",
        digest=hello.digest if hello is not None and known else None,
        edited=hello.edited if hello is not None and known else False,
    )


def _told(unit: Unit, state: UnitState) -> UnitState:
    """The document: a unit with failover off as not detected; one that cannot be a mate failed."""
    if state is not UnitState.DISABLED:
        return state
    return UnitState.FAILED if unit.mate.unfit is not None else UnitState.NOT_DETECTED


def _line(interface: DataInterface, state: InterfaceState, active: bool) -> InterfaceView:
    if interface.by_ipv6:
        address = _text(interface.active6 if active else interface.standby6, "::")
    else:
        address = _text(interface.active if active else interface.standby, "0.0.0.0")
    return InterfaceView(
        name=interface.name, physical=interface.physical, address=address, state=state
    )


@lru_cache(maxsize=1024)  # of 250 interfaces, and a picture after every change
def _text(
    address: IPv4Interface | IPv4Address | IPv6Interface | IPv6Address | None, none: str
) -> str:
    if address is None:
        return none
    return str(address.ip if isinstance(address, IPv4Interface | IPv6Interface) else address)
