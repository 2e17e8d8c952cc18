"""Rows of the command table: routes, ARP and sizes of packets."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from firmware.core.management.cli.arguments import dotted
from firmware.core.management.cli.row import Arguments, Row, Shown, Typed
from firmware.core.management.cli.table.ipv6 import small_mtu
from firmware.core.management.cli.table.naming import named
from firmware.core.management.running.draft import Draft
from firmware.core.settings import StaticRoute

if TYPE_CHECKING:
    from firmware.core.management.running.model import Configuration, Entry

Sections = tuple["Entry", ...]


def _check_route(typed: Typed) -> str:
    if typed.negated and typed.arguments.get("mask") is None:
        return ""
    if why := named(typed):
        return why
    address, length = typed.arguments["network"], typed.arguments["mask"]
    network = IPv4Network((address, length), strict=False)
    if network.network_address != address:
        return f"{address} {dotted(length)} is no network; did you mean {network}?"
    return ""


def _write_route(arguments: Arguments) -> str:
    return (
        f"route {arguments['interface']} {arguments['network']} {dotted(arguments['mask'])} "
        f"{arguments['gateway']} {arguments.get('metric', 1)}"
    )


def _read_route(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    draft.routes.routes.append(
        StaticRoute(
            interface=arguments["interface"],
            network=IPv4Network((arguments["network"], arguments["mask"])),
            gateway=arguments["gateway"],
            metric=arguments.get("metric", 1),
        )
    )


def _read_arp(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    draft.routes.arps.append((arguments["interface"], arguments["address"], arguments["mac"]))


def _read_arp_timeout(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    draft.routes.arp_timeout_s = arguments["seconds"]


def _check_mtu(typed: Typed) -> str:
    if typed.negated:
        return ""
    arguments = typed.arguments
    return named(typed) or small_mtu(
        typed.configuration, arguments["interface"], arguments["bytes"]
    )


def _read_mtu(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    draft.routes.mtus[arguments["interface"]] = arguments["bytes"]


def _standing_mtu(configuration: Configuration, sections: Sections) -> tuple[str, ...]:
    return tuple(f"mtu {name} 1500" for name in _names(configuration))


def _names(configuration: Configuration) -> list[str]:
    """Names of data interfaces, in the order of the interfaces."""
    found = []
    for entry in configuration.printed("interface"):
        named = configuration.entry("nameif", path=(entry.text,))
        if named is not None:
            found.append(str(named.arguments["name"]))
    return found


def _rank(entry: Entry, configuration: Configuration) -> int:
    names, name = _names(configuration), entry.arguments["interface"]
    return names.index(name) if name in names else len(names)


ROWS: tuple[Row, ...] = (
    Row(
        syntax="mtu <interface:if_name> <bytes:64-65535>",
        help="Longest packet of an interface, in bytes",
        key=("interface",),
        rank=_rank,
        check=_check_mtu,
        read=_read_mtu,
        standing=_standing_mtu,
        default_shown=Shown.ALWAYS,
    ),
    Row(
        syntax="arp timeout <seconds:60-4294967>",
        help="How long an address is remembered",
        default="arp timeout 14400",
        default_shown=Shown.ALWAYS,
        read=_read_arp_timeout,
    ),
    Row(
        syntax="arp <interface:if_name> <address:address> <mac:mac> [alias]",
        name="arp",
        help="The MAC address of a neighbour, for good",
        key=("interface", "address"),
        least=("interface", "address"),
        check=named,
        read=_read_arp,
        source="public",
    ),
    Row(
        syntax="route <interface:if_name> <network:address> <mask:mask> <gateway:address> "
        "[<metric:1-255>]",
        help="A static route",
        key=("interface", "network", "mask", "gateway"),
        least=("interface", "network", "mask"),
        check=_check_route,
        write=_write_route,
        read=_read_route,
    ),
)
