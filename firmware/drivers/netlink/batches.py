"""From a plan to the batches that carry out each change of role. Pure; made in advance.

The order inside a batch is what makes a switchover lose nothing, or be silent in time:

- assume: standby addresses away (the mate has them now), then active persona up and forwarding,
  its address, the routes.
- yield: standby persona up, its address, the routes moved in place, and only then the active
  addresses away: at no moment is there no route. The active persona stays up and forwards
  stragglers, which leave by the standby persona.
- release: first stop forwarding, on every interface; then the active addresses away; then settle
  as a standby does.
- of a persona's IPv6 addresses the link-local one comes and goes first: without it the kernel has
  no name to say anything under, and what it would say of the others stops at the gate (lease.py).
- addresses held beside the active ones (``also``) come after the routes and go with the active
  ones; static ARP entries are given to whichever persona gets an address.
- farewell: what an older plan had and this one has not.

Deleting the last address of a persona makes the kernel drop its routes and its ARP entries, whose
retries would otherwise be sent from the active MAC.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Interface, IPv4Network

from firmware.core.failover.effects import DataPlan, Persona
from firmware.core.link_local import link_local
from firmware.core.persona_names import persona_names
from firmware.core.settings import FailoverLink, Identity
from firmware.drivers.netlink import messages as say
from firmware.drivers.netlink.arp import Announcement, announcement
from firmware.drivers.netlink.messages import Address, Hop, Message
from firmware.drivers.netlink.rtnl import Batch, batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexes:
    """Kernel indexes of one data interface: the NIC and its two personas."""

    base: int
    active: int
    standby: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batches:
    """All that can be asked of the data plane at once, for one plan."""

    plan: DataPlan
    indexes: dict[str, Indexes]
    farewell: Batch
    assume: Batch
    yield_: Batch
    release: Batch
    bases_down: Batch  # when the kernel refuses a release
    active_announcements: tuple[Announcement, ...]
    also_announcements: tuple[Announcement, ...]  # by the active personas, less urgent
    standby_announcements: tuple[Announcement, ...]


_IPV6 = 6
NOTHING = batch([])
NO_BATCHES = Batches(
    plan=DataPlan(),
    indexes={},
    farewell=NOTHING,
    assume=NOTHING,
    yield_=NOTHING,
    release=NOTHING,
    bases_down=NOTHING,
    active_announcements=(),
    also_announcements=(),
    standby_announcements=(),
)


def active_addresses(persona: Persona) -> tuple[Address, ...]:
    """What its active persona carries."""
    own = persona.active, persona.active6 and link_local(persona.active_mac), persona.active6
    return tuple(address for address in own if address is not None)


def standby_addresses(persona: Persona) -> tuple[Address, ...]:
    """What its standby persona may carry. Nothing while it must stay down: an address on a persona
    that is down would still be answered."""
    return _of_standby(persona) if persona.standby_up else ()


def _of_standby(persona: Persona) -> tuple[Address, ...]:
    own = persona.standby, persona.standby6 and link_local(persona.standby_mac), persona.standby6
    return tuple(address for address in own if address is not None)


def carried(plan: DataPlan) -> tuple[Persona, ...]:
    """The personas of interfaces that are not shut down."""
    return tuple(p for p in plan.personas if p.physical not in plan.silent)


def build(plan: DataPlan, indexes: dict[str, Indexes], old: DataPlan) -> Batches:
    """``indexes``: by physical name, of every persona in either plan that exists."""
    personas = carried(plan)
    on_active, on_standby = _routes(plan, indexes)
    settle = [m for p in personas for m in _settle(p, indexes[p.physical])] + on_standby
    actives_away = [m for p in personas for m in _active_away(p, indexes[p.physical])]
    release = batch([_even_if_gone(m) for m in _release(personas, indexes) + settle])
    # With one MAC for both the standby persona cannot rise beside the active one: no overlap then.
    one_mac = any(p.active_mac == p.standby_mac for p in personas)
    return Batches(
        plan=plan,
        indexes=indexes,
        farewell=batch(_farewell(plan, indexes, old)),
        assume=batch(
            _assume(personas, indexes)
            + on_active
            + _ipv6(personas, indexes)
            + _held(personas, indexes)
        ),
        yield_=release if one_mac else batch(settle + actives_away),
        release=release,
        bases_down=batch([say.lower_link(indexes[p.physical].base, p.physical) for p in personas]),
        active_announcements=tuple(
            announcement(persona_names(p.physical)[0], p.active_mac, address.ip)
            for p in personas
            for address in active_addresses(p)
        ),
        also_announcements=tuple(
            announcement(persona_names(p.physical)[0], p.active_mac, address)
            for p in personas
            for address in p.also
        ),
        standby_announcements=tuple(
            announcement(persona_names(p.physical)[1], p.standby_mac, address.ip)
            for p in personas
            for address in standby_addresses(p)
        ),
    )


def _assume(personas: tuple[Persona, ...], indexes: dict[str, Indexes]) -> list[Message]:
    out: list[Message] = []
    for p in personas:
        out += _standby_away(p, indexes[p.physical])
    for p in personas:
        index = indexes[p.physical]
        active, standby = persona_names(p.physical)
        if p.active_mac == p.standby_mac:
            # A secondary alone has one MAC for both; two that are up would clash.
            out.append(say.lower_link(index.standby, standby))
        # IPv6 is not forwarded: docs/decisions/0033.
        rise = say.raise_link if p.active is None else say.raise_forwarder
        out.append(rise(index.active, active))
        if p.active is not None:
            out.append(say.add_address(index.active, active, p.active))
    return out


def _ipv6(personas: tuple[Persona, ...], indexes: dict[str, Indexes]) -> list[Message]:
    """After all of IPv4: a thread of the kernel enters such an address, under the lock that the
    messages behind it wait for."""
    return [
        say.add_address(indexes[p.physical].active, persona_names(p.physical)[0], address)
        for p in personas
        for address in active_addresses(p)
        if address.version == _IPV6
    ]


def _held(personas: tuple[Persona, ...], indexes: dict[str, Indexes]) -> list[Message]:
    out: list[Message] = []
    for p in personas:
        index, name = indexes[p.physical].active, persona_names(p.physical)[0]
        out += [say.add_address(index, name, IPv4Interface(address)) for address in p.also]
        out += _static_arp(p, index, name)
    return out


def _static_arp(p: Persona, index: int, name: str) -> list[Message]:
    return [say.add_static_neighbour(index, name, *entry) for entry in p.static_arp]


def _release(personas: tuple[Persona, ...], indexes: dict[str, Indexes]) -> list[Message]:
    out = [
        say.stop_forwarding(indexes[p.physical].active, persona_names(p.physical)[0])
        for p in personas
    ]
    for p in personas:
        out += _active_away(p, indexes[p.physical])
    for p in personas:
        if p.active_mac == p.standby_mac:
            out.append(say.lower_link(indexes[p.physical].active, persona_names(p.physical)[0]))
    return out


def _even_if_gone(message: Message) -> Message:
    """HM-9: a NIC that has just gone took its personas along. They are silent, as was asked."""
    return replace(message, harmless=(*message.harmless, errno.ENODEV))


def _settle(p: Persona, index: Indexes) -> list[Message]:
    name = persona_names(p.physical)[1]
    addresses = standby_addresses(p)
    out = [say.raise_link(index.standby, name)] if p.standby_up else []
    out += [say.add_address(index.standby, name, one) for one in addresses]
    return out + (_static_arp(p, index.standby, name) if addresses else [])


def _active_away(p: Persona, index: Indexes) -> list[Message]:
    name = persona_names(p.physical)[0]
    out = [say.delete_address(index.active, name, one) for one in active_addresses(p)]
    return out + [say.delete_address(index.active, name, IPv4Interface(a)) for a in p.also]


def _standby_away(p: Persona, index: Indexes) -> list[Message]:
    name = persona_names(p.physical)[1]
    return [say.delete_address(index.standby, name, one) for one in _of_standby(p)]


def _farewell(plan: DataPlan, indexes: dict[str, Indexes], old: DataPlan) -> list[Message]:
    """Before the new plan's addresses are added: a new address in the network of an old one would
    become its secondary, and vanish with it."""
    out: list[Message] = []
    kept = {p.physical: p for p in carried(plan)}
    for p in old.personas:
        index = indexes.get(p.physical)
        if index is None:
            continue
        new = kept.get(p.physical)
        out += _own_away(p, new, index)
        out += _beside_away(p, new, index)
        stays = () if new is None else standby_addresses(new)
        out += [
            say.delete_address(index.standby, persona_names(p.physical)[1], one)
            for one in _of_standby(p)
            if one not in stays
        ]
    routes = {(r.network, r.metric) for r in plan.routes}
    gone = dict.fromkeys((r.network, r.metric) for r in old.routes)
    return out + [say.delete_route(*key) for key in gone if key not in routes]


def _own_away(p: Persona, new: Persona | None, index: Indexes) -> list[Message]:
    """The active persona's own addresses that ``new`` has not. What is held beside goes with the
    IPv4 one, of whose network it is."""
    name = persona_names(p.physical)[0]
    stays = () if new is None else active_addresses(new)
    gone: list[Address] = [one for one in active_addresses(p) if one not in stays]
    if p.active in gone:
        gone += [IPv4Interface(address) for address in p.also]
    return [say.delete_address(index.active, name, one) for one in gone]


def _beside_away(p: Persona, new: Persona | None, index: Indexes) -> list[Message]:
    """Held addresses and static ARP entries that ``new`` has not."""
    active, standby = persona_names(p.physical)
    held = set() if new is None else set(new.also)
    entries = set() if new is None else {address for address, _ in new.static_arp}
    out = [
        say.delete_address(index.active, active, IPv4Interface(address))
        for address in p.also
        if address not in held
    ]
    for address, _ in p.static_arp:
        if address not in entries:
            out.append(say.delete_neighbour(index.active, active, address))
            out.append(say.delete_neighbour(index.standby, standby, address))
    return out


def _routes(plan: DataPlan, indexes: dict[str, Indexes]) -> tuple[list[Message], list[Message]]:
    """The same routes by the active and by the standby personas, where those have addresses."""
    personas = carried(plan)
    by_active = {p.name: indexes[p.physical].active for p in personas if p.active is not None}
    standbys = [p for p in personas if p.standby_up and p.standby is not None]
    by_standby = {p.name: indexes[p.physical].standby for p in standbys}
    return _routes_by(plan, by_active.get), _routes_by(plan, by_standby.get)


def _routes_by(plan: DataPlan, index_of: Callable[[str], int | None]) -> list[Message]:
    hops: dict[tuple[IPv4Network, int], list[Hop]] = {}
    for route in plan.routes:
        index = index_of(route.interface)
        if index is not None:  # an interface that is shut down has no routes
            hops.setdefault((route.network, route.metric), []).append(Hop(index, route.gateway))
    return [say.replace_route(*key, _once(found)) for key, found in hops.items()]


def _once(hops: Iterable[Hop]) -> tuple[Hop, ...]:
    return tuple(dict.fromkeys(hops))


def link_addresses(plan: DataPlan) -> dict[str, tuple[IPv4Interface, ...]]:
    """By physical name, the addresses of failover and state links on NICs of their own.

    A link that shares a NIC with the other link shares its address; one on a data interface uses
    the persona's.
    """
    data = {p.physical for p in plan.personas}
    found: dict[str, tuple[IPv4Interface, ...]] = {}
    for link in plan.links:
        if link.physical in data:
            continue
        mine = link.primary
        if plan.identity is not Identity.PRIMARY:
            mine = _mate_of(link)
        addresses = found.get(link.physical, ())
        if mine is not None and mine not in addresses:
            addresses += (mine,)
        found[link.physical] = addresses
    return found


def _mate_of(link: FailoverLink) -> IPv4Interface | None:
    if link.primary is None or link.secondary is None:
        return None
    return IPv4Interface((link.secondary, link.primary.network.prefixlen))
