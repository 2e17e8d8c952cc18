"""``show route`` and ``show arp``."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network

from firmware.core.management.kernel import KernelNeighbour, KernelRoute
from firmware.core.management.views.interfaces import NamedInterface, dotted
from firmware.core.management.views.picture import text_of

_CODES = [
    "Codes: C - connected, S - static, I - IGRP, R - RIP, M - mobile, B - BGP",
    "       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area",
    "       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2",
    "       E1 - OSPF external type 1, E2 - OSPF external type 2, E - EGP",
    "       i - IS-IS, L1 - IS-IS level-1, L2 - IS-IS level-2, ia - IS-IS inter area",
    "       * - candidate default, U - per-user static route, o - ODR",
    "       P - periodic downloaded static route",
    "",
]


def route(routes: Sequence[KernelRoute], named: Sequence[NamedInterface]) -> str:
    """``show route``: connected and static; a second gateway continues the line above it."""
    names = names_of(named)
    ordered = sorted(routes, key=lambda one: (one.gateway != "", _key(one.network), one.metric))
    lines = [*_CODES, _last_resort(ordered), ""]
    above: tuple[str, int] | None = None
    for one in ordered:
        name = names.get(one.physical, one.physical)
        ip, mask = IPv4Network(one.network).with_netmask.split("/")
        if not one.gateway:
            lines.append(f"C    {ip} {mask} is directly connected, {name}")
            continue
        way = f"[{max(1, one.metric)}/0] via {one.gateway}, {name}"
        if above == (one.network, one.metric):
            lines.append(f"{'':35}{way}")
        else:
            lines.append(f"{'S*' if mask == '0.0.0.0' else 'S':<5}{ip} {mask} {way}")
        above = (one.network, one.metric)
    return text_of(lines)


def arp(neighbours: Sequence[KernelNeighbour], named: Sequence[NamedInterface]) -> str:
    """``show arp``: age in seconds; ``-`` for an entry that was typed."""
    names = names_of(named)
    return text_of(
        [
            f"\t{names.get(one.physical, one.physical)} {one.address} {dotted(one.mac)} "
            f"{'-' if one.permanent else one.age_s}"
            for one in neighbours
        ]
    )


def names_of(named: Sequence[NamedInterface]) -> dict[str, str]:
    """Physical name -> the name it is shown by."""
    return {one.physical: one.name or one.physical for one in named}


def _key(network: str) -> tuple[int, int]:
    net = IPv4Network(network)
    return int(net.network_address), net.prefixlen


def _last_resort(routes: Sequence[KernelRoute]) -> str:
    for one in routes:
        if one.gateway and one.network == "0.0.0.0/0":
            return f"Gateway of last resort is {one.gateway} to network 0.0.0.0"
    return "Gateway of last resort is not set"
