"""Rows of the command table: IPv6 addresses of data interfaces."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Interface
from typing import TYPE_CHECKING

from firmware.core.management.cli.arguments import IPV6_BITS
from firmware.core.management.cli.row import Arguments, Mode, No, Row, Typed
from firmware.core.management.cli.table.interfaces import physical_of
from firmware.core.management.cli.table.links import link_of
from firmware.core.management.running.draft import Draft, InterfaceDraft

if TYPE_CHECKING:
    from firmware.core.management.running.model import Configuration, Entry

Sections = tuple["Entry", ...]
LEAST_MTU = 1280  # RFC 8200: a link with less carries no IPv6


def small_mtu(configuration: Configuration, name: str, mtu: int) -> str:
    """Why that interface cannot have an MTU so small, or nothing."""
    for entry in configuration.entries("interface"):
        path = (entry.text,)
        named = configuration.entry("nameif", path=path)
        if named is None or named.arguments["name"] != name or mtu >= LEAST_MTU:
            continue
        if configuration.entry("ipv6 address", path=path) is not None:
            return f"{name} has an IPv6 address, and IPv6 wants an MTU of at least {LEAST_MTU}"
    return ""


def _of_a_host(address: IPv6Address) -> bool:
    groups = address.is_multicast or address.is_unspecified or address.is_loopback
    return not groups and address.ipv4_mapped is None


def _refused(wanted: IPv6Interface, standby: IPv6Address | None) -> str:
    for address in (wanted.ip, standby):
        if address is not None and address.is_link_local:
            return f"{address} is link-local; a unit makes such addresses itself, of its MACs"
        if address is not None and not _of_a_host(address):
            return f"{address} is no address of a host"
    # All zeros behind the prefix: every router of the network, RFC 4291.
    routers = wanted.network.network_address if wanted.network.prefixlen < IPV6_BITS - 1 else None
    if wanted.ip == routers:
        return f"{wanted.ip} is the address of all routers of {wanted.network}"
    if standby is None:
        return ""
    if standby not in wanted.network or standby in (wanted.ip, routers):
        return f"standby {standby} must be another address of {wanted.network}"
    return ""


def _overlap(typed: Typed, wanted: IPv6Interface) -> str:
    """The other interface that has an address of that network; or nothing."""
    mine = physical_of(typed.sections)
    for entry in typed.configuration.entries("interface"):
        physical = str(entry.arguments["physical"])
        other = typed.configuration.entry("ipv6 address", path=(entry.text,))
        if other is None or physical == mine:
            continue
        if other.arguments["address"].network.overlaps(wanted.network):
            return physical
    return ""


def _check_address(typed: Typed) -> str:
    physical = physical_of(typed.sections)
    link = link_of(typed.configuration, physical)
    if typed.negated:
        return ""
    if link is not None:
        return f"{physical} is the {link.what} and can be used for nothing else"
    wanted: IPv6Interface = typed.arguments["address"]
    if why := _refused(wanted, typed.arguments.get("standby")):
        return why
    if other := _overlap(typed, wanted):
        return (
            f"Failed to apply IPv6 address to interface {physical}, as the network overlaps with "
            f"interface {other}. Two interfaces cannot be in the same subnet."
        )
    return _mtu_too_small(typed)


def _mtu_too_small(typed: Typed) -> str:
    named = typed.configuration.entry("nameif", path=typed.path)
    name = "" if named is None else named.arguments["name"]
    mtu = typed.configuration.entry("mtu", name)
    if mtu is None or mtu.arguments["bytes"] >= LEAST_MTU:
        return ""
    return f"{name} has an MTU of {mtu.arguments['bytes']}, and IPv6 wants at least {LEAST_MTU}"


def _check_autoconf(typed: Typed) -> str:
    return (
        "a unit of a failover pair needs a fixed address here and one for its mate: "
        "ipv6 address <address>/<length> standby <address>"
    )


def _read_address(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    interface = draft.interfaces.setdefault(physical_of(sections), InterfaceDraft())
    interface.active6, interface.standby6 = arguments["address"], arguments.get("standby")


ROWS: tuple[Row, ...] = (
    Row(
        syntax="ipv6 address <address:prefix6> [standby <standby:address6>]",
        help="Active and standby IPv6 address",
        mode=Mode.INTERFACE,
        check=_check_address,
        read=_read_address,
        source="public",
        manual="One of each; another takes the place of the first. Link-local addresses are made "
        "of the active and the standby MAC. IPv6 is answered, and not forwarded.",
    ),
    Row(
        syntax="ipv6 address autoconf",
        help="Refused: a pair needs fixed addresses",
        mode=Mode.INTERFACE,
        no=No.REFUSED,
        check=_check_autoconf,
        source="public",
    ),
)
