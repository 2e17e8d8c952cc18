"""Moves addresses and MACs: the verbs of the data plane, as the failover process's loop calls them.

``assume``, ``yield_`` and ``release`` are the hot path: one prepared batch in one send, the
kernel's refusals read, an answer at once. Everything slow is done by a worker thread and answered
through ``fileno`` and ``receive``. Addresses are moved by the loop's thread alone, so the role
here is what the kernel does.

A new process starts by taking the addresses off whatever personas a predecessor left: nobody
forwards before being told to. NICs come up with the first plan.
"""

from __future__ import annotations

import select
import time
from collections import Counter, deque

from firmware.core.failover.effects import DataPlan
from firmware.core.failover.events import CarrierChanged, Done, Failed
from firmware.core.persona_names import persona_names
from firmware.drivers.netlink import messages as say
from firmware.drivers.netlink.arp import Announcer
from firmware.drivers.netlink.batches import NO_BATCHES, Batches, carried
from firmware.drivers.netlink.lease import FIRST_MS, LOOPBACK, Lease
from firmware.drivers.netlink.messages import Link, Message
from firmware.drivers.netlink.nics import (
    NicWatch,
    NoSuchNicError,
    burned_in_mac,
    find_nics,
    note_burned_in,
)
from firmware.drivers.netlink.preparation import Preparation, Role, RoleGate, wanted_up
from firmware.drivers.netlink.rtnl import Batch, RouteSocket, batch
from firmware.drivers.netlink.worker import Made, Worker

__all__ = ["DataPlane", "NoSuchNicError"]

_PREPARE, _CLEAR_AWAY, _DROP, _SETTLE = "prepare", "clear away", "drop", "settle"
_LOOK = "look"
_NEIGHBOURS_CARRIED = 128  # an interface: the loop must not be kept for 2 ms


class DataPlane:
    """The NICs of a unit, by the names the configuration uses.

    ``lease``: what passes by the active personas passes only while it is held.
    ``nics``: physical name -> kernel NIC, {"Ethernet0": "eth0"}. Needs CAP_NET_ADMIN and
    CAP_NET_RAW. Raises NoSuchNicError, or ValueError where two names would share a persona.
    """

    def __init__(self, nics: dict[str, str]) -> None:
        self._nics = dict(nics)
        self._refuse_one_persona_twice()
        self._route = RouteSocket()
        links = self._route.links()
        found = find_nics(nics, links)
        self._burned_in = {physical: burned_in_mac(link) for physical, link in found.items()}
        for link in found.values():
            note_burned_in(self._route, link)
        self._disarm_leftovers(links)
        self.lease = Lease()
        self._gate = RoleGate()
        self._batches = NO_BATCHES
        self._in_force: DataPlan | None = None  # the last plan that was carried out to its end
        self._void = False  # a NIC moved since the last plan was begun
        self._plans: deque[DataPlan] = deque()
        self._announcer = Announcer()
        self._watch = NicWatch(found)
        self._heard_at_look: int | None = None  # None: the worker is not looking
        self._preparation = Preparation(self._nics, self._gate, self.lease)
        self._worker = Worker()
        self._ready = select.epoll()
        self._ready.register(self._watch.fileno(), select.EPOLLIN)
        self._ready.register(self._worker.fileno(), select.EPOLLIN)

    def fileno(self) -> int:
        """Readable when ``receive`` has something to tell."""
        return self._ready.fileno()

    def receive(self) -> list[Done | Failed | CarrierChanged]:
        """Carriers that changed, and the outcome of ``prepare`` and ``drop_active_links``."""
        changed = self._watch.receive()
        outcomes: list[Done | Failed] = []
        for name, result in self._worker.results():
            if name == _LOOK:
                changed += self._looked(result)
            elif not isinstance(result, list):
                outcomes += self._finish(name, result)
        if self._watch.overrun:
            self._watch.overrun = False
            self.ask_carriers()
        if self._watch.moved:
            self._watch.moved = False
            self._make_again()
        if any(one.up for one in changed):
            # A link that is back may lead to a switch that has forgotten, or never knew.
            self._announce()
        self._obey_switches()
        return [*changed, *outcomes]

    def prepare(self, plan: DataPlan) -> None:
        """Make the kernel ready for ``plan``; answered by Done or Failed("PrepareDataPlane")."""
        self._plans.append(plan)
        if len(self._plans) == 1:
            self._prepare_next()

    def _make_again(self) -> None:
        """A NIC went or is back: the same plan, for the NICs there are now."""
        self._void = True
        if self._plans:
            self._plans.append(self._plans[-1])
        elif self._in_force is not None:
            self.prepare(self._in_force)

    def assume(self) -> Done | Failed:
        """Become the forwarder, on the shortest lease there is: the core's own follows at once."""
        if self._batches is NO_BATCHES:
            return Failed("AssumeAddresses", "no plan has been prepared yet")
        self.lease.hold(FIRST_MS)
        return self._move("AssumeAddresses", Role.ACTIVE, self._batches.assume)

    def yield_(self) -> Done | Failed:
        """Planned: the addresses go, stragglers are still forwarded."""
        if self._gate.role is Role.STANDBY:
            return self._move("YieldAddresses", Role.STANDBY, self._batches.release)
        self._carry_neighbours()
        return self._move("YieldAddresses", Role.DRAINING, self._batches.yield_)

    def release(self) -> Done | Failed:
        """Unplanned: no forwarder any more when this returns Done."""
        self.lease.end()
        answer = self._move("ReleaseAddresses", Role.STANDBY, self._batches.release)
        if isinstance(answer, Failed):
            # The harsh way, rather than two forwarders.
            refused = self._route.send(self._batches.bases_down)
            return Failed(answer.effect, "; ".join([answer.why, "NICs taken down", *refused]))
        self._worker.start(_SETTLE, self._preparation.lower_actives)
        return answer

    def drop_active_links(self) -> None:
        """Planned, later: the active personas down; answered by Done or Failed."""
        self._worker.start(_DROP, self._preparation.lower_actives)

    def carriers(self) -> tuple[tuple[str, bool], ...]:
        """Physical name and carrier of every NIC, as last heard."""
        return self._watch.carriers()

    def ask_carriers(self) -> None:
        """Look; what changed comes by ``receive``. The kernel may hold back news of a young NIC
        for 0.6 s. The worker looks: an answer waits for whoever holds the kernel's lock."""
        if self._heard_at_look is None:
            self._heard_at_look = self._watch.heard
            self._worker.start(_LOOK, self._preparation.look)

    def base_nics(self) -> tuple[str, ...]:
        """The kernel's names, for fencing."""
        return tuple(self._nics.values())

    def burned_in_macs(self) -> dict[str, str]:
        """Physical name -> the MAC the NIC was made with; it is the persona's now."""
        return dict(self._burned_in)

    def next_due_ns(self) -> int | None:
        """When ``pump`` has something to do, on the monotonic clock."""
        return self._announcer.next_due_ns()

    def pump(self, now_ns: int) -> None:
        """Repeat the gratuitous ARPs that are due."""
        self._announcer.pump(now_ns)

    def close(self) -> None:
        """End the worker and the sockets. Addresses stay as they are."""
        self._worker.close()
        self._preparation.close()
        self.lease.close()
        self._ready.close()
        self._watch.close()
        self._announcer.close()
        self._route.close()

    def _move(self, effect: str, role: Role, prepared: Batch) -> Done | Failed:
        self._announcer.silence()
        self._gate.role = role  # before the lock: a worker between two interfaces stops at once
        with self._gate.lock:
            refused = self._route.send(prepared)
        self._announce()
        return Failed(effect, "; ".join(refused)) if refused else Done(effect)

    def _carry_neighbours(self) -> None:
        """The standby personas learn the hosts the active ones know.

        Stragglers leave by them at once; asking first would put the standby's address into ARP
        tables of hosts that have never heard of it.
        """
        todo: list[Message] = []
        for p in carried(self._batches.plan):
            name, index = persona_names(p.physical)[1], self._batches.indexes[p.physical]
            known = self._route.neighbours(index.active, _NEIGHBOURS_CARRIED)
            if p.standby_up and known:
                todo.append(say.raise_link(index.standby, name))
                todo += [say.add_neighbour(index.standby, name, one) for one in known]
        self._route.send(batch(todo))

    def _announce(self) -> None:
        """Say where the addresses are now."""
        active = self._gate.role is Role.ACTIVE
        known = self._batches
        what = known.active_announcements if active else known.standby_announcements
        if what:
            beside = known.also_announcements if active else ()
            self._announcer.announce(what, time.monotonic_ns(), beside)

    def _obey_switches(self) -> None:
        """Link switches just closed: up, if the plan wants the NIC. Open ones: down it stays."""
        switched, self._watch.switched = self._watch.switched, {}
        wanted = wanted_up(self._batches.plan)
        todo: list[Message] = []
        for physical, closed in switched.items():
            index, nic = self._watch.indexes[physical], self._nics[physical]
            if not closed:
                todo.append(say.lower_link(index, nic))
            elif physical in wanted:
                todo.append(say.raise_link(index, nic))
        self._route.send(batch(todo))

    def _looked(self, result: Made | str) -> list[CarrierChanged]:
        """What the worker saw, unless the kernel has said something since: that is newer."""
        heard, self._heard_at_look = self._heard_at_look, None
        if not isinstance(result, list) or heard != self._watch.heard:
            return []
        return self._watch.note_all(result)

    def _prepare_next(self) -> None:
        plan, old = self._plans[0], self._batches.plan
        if plan == self._in_force and not self._void:
            self._worker.start(_CLEAR_AWAY, lambda: None)
            return
        self._void = False
        self._worker.start(_PREPARE, lambda: self._preparation.make(plan, old))

    def _finish(self, name: str, result: Batches | str | None) -> list[Done | Failed]:
        if name == _DROP:
            if self._gate.role is Role.DRAINING and result is None:
                self._gate.role = Role.STANDBY
            return [_outcome("DropActiveLinks", result)]
        if name == _SETTLE:
            return [] if result is None else [_outcome("ReleaseAddresses", result)]
        if isinstance(result, Batches):
            made = result.plan
            refused = self._take_over(result)
            if not refused:
                self._worker.start(_CLEAR_AWAY, lambda: self._preparation.clear_away(made))
                return []
            result = "; ".join(refused)
        plan = self._plans.popleft()
        self._in_force = plan if result is None else None
        if self._plans:
            self._prepare_next()
        return [_outcome("PrepareDataPlane", result)]

    def _take_over(self, batches: Batches) -> list[str]:
        """The new plan's addresses in place of the old one's, in the role this unit has now."""
        self._batches = batches
        settled = {
            Role.ACTIVE: batches.assume,
            Role.DRAINING: batches.yield_,
            Role.STANDBY: batches.release,
        }[self._gate.role]
        with self._gate.lock:
            refused = self._route.send(batches.farewell) + self._route.send(settled)
        self._announce()
        return refused

    def _disarm_leftovers(self, links: list[Link]) -> None:
        """A killed predecessor's personas: no forwarding and no addresses, then the active ones
        down; a standby one without address says nothing, and each costs 17 ms."""
        names = {name for physical in self._nics for name in persona_names(physical)}
        personas = {link.index: link for link in links if link.name in names}
        todo = [say.stop_forwarding(index, link.name) for index, link in personas.items()]
        for index, address in self._route.addresses():
            if index in personas:
                todo.append(say.delete_address(index, personas[index].name, address))
        actives = {persona_names(physical)[0] for physical in self._nics}
        todo += [
            say.lower_link(index, link.name)
            for index, link in personas.items()
            if link.up and link.name in actives
        ]
        # The lease is renewed by it; some namespaces begin with it down.
        todo += [say.raise_link(x.index, x.name) for x in links if x.name == LOOPBACK]
        self._route.send(batch(todo))

    def _refuse_one_persona_twice(self) -> None:
        counted = Counter(persona_names(physical)[0] for physical in self._nics)
        for name, times in counted.items():
            if times > 1:
                same = [p for p in self._nics if persona_names(p)[0] == name]
                raise ValueError(
                    f"[interfaces] {' and '.join(same)} would both be {name}; rename one"
                )


def _outcome(effect: str, result: Batches | str | None) -> Done | Failed:
    return Failed(effect, result) if isinstance(result, str) else Done(effect)
