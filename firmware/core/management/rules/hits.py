"""Hit counts: which counter belongs to which entry, and `show access-list`.

A counter is named after what its entry says, not after its place in the list, so that its count
stays with it when lines are put in above it. Two entries of a list that say the same are told apart
by their order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from ipaddress import IPv4Network

from firmware.core.management.rules.ruleset import (
    ANY,
    TCP,
    UDP,
    AccessList,
    Ace,
    Action,
    Element,
    Ports,
)
from firmware.core.management.rules.services import icmp_name, port_name, protocol_name

CACHED = 32_768  # expanded entries: a long list is not spelled out again for every line added


def counters(access_list: AccessList) -> tuple[tuple[str, ...], ...]:
    """For every entry the names of its counters, one for each expanded element: ``ace-<hex>``."""
    seen: dict[str, int] = {}
    found = []
    for ace in access_list.aces:
        names = []
        for element in ace.elements:
            said = f"{access_list.name} {element_text(ace.action, element)}"
            times = seen[said] = seen.get(said, 0) + 1
            names.append(_name(said if times == 1 else f"{said} #{times}"))
        found.append(tuple(names))
    return tuple(found)


def _name(said: str) -> str:
    return "ace-" + hashlib.blake2b(said.encode(), digest_size=8).hexdigest()


@lru_cache(maxsize=CACHED)
def element_text(action: Action, element: Element) -> str:
    """``extended permit tcp any host 10.1.1.1 eq www``"""
    words = ["extended", action.value, protocol_name(element.protocol)]
    words += [_place(element.source), *_ports(element.source_ports, element.protocol)]
    words += [_place(element.destination), *_ports(element.destination_ports, element.protocol)]
    if element.icmp_type is not None:
        words.append(icmp_name(element.icmp_type))
    return " ".join(words)


def _place(network: IPv4Network) -> str:
    if network == ANY:
        return "any"
    if network.prefixlen == 32:
        return f"host {network.network_address}"
    return f"{network.network_address} {network.netmask}"


def _ports(ports: Ports | None, protocol: int | None) -> list[str]:
    if ports is None:
        return []
    assert protocol in (TCP, UDP), f"ports of protocol {protocol}"
    low, high = (port_name(port, udp=protocol == UDP) for port in (ports.low, ports.high))
    if ports.low != ports.high:
        return ["range", low, high]
    return ["neq" if ports.negated else "eq", low]


def listing(lists: tuple[AccessList, ...], counts: Mapping[str, int]) -> str:
    """What `show access-list` prints: every line with its hits, under it what it expands to.

    ``counts``: packets by counter name, as the kernel has them.
    """
    out = ["access-list cached ACL log flows: total 0, denied 0 (deny-flow-max 4096)"]
    out.append("            alert-interval 300")
    for access_list in lists:
        total = sum(len(ace.elements) for ace in access_list.aces)
        named = hashlib.blake2b(access_list.name.encode(), digest_size=4).hexdigest()
        out.append(f"access-list {access_list.name}; {total} elements; name hash: 0x{named}")
        out += _lines(access_list, counts)
    return "\n".join(out)


def _lines(access_list: AccessList, counts: Mapping[str, int]) -> Iterator[str]:
    lines = [(line, "", f"remark {text}") for line, text in access_list.remarks]
    for ace, names in zip(access_list.aces, counters(access_list), strict=True):
        entry = _entry(ace, names, counts, access_list.standard)
        lines += [(ace.line, indent, text) for indent, text in entry]
    for number, indent, text in sorted(lines, key=lambda line: line[0]):
        yield f"{indent}access-list {access_list.name} line {number} {text}"


def _entry(
    ace: Ace, names: tuple[str, ...], counts: Mapping[str, int], standard: bool
) -> Iterator[tuple[str, str]]:
    """Indentation and text of one line and of what it expands to."""
    hits = sum(counts.get(name, 0) for name in dict.fromkeys(names))
    whole = int.from_bytes(hashlib.blake2b("".join(names).encode(), digest_size=4).digest())
    number = names[0][4:12] if len(names) == 1 else f"{whole:08x}"
    idle = " (inactive)" if ace.inactive else ""
    yield "", f"{ace.text} (hitcnt={hits}){idle} 0x{number}"
    if standard or (len(names) == 1 and "object-group" not in ace.text):
        return
    off = " inactive" if ace.inactive else ""
    for element, name in zip(ace.elements, names, strict=True):
        text = element_text(ace.action, element)
        yield "  ", f"{text}{off} (hitcnt={counts.get(name, 0)}){idle} 0x{name[4:12]}"
