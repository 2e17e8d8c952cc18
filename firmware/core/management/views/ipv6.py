"""``show ipv6 interface``, ``show ipv6 interface brief`` and ``show ipv6 neighbor``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv6Interface

from firmware.core.management.kernel import KernelInterface, KernelNeighbour
from firmware.core.management.views.interfaces import NamedInterface, dotted, states_of
from firmware.core.management.views.picture import text_of
from firmware.core.management.views.routes import names_of

_NEIGHBOR = "{:<40} {:>4} {:<15} {:<5} {}"
_STATES = {"REACHABLE": "REACH", "PERMANENT": "REACH", "INCOMPLETE": "INCMP"}


def ipv6_interface(named: Sequence[NamedInterface], kernel: Sequence[KernelInterface]) -> str:
    """``show ipv6 interface``: those that have an IPv6 address now; all, or those picked."""
    found = {one.physical: one for one in kernel}
    return text_of([line for one in named for line in _interface(one, found.get(one.physical))])


def ipv6_interface_brief(named: Sequence[NamedInterface], kernel: Sequence[KernelInterface]) -> str:
    """``show ipv6 interface brief``: every one that has a name."""
    found = {one.physical: one for one in kernel}
    lines = []
    for one in named:
        if one.name:
            there = found.get(one.physical)
            lines.append(f"{one.name} [{'/'.join(states_of(one, there))}]")
            own = _own(there)
            lines += [f"    {address.ip}" for address in own] or ["    unassigned"]
    return text_of(lines)


def ipv6_neighbor(neighbours: Sequence[KernelNeighbour], named: Sequence[NamedInterface]) -> str:
    """``show ipv6 neighbor``: age in minutes; ``-`` for an entry that was typed."""
    names = names_of(named)
    lines = [_NEIGHBOR.format("IPv6 Address", "Age", "Link-layer Addr", "State", "Interface")]
    for one in neighbours:
        age = "-" if one.permanent else str(one.age_s // 60)
        state = _STATES.get(one.state, one.state)
        name = names.get(one.physical, one.physical)
        lines.append(_NEIGHBOR.format(one.address, age, dotted(one.mac), state, name))
    return text_of(lines)


def _interface(named: NamedInterface, there: KernelInterface | None) -> Iterator[str]:
    own = _own(there)
    if there is None or not own:
        return
    status, protocol = states_of(named, there)
    yield f"{named.name or named.physical} is {status}, line protocol is {protocol}"
    linked = [address for address in own if address.ip.is_link_local]
    yield f"  IPv6 is enabled, link-local address is {linked[0].ip if linked else 'unassigned'}"
    if others := [address for address in own if not address.ip.is_link_local]:
        yield "  Global unicast address(es):"
        yield from (f"    {address.ip}, subnet is {address.network}" for address in others)
    else:
        yield "  No global unicast address is configured"
    yield f"  MTU is {there.mtu} bytes"


def _own(there: KernelInterface | None) -> list[IPv6Interface]:
    """Link-local first."""
    found = [IPv6Interface(text) for text in there.addresses6] if there else []
    return sorted(found, key=lambda address: not address.ip.is_link_local)
