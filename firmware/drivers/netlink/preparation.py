"""The slow half of the data plane: making NICs and personas what a plan wants.

Runs in the worker thread with a netlink socket of its own. Only the loop's thread moves addresses,
and so who is active; what depends on the role here is done under ``RoleGate``, a message at a time,
because taking a persona down costs some 17 ms during which the kernel serves nobody else.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from enum import Enum

from firmware.core.base_mac import base_mac
from firmware.core.failover.effects import DataPlan, Persona
from firmware.core.persona_names import persona_names
from firmware.drivers.netlink import messages as say
from firmware.drivers.netlink.batches import (
    Batches,
    Indexes,
    build,
    carried,
    link_addresses,
)
from firmware.drivers.netlink.lease import Lease
from firmware.drivers.netlink.messages import Address, Link, Message
from firmware.drivers.netlink.nics import burned_in_mac, held, note_burned_in
from firmware.drivers.netlink.rtnl import RouteSocket, batch
from firmware.drivers.netlink.sysctl import prefer, require


class Role(Enum):
    """Which personas have the addresses."""

    STANDBY = "standby"
    ACTIVE = "active"
    DRAINING = "draining"  # yielded: addresses on the standby personas, active ones still forward


@dataclass(slots=True)
class RoleGate:
    """The role, written by the loop's thread; held by the worker while it acts upon it."""

    role: Role = Role.STANDBY
    lock: threading.Lock = field(default_factory=threading.Lock)


class PreparationError(Exception):
    """The world refused; the text says what and why."""


# Each with its reason. All of them are maximums or sums over `all` and the interface.
_HOST_SETTINGS = {
    # Forwarding is on for the active personas alone, while they are active.
    "ipv4/conf/all/forwarding": 0,
    "ipv4/conf/default/forwarding": 0,
    # Answer only for addresses of the interface asked: else a standby answers for an address on
    # a persona that is down, and the base for both personas.
    "ipv4/conf/all/arp_ignore": 1,
    # Ask in the name of an address of the interface that asks: else the active MAC is taught to
    # hosts with a standby address.
    "ipv4/conf/all/arp_announce": 2,
    # Strict and loose both drop what arrives by a persona without an address: stragglers.
    "ipv4/conf/all/rp_filter": 0,
    # The mate's broadcast ping asks hosts: an answer of ours would be taken for one of theirs.
    "ipv4/icmp_echo_ignore_broadcasts": 1,
    # A host must not be taught a way around the pair.
    "ipv4/conf/all/send_redirects": 0,
    "ipv4/conf/all/accept_redirects": 0,
    # IPv6 is answered and not forwarded: docs/decisions/0033.
    "ipv6/conf/all/forwarding": 0,
    "ipv6/conf/default/forwarding": 0,
    # As of IPv4: the mate pings all nodes to hear hosts.
    "ipv6/icmp/echo_ignore_multicast": 1,
}
_PERSONA_SETTINGS = {
    "ipv4/conf/{}/rp_filter": 0,
    "ipv4/conf/{}/send_redirects": 0,
    "ipv4/conf/{}/accept_redirects": 0,
    # IPv6 would give each persona a link-local address and make it speak when it comes up.
    "ipv6/conf/{}/disable_ipv6": 1,
}
# Before IPv6 is switched on: of itself it says nothing and takes nothing up.
_IPV6_SETTINGS = {
    # The link-local address comes and goes with the others, in the batch of the role.
    "ipv6/conf/{}/addr_gen_mode": 1,
    # Routers that advertise themselves are asked for nothing and believed nothing.
    "ipv6/conf/{}/accept_ra": 0,
    "ipv6/conf/{}/accept_redirects": 0,
    "ipv6/conf/{}/forwarding": 0,
}
# Only this way of switching forwarding on also makes the NIC stop merging packets (LRO).
_FORWARDED_ONCE = {"ipv4/conf/{}/forwarding": 1}
_LINK_SETTINGS = {
    # Two units that both say `failover lan unit secondary` have one address: they must still
    # hear each other to find out.
    "ipv4/conf/{}/accept_local": 1,
    "ipv4/conf/{}/rp_filter": 0,
    "ipv6/conf/{}/disable_ipv6": 1,
}


class Preparation:
    """Carries out plans. Slow; raises PreparationError or SettingRefusedError."""

    def __init__(self, nics: dict[str, str], gate: RoleGate, lease: Lease) -> None:
        self._nics = nics
        self._nic_names = frozenset(nics.values())
        self._gate = gate
        self._lease = lease
        self._route = RouteSocket()

    def close(self) -> None:
        """The end."""
        self._route.close()

    def make(self, plan: DataPlan, old: DataPlan) -> Batches:
        """NICs, personas and links as ``plan`` has them; nobody's addresses moved.

        A NIC that is gone is left out, and has its part when it is back.
        """
        for setting, value in _HOST_SETTINGS.items():
            require(setting, value)
        links = self._links()
        plan = _without(plan, {p for p, nic in self._nics.items() if nic not in links})
        there = self._route.addresses()
        for persona in carried(plan):
            base = links[self._nic(persona.physical)]
            note_burned_in(self._route, base)
            self._make_base(base, persona, [a for index, a in there if index == base.index])
            self._make_personas(persona, base, links)
            if persona.active6 is not None:
                self._speak_ipv6(persona)
            for name in persona_names(persona.physical):
                prefer(f"ipv4/neigh/{name}/gc_stale_time", plan.arp_timeout_s)
        both = (*plan.personas, *old.personas)
        self._cover({p.physical for p in both if p.active6 is not None})
        self._make_links(plan, links)
        self._raise_and_lower(plan)
        return build(plan, self._indexes_of(plan), old)

    def clear_away(self, plan: DataPlan) -> None:
        """Personas ``plan`` does not hold, once nothing refers to them any more."""
        links = self._links()
        kept = {p.physical: p for p in carried(plan)}
        for physical in self._nics:
            active, standby = (links.get(name) for name in persona_names(physical))
            persona = kept.get(physical)
            if persona is None:
                self._say([say.delete_link(x.index, x.name) for x in (active, standby) if x])
                continue
            if standby and standby.up and not persona.standby_up:
                self._say([say.lower_link(standby.index, standby.name)])
            if persona.active6 is None:
                for name in persona_names(physical):
                    require(f"ipv6/conf/{name}/disable_ipv6", 1)

    def look(self) -> list[Link]:
        """The state of every NIC as it is now."""
        return self._route.states(self._nic_names)

    def lower_actives(self) -> None:
        """The active personas down, unless this unit has become active in the meantime."""
        links = self._links()
        for physical in self._nics:
            active = links.get(persona_names(physical)[0])
            if active is None:
                continue
            down = [
                say.stop_forwarding(active.index, active.name),
                say.lower_link(active.index, active.name),
            ]
            with self._gate.lock:
                if self._gate.role is Role.ACTIVE:
                    return
                self._say(down)

    def _nic(self, physical: str) -> str:
        try:
            return self._nics[physical]
        except KeyError:
            raise PreparationError(
                f"the configuration uses {physical}, which [interfaces] of unit.toml does not name"
            ) from None

    def _make_base(self, base: Link, persona: Persona, addresses: list[Address]) -> None:
        """The NIC under two personas: no address, no ARP, no IPv6, a MAC of its own.

        A smaller MTU is the personas' at once, a larger one is given to them later. Where there is
        IPv6 alone hosts speak to groups instead of everybody: a test must hear those, and a failed
        unit, whose personas are down, too.
        """
        require(f"ipv6/conf/{base.name}/disable_ipv6", 1)
        wanted = base_mac(burned_in_mac(base))
        todo = [say.silence_arp(base.index, base.name, silent=True)]
        todo.append(say.hear_groups(base.index, base.name, all_of_them=persona.by_ipv6))
        if base.mtu != persona.mtu:
            todo.append(say.set_mtu(base.index, base.name, persona.mtu))
        if base.mac != wanted:
            # Down first: many a NIC refuses otherwise. It comes up at the end.
            todo.append(say.lower_link(base.index, base.name))
            todo.append(say.set_mac(base.index, base.name, wanted))
        todo += [say.delete_address(base.index, base.name, address) for address in addresses]
        self._say(todo)

    def _make_personas(self, persona: Persona, base: Link, links: dict[str, Link]) -> None:
        wanted = zip(
            persona_names(persona.physical), (persona.active_mac, persona.standby_mac), strict=True
        )
        for name, mac in wanted:
            found = links.get(name)
            if found is not None and (found.kind, found.parent) != ("macvlan", base.index):
                if found.kind != "macvlan":
                    raise PreparationError(f"{name} is wanted for a persona and is another's")
                self._say([say.delete_link(found.index, name)])  # of a NIC that has moved
                found = None
            if found is None:
                self._say([say.add_macvlan(base.index, name, mac)])
                for setting, value in (_FORWARDED_ONCE | _PERSONA_SETTINGS).items():
                    require(setting.format(name), value)
                require(f"ipv4/conf/{name}/forwarding", 0)
        self._set_macs(persona)
        personas = self._personas(persona)
        grown = [
            say.set_mtu(x.index, x.name, persona.mtu) for x in personas if x.mtu != persona.mtu
        ]
        self._say(grown)

    def _speak_ipv6(self, persona: Persona) -> None:
        """Both personas may have IPv6 addresses from now on; none comes by itself."""
        for name in persona_names(persona.physical):
            for setting, value in _IPV6_SETTINGS.items():
                require(setting.format(name), value)
            require(f"ipv6/conf/{name}/disable_ipv6", 0)

    def _set_macs(self, persona: Persona) -> None:
        """In place on the persona that has the addresses; the other may have to go down for it,
        since two personas with one MAC cannot both be up."""
        active, standby = self._personas(persona)
        wants = {active.name: persona.active_mac, standby.name: persona.standby_mac}
        with self._gate.lock:
            holder, other = (standby, active)
            if self._gate.role is Role.ACTIVE:
                holder, other = (active, standby)
            clash = persona.active_mac == persona.standby_mac
            todo: list[Message] = []
            if other.up and (clash or other.mac != wants[other.name]):
                todo.append(say.lower_link(other.index, other.name))
            for link in (holder, other):
                if link.mac != wants[link.name]:
                    todo.append(say.set_mac(link.index, link.name, wants[link.name]))
            self._say(todo)

    def _personas(self, persona: Persona) -> list[Link]:
        """Both, as they are now. Asked for by name: there may be five hundred."""
        found = [self._route.link(name) for name in persona_names(persona.physical)]
        there = [link for link in found if link is not None]
        if len(there) < len(found):
            raise _removed(persona.physical)
        return there

    def _cover(self, ipv6: set[str]) -> None:
        """Every active persona there is: one that leaves the plan may have its addresses still. And
        the standby ones that have or had IPv6."""
        links = self._links()
        names = {physical: persona_names(physical) for physical in self._nics}
        actives = {one: links[one].index for one, _ in names.values() if one in links}
        standbys = {
            one: links[one].index
            for physical, (_, one) in names.items()
            if physical in ipv6 and one in links
        }
        refused = self._lease.cover(actives, standbys)
        if refused:
            raise PreparationError("; ".join(refused))

    def _make_links(self, plan: DataPlan, links: dict[str, Link]) -> None:
        """Failover and state links: one fixed address, on the NIC itself."""
        there = self._route.addresses()
        for physical, wanted in link_addresses(plan).items():
            nic = links[self._nic(physical)]
            for setting, value in _LINK_SETTINGS.items():
                require(setting.format(nic.name), value)
            here = [address for index, address in there if index == nic.index]
            todo = [say.silence_arp(nic.index, nic.name, silent=False)]
            todo += [say.delete_address(nic.index, nic.name, a) for a in here if a not in wanted]
            todo += [say.add_address(nic.index, nic.name, a) for a in wanted if a not in here]
            self._say(todo)

    def _raise_and_lower(self, plan: DataPlan) -> None:
        """NICs of the plan up, but for an open link switch; those shut down, down."""
        links = self._links()
        todo: list[Message] = []
        for physical in wanted_up(plan):
            nic = links.get(self._nic(physical))
            if nic is not None and not nic.up and not held(nic):
                todo.append(say.raise_link(nic.index, nic.name))
        for physical in plan.silent:
            shut = links.get(self._nics.get(physical, ""))
            if shut is not None and shut.up:
                todo.append(say.lower_link(shut.index, shut.name))
        self._say(todo)

    def _indexes_of(self, plan: DataPlan) -> dict[str, Indexes]:
        """Of every persona there is. Refuses where one that ``plan`` carries went meanwhile."""
        links = self._links()
        found: dict[str, Indexes] = {}
        for physical in self._nics:
            active, standby = (links.get(name) for name in persona_names(physical))
            if active and standby:
                found[physical] = Indexes(
                    base=active.parent, active=active.index, standby=standby.index
                )
        for persona in carried(plan):
            if persona.physical not in found:
                raise _removed(persona.physical)
        return found

    def _links(self) -> dict[str, Link]:
        return {link.name: link for link in self._route.links()}

    def _say(self, todo: list[Message]) -> None:
        refused = self._route.send(batch(todo))
        if refused:
            raise PreparationError("; ".join(refused))


def _removed(physical: str) -> PreparationError:
    return PreparationError(f"{physical} is gone: its NIC was removed meanwhile")


def _without(plan: DataPlan, gone: set[str]) -> DataPlan:
    """The part of the plan that this machine has NICs for now."""
    return replace(
        plan,
        personas=tuple(p for p in plan.personas if p.physical not in gone),
        links=tuple(link for link in plan.links if link.physical not in gone),
    )


def wanted_up(plan: DataPlan) -> tuple[str, ...]:
    """Physical names of the NICs that should be up."""
    names = [p.physical for p in plan.personas]
    names += [link.physical for link in plan.links if not link.shutdown]
    return tuple(name for name in dict.fromkeys(names) if name not in plan.silent)
