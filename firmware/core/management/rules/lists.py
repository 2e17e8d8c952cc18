"""Access-lists as nftables chains.

One list may be needed in several forms: ``WIRE`` reads a packet's addresses as they are now,
``ORIGINAL`` the destination it came with, before a static translated it. Both go on after a permit
and drop everything else. An exemption accepts what the list permits and otherwise goes on;
``EXEMPT_BACK`` reads it from the other side.

A chain is named after what it holds and never changes: a list that did not change is not loaded
again, and one that did is there whole before anything refers to it. A long list is several pieces,
each small enough for one transaction in a user namespace, and a chain that jumps to one after the
other; a mark on the connection says that a piece has decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv4Network

from firmware.core.management.rules.hits import CACHED, counters
from firmware.core.management.rules.ruleset import (
    ANY,
    ICMP,
    TCP,
    UDP,
    AccessList,
    Action,
    Element,
    Ports,
)


class Form(Enum):
    """How a list is read. The value begins the name of its chain."""

    WIRE = "list"
    ORIGINAL = "list-in"
    EXEMPT = "exempt"
    EXEMPT_BACK = "exempt-back"


# Marks of a connection: a list let it in; then one let it out; a list of several pieces is read.
PASSED, OUT, DECIDED = 1, 2, 4
ELEMENTS_A_PIECE = 250  # below 208 kB of netlink, all that `nft` may send in a user namespace


@dataclass(frozen=True, slots=True)
class Loaded:
    """One list in one form: the chain to jump to, and the lines of each transaction.

    ``marks``: whoever jumps there has to set the mark anew when it comes back.
    """

    head: str
    parts: tuple[tuple[str, ...], ...]
    marks: bool


Heads = Mapping[tuple[str, Form], Loaded]


def load(access_list: AccessList, form: Form) -> Loaded:
    """The chains of a list."""
    exempts = form in (Form.EXEMPT, Form.EXEMPT_BACK)
    last = () if exempts else ("drop",)
    size = sum(len(ace.elements) for ace in access_list.aces if not ace.inactive)
    marks = size > ELEMENTS_A_PIECE
    found = list(_entries(access_list, form, marks=marks))
    if not marks:
        head, part = _chain(form, found, last)
        return Loaded(head, (part,), marks)
    starts = range(0, size, ELEMENTS_A_PIECE)
    pieces = [_chain(form, found[start : start + ELEMENTS_A_PIECE]) for start in starts]
    jumps = [rule for name, _ in pieces for rule in (f"jump {name}", f"ct mark {DECIDED} return")]
    head, part = _chain(form, [], (*jumps, *last))
    return Loaded(head, (*(part for _, part in pieces), part), marks)


def _chain(
    form: Form, entries: list[tuple[str, str]], last: tuple[str, ...] = ()
) -> tuple[str, tuple[str, ...]]:
    """Name and lines of a chain with these entries, counter and rule."""
    rules = [rule for _, rule in entries] + list(last)
    digest = blake2b("\n".join(rules).encode(), digest_size=8).hexdigest()
    name = f"{form.value}-{digest}"
    lines = [f"add counter ip fover {counter}" for counter, _ in entries if counter]
    lines.append(f"add chain ip fover {name}")
    return name, (*lines, *(f"add rule ip fover {name} {rule}" for rule in rules))


def _entries(access_list: AccessList, form: Form, *, marks: bool) -> Iterator[tuple[str, str]]:
    """Counter, or "", and rule of every expanded entry."""
    exempts = form in (Form.EXEMPT, Form.EXEMPT_BACK)
    goes_on = f"ct mark set {DECIDED} return" if marks else "return"
    permit, deny = ("accept", goes_on) if exempts else (goes_on, "drop")
    for ace, names in zip(access_list.aces, counters(access_list), strict=True):
        if ace.inactive:
            continue
        verdict = permit if ace.action is Action.PERMIT else deny
        for element, name in zip(ace.elements, names, strict=True):
            match = _match(element, form)
            # Exemptions are not counted, as on a real unit.
            yield (
                ("", match + verdict)
                if exempts
                else (name, f"{match}counter name {name} {verdict}")
            )


@lru_cache(maxsize=CACHED)
def _match(element: Element, form: Form) -> str:
    """The conditions, each with a blank behind it."""
    near, far = "source", "destination"
    to = "ct original ip daddr" if form is Form.ORIGINAL else "ip daddr"
    if form is Form.EXEMPT_BACK:
        near, far = far, near
    out = _address("ip saddr", getattr(element, near)) + _address(to, getattr(element, far))
    return out + _protocol(
        element, getattr(element, f"{near}_ports"), getattr(element, f"{far}_ports"), form
    )


def _address(what: str, network: IPv4Network) -> str:
    if network == ANY:
        return ""
    if network.prefixlen == 32:
        return f"{what} {network.network_address} "
    return f"{what} {network} "


def _protocol(element: Element, near: Ports | None, far: Ports | None, form: Form) -> str:
    protocol = element.protocol
    if protocol is None:
        return ""
    if protocol == ICMP and element.icmp_type is not None:
        return f"icmp type {element.icmp_type} "
    if protocol not in (TCP, UDP) or (near is None and far is None):
        return f"ip protocol {protocol} "
    name = "tcp" if protocol == TCP else "udp"
    out = "" if near is None else f"{name} sport {_ports(near)} "
    if far is None:
        return out
    if form is Form.ORIGINAL:
        return f"ip protocol {protocol} {out}ct original proto-dst {_ports(far)} "
    return f"{out}{name} dport {_ports(far)} "


def _ports(ports: Ports) -> str:
    span = str(ports.low) if ports.low == ports.high else f"{ports.low}-{ports.high}"
    return f"!= {span}" if ports.negated else span
