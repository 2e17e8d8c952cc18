"""The slow half of the data plane: making NICs and personas what a plan wants.

Runs in the worker thread with a netlink socket of its own. Only the loop's thread moves addresses,
and so who is active; what depends on the role here is done under ``RoleGate``, a message at a time,
because taking a persona down costs some 17 ms during which the kernel serves nobody else.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from enum import Enum
from ipaddress import IPv4Interface

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
from firmware.drivers.netlink.messages import Link, Message
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
}
_PERSONA_SETTINGS = {
    "ipv4/conf/{}/rp_filter": 0,
    "ipv4/conf/{}/send_redirects": 0,
    "ipv4/conf/{}/accept_redirects": 0,
    # IPv6 would give each persona a link-local address and make it speak when it comes up.
    "ipv6/conf/{}/disable_ipv6": 1,
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
        personas, addresses = carried(plan), self._route.addresses()
        for persona in personas:
            base = links[self._nic(persona.physical)]
            note_burned_in(self._route, base)
            there = [address for index, address in addresses if index == base.index]
            self._make_base(base, persona.mtu, there)
            self._make_personas(persona, links)
        # Each step for all of them: a look at all interfaces takes a while where there are 250.
        links = self._links()
        for persona in personas:
            self._set_macs(persona, links)
            self._grow(persona, links)
            for name in persona_names(persona.physical):
                prefer(f"ipv4/neigh/{name}/gc_stale_time", plan.arp_timeout_s)
        self._cover()
        self._make_links(plan, links)
        self._raise_and_lower(plan)
        return build(plan, self._indexes(), old)

    def clear_away(self, plan: DataPlan) -> None:
        """Personas ``plan`` does not hold, once nothing refers to them any more."""
        links = self._links()
        kept = {p.physical: p for p in carried(plan)}
        for physical in self._nics:
            active, standby = (links.get(name) for name in persona_names(physical))
            persona = kept.get(physical)
            if persona is None:
                self._say([say.delete_link(x.index, x.name) for x in (active, standby) if x])
            elif standby and standby.up and not persona.standby_up:
                self._say([say.lower_link(standby.index, standby.name)])

    def look(self) -> list[Link]:
        """Every interface as it is now."""
        return self._route.links()

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

    def _make_base(self, base: Link, mtu: int, there: list[IPv4Interface]) -> None:
        """The NIC under two personas: no address, no ARP, no IPv6, a MAC of its own.

        A smaller MTU is the personas' at once, a larger one is given to them later.
        """
        require(f"ipv6/conf/{base.name}/disable_ipv6", 1)
        wanted = base_mac(burned_in_mac(base))
        todo = [say.silence_arp(base.index, base.name, silent=True)]
        if base.mtu != mtu:
            todo.append(say.set_mtu(base.index, base.name, mtu))
        if base.mac != wanted:
            # Down first: many a NIC refuses otherwise. It comes up at the end.
            todo.append(say.lower_link(base.index, base.name))
            todo.append(say.set_mac(base.index, base.name, wanted))
        todo += [say.delete_address(base.index, base.name, address) for address in there]
        self._say(todo)

    def _make_personas(self, persona: Persona, links: dict[str, Link]) -> None:
        base = links[self._nic(persona.physical)]
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

    def _grow(self, persona: Persona, links: dict[str, Link]) -> None:
        """Up to the NIC's MTU; a smaller one has reached them by itself."""
        personas = [links[name] for name in persona_names(persona.physical)]
        grown = [
            say.set_mtu(x.index, x.name, persona.mtu) for x in personas if x.mtu != persona.mtu
        ]
        self._say(grown)

    def _set_macs(self, persona: Persona, links: dict[str, Link]) -> None:
        """In place on the persona that has the addresses; the other may have to go down for it,
        since two personas with one MAC cannot both be up."""
        active, standby = (links[name] for name in persona_names(persona.physical))
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

    def _cover(self) -> None:
        """Every active persona there is: one that leaves the plan may have its addresses still."""
        links = self._links()
        actives = [persona_names(physical)[0] for physical in self._nics]
        refused = self._lease.cover({x: links[x].index for x in actives if x in links})
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
            nic = links[self._nic(physical)]
            if not nic.up and not held(nic):
                todo.append(say.raise_link(nic.index, nic.name))
        for physical in plan.silent:
            shut = links.get(self._nics.get(physical, ""))
            if shut is not None and shut.up:
                todo.append(say.lower_link(shut.index, shut.name))
        self._say(todo)

    def _indexes(self) -> dict[str, Indexes]:
        links = self._links()
        found: dict[str, Indexes] = {}
        for physical, nic in self._nics.items():
            active, standby = (links.get(name) for name in persona_names(physical))
            if active and standby:
                found[physical] = Indexes(
                    base=links[nic].index, active=active.index, standby=standby.index
                )
        return found

    def _links(self) -> dict[str, Link]:
        return {link.name: link for link in self._route.links()}

    def _say(self, todo: list[Message]) -> None:
        refused = self._route.send(batch(todo))
        if refused:
            raise PreparationError("; ".join(refused))


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
