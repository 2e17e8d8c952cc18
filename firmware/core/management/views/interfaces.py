"""``show interface``, ``show interface ip brief``, ``show ip address`` and ``show nameif``.

What the kernel has, under the names the configuration gives. Counters the kernel does not keep
(rates, broadcasts, late collisions) have no line. An interface whose speed is not known says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Interface

from firmware.core.management.kernel import KernelInterface
from firmware.core.management.views.picture import text_of
from firmware.core.settings import FailoverLink, Settings, UnitFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedInterface:
    """One interface as the configuration has it. ``name`` is empty where there is no nameif."""

    physical: str
    name: str = ""
    security_level: int | None = None  # 0 to 100
    active: IPv4Interface | None = None  # the system address
    standby: IPv4Address | None = None
    description: str = ""
    shutdown: bool = False
    vlan: int | None = None
    management_only: bool = False
    failover: str = ""  # "LAN", "STATE" or "LAN/STATE": a failover or state link


def named_interfaces(
    facts: UnitFacts,
    settings: Settings,
    levels: Mapping[str, int],
    descriptions: Mapping[str, str],
    management_only: Collection[str] = (),
    shut: Collection[str] = (),
) -> tuple[NamedInterface, ...]:
    """Every interface of the unit in unit.toml's order, then those made of them (``Ethernet0.5``).

    ``levels``: security level by nameif. ``descriptions``, ``management_only``, ``shut``: by
    physical name; the last counts for interfaces that have no name.
    """
    found = {
        one.physical: NamedInterface(physical=one.physical, shutdown=one.physical in shut)
        for one in facts.interfaces
    }
    for one in settings.interfaces:
        found[one.physical] = NamedInterface(
            physical=one.physical,
            name=one.name,
            security_level=levels.get(one.name),
            active=one.active,
            standby=one.standby,
            shutdown=one.shutdown,
            vlan=_vlan(one.physical),
            management_only=one.physical in management_only,
        )
    for link, roles in _links(settings).items():
        found[link.physical] = NamedInterface(
            physical=link.physical,
            name=link.name,
            active=link.primary,
            standby=link.secondary,
            shutdown=link.shutdown,
            vlan=_vlan(link.physical),
            failover="/".join(roles),
        )
    return tuple(
        replace(one, description=descriptions.get(one.physical, "")) for one in found.values()
    )


def interface(named: Sequence[NamedInterface], kernel: Sequence[KernelInterface]) -> str:
    """``show interface``, in the configuration's order; all, or those the caller picked."""
    found = {one.physical: one for one in kernel}
    return text_of([line for one in named for line in _interface(one, found.get(one.physical))])


def interface_brief(named: Sequence[NamedInterface], kernel: Sequence[KernelInterface]) -> str:
    """``show interface ip brief``"""
    found = {one.physical: one for one in kernel}
    lines = [_BRIEF.format("Interface", "IP-Address", "OK?", "Method", "Status", "Protocol")]
    for one in named:
        there = found.get(one.physical)
        address = there.addresses[0].split("/")[0] if there and there.addresses else "unassigned"
        method = "CONFIG" if one.active else "unset"
        status, protocol = states_of(one, there)
        status = "admin down" if status.startswith("administratively") else status
        lines.append(_BRIEF.format(one.physical, address, "YES", method, status, protocol))
    return text_of(lines)


def ip_address(named: Sequence[NamedInterface], kernel: Sequence[KernelInterface]) -> str:
    """``show ip address``: the active unit's addresses, and those this unit has now."""
    found = {one.physical: one for one in kernel}
    lines = ["System IP Addresses:", _ADDRESS_HEADS]
    addressed = [one for one in named if one.active is not None]
    lines += [_address(one, str(one.active)) for one in addressed]
    lines += ["Current IP Addresses:", _ADDRESS_HEADS]
    for one in addressed:
        there = found.get(one.physical)
        lines += [_address(one, address) for address in (there.addresses[:1] if there else ())]
    return text_of(lines)


def nameif(named: Sequence[NamedInterface]) -> str:
    """``show nameif``"""
    lines = [f"{'Interface':<25}{'Name':<25}Security"]
    for one in named:
        if one.name:
            level = "" if one.security_level is None else str(one.security_level)
            lines.append(f"{one.physical:<25}{one.name:<25}{level:>3}")
    return text_of(lines)


_BRIEF = "{:<26} {:<15} {:<3} {:<6} {:<21} {}"
_ADDRESS_HEADS = f"{'Interface':<25}{'Name':<23}{'IP address':<16}{'Subnet mask':<16}Method"


def _links(settings: Settings) -> dict[FailoverLink, list[str]]:
    found: dict[FailoverLink, list[str]] = {}
    for role, link in (("LAN", settings.failover_link), ("STATE", settings.state_link)):
        if link is not None and link.physical not in {one.physical for one in settings.interfaces}:
            found.setdefault(link, []).append(role)
    return found


def _vlan(physical: str) -> int | None:
    number = physical.partition(".")[2]
    return int(number) if number.isdecimal() else None


def _address(one: NamedInterface, address: str) -> str:
    ip, mask = IPv4Interface(address).with_netmask.split("/")
    return f"{one.physical:<25}{one.name:<23}{ip:<16}{mask:<16}CONFIG"


def _interface(named: NamedInterface, there: KernelInterface | None) -> Iterator[str]:
    status, protocol = states_of(named, there)
    yield f'Interface {named.physical} "{named.name}", is {status}, line protocol is {protocol}'
    if there is None:
        yield "        Description: this machine has no such interface"
        return
    yield f"  Hardware is Ethernet, {_speed(there)}"
    yield _auto(there)
    described = named.description
    if named.failover:
        described = f"{named.failover} Failover Interface"
    if described:
        yield f"        Description: {described}"
    if named.vlan is not None:
        yield f"        VLAN identifier {named.vlan}"
    if not named.name and not named.failover:
        yield "        Available but not configured via nameif"
    yield f"        MAC address {dotted(there.mac)}, MTU {there.mtu}"
    # Addresses of translations stand in `show xlate`.
    own = [address for address in there.addresses if not address.endswith("/32")]
    yield from (f"        {_assigned(address)}" for address in own or there.addresses[:1])
    if not there.addresses:
        yield "        IP address unassigned"
    yield from _counted(there)
    if named.name:
        yield from _traffic(named.name, there)
    if named.management_only:
        yield "        Management-only interface. Blocked 0 through-the-device packets"


def _counted(there: KernelInterface) -> Iterator[str]:
    yield (
        f"        {there.rx_packets} packets input, {there.rx_bytes} bytes, "
        f"{there.rx_dropped} no buffer"
    )
    yield (
        f"        {there.rx_errors} input errors, {there.rx_crc} CRC, {there.rx_frame} frame, "
        f"{there.rx_overrun} overrun, 0 ignored, 0 abort"
    )
    yield (
        f"        {there.tx_packets} packets output, {there.tx_bytes} bytes, "
        f"{there.tx_dropped} underruns"
    )
    yield (
        f"        {there.tx_errors} output errors, {there.collisions} collisions, "
        "0 interface resets"
    )


def _traffic(name: str, there: KernelInterface) -> Iterator[str]:
    yield f'  Traffic Statistics for "{name}":'
    yield f"        {there.rx_packets} packets input, {there.rx_bytes} bytes"
    yield f"        {there.tx_packets} packets output, {there.tx_bytes} bytes"
    yield f"        {there.rx_dropped + there.tx_dropped} packets dropped"


def states_of(named: NamedInterface, there: KernelInterface | None) -> tuple[str, str]:
    """Of the interface and of its line protocol."""
    if named.shutdown or there is None:
        return "administratively down", "down"
    if there.up and there.carrier:
        return "up", "up"
    return "down", "down"


def _speed(there: KernelInterface) -> str:
    if there.speed_mbit is None:
        return "BW unknown, DLY 100 usec"
    # Delays are nominal on a real unit too: one figure for each speed.
    return f"BW {there.speed_mbit} Mbps, DLY {10 if there.speed_mbit >= 1000 else 100} usec"


def _auto(there: KernelInterface) -> str:
    if there.speed_mbit is None or not there.duplex:
        return "        Auto-Duplex, Auto-Speed"
    duplex = f"{there.duplex.capitalize()}-duplex"
    return f"        Auto-Duplex({duplex}), Auto-Speed({there.speed_mbit} Mbps)"


def _assigned(address: str) -> str:
    ip, mask = IPv4Interface(address).with_netmask.split("/")
    return f"IP address {ip}, subnet mask {mask}"


def dotted(mac: str) -> str:
    """``0011.2233.4455``; ``N/A`` for none."""
    digits = mac.replace(":", "")
    return ".".join(digits[i : i + 4] for i in range(0, 12, 4)) if digits else "N/A"
