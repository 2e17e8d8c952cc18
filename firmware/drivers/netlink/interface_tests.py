"""What a test of an interface does on the wire: listen, ask a neighbour, ping everybody.

The core decides when (``core/failover/ladder.py``); this does it and tells the first frame that
counts (IT-1). A NIC that is listened to has a packet socket whose filter the kernel runs before
anybody is woken. Personas are children of the NIC, so what they are sent is seen there as well.

Verbs are taken up by ``pump``, a few at a time: when a switch dies, 250 interfaces are tested at
once. The kernel waits 10 to 20 ms over each packet socket it closes, and an older one keeps a
question about neighbours waiting for whoever holds its link lock: a thread each does these.
"""

from __future__ import annotations

import os
import select
import socket
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from firmware.core.failover.effects import (
    AskNeighbour,
    ListenForActivity,
    PingBroadcast,
    StopListening,
)
from firmware.core.failover.events import ActivityHeard
from firmware.core.persona_names import persona_names
from firmware.drivers.netlink.aside import Aside
from firmware.drivers.netlink.asking import Asker
from firmware.drivers.netlink.listening import Ear
from firmware.drivers.netlink.messages import Neighbour
from firmware.drivers.netlink.packet_filter import eligible
from firmware.drivers.netlink.rtnl import RouteSocket

TAKEN_UP = 8  # verbs by one pump(): a filter costs 0.1 ms
HEARD_MAX = 16  # NICs out of one receive(): the loop looks at its clock
WAITING_MAX = 2048  # verbs not taken up yet: 250 interfaces, several times over
_NEIGHBOURS_READ = 4096  # of one interface; by itself the kernel keeps 1024 of all

Verb = ListenForActivity | StopListening | AskNeighbour | PingBroadcast


@dataclass(frozen=True, slots=True)
class _Known:
    """Whom the persona knew that is to ask."""

    effect: AskNeighbour
    neighbours: tuple[Neighbour, ...]


@dataclass(slots=True)
class TestCounts:
    """Since the driver was made. What fails here leaves the test to the mate's word."""

    listened: int = 0  # times a NIC was listened to
    heard: int = 0  # times it heard somebody
    missed: int = 0  # times it could not be listened to: no such NIC
    unsent: int = 0  # questions that the kernel refused
    dropped: int = 0  # verbs that found no room


class InterfaceTests:
    """The driver. ``nics``: physical name to kernel NIC; ``burned_in``: to burned-in MAC.

    ``serving``: whether this unit has the active addresses at that moment. Needs CAP_NET_RAW.
    """

    def __init__(
        self, nics: Mapping[str, str], burned_in: Mapping[str, str], serving: Callable[[], bool]
    ) -> None:
        self.counts = TestCounts()
        self._nics, self._burned_in = dict(nics), dict(burned_in)
        self._asker = Asker(self._nics, serving)
        self._due: deque[Verb | _Known] = deque()
        self._ears: dict[str, Ear] = {}
        self._physical: dict[int, str] = {}  # by descriptor
        self._known: deque[_Known | Exception] = deque()
        self._ready = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._epoll = select.epoll()
        self._epoll.register(self._ready, select.EPOLLIN)
        self._route = RouteSocket()  # the looking thread's
        self._closing = Aside("closing", socket.socket.close)
        self._looking = Aside("neighbours", self._look_up)

    def fileno(self) -> int:
        """Readable when ``receive`` has something to tell."""
        return self._epoll.fileno()

    def do(self, verb: Verb) -> None:
        """Carry it out soon, after those asked for before."""
        if len(self._due) >= WAITING_MAX:
            self.counts.dropped += 1
            return
        self._due.append(verb)

    def receive(self) -> list[ActivityHeard]:
        """The NICs that have heard a frame that counts; they are not listened to any more."""
        events = []
        for descriptor, _ in self._epoll.poll(0, HEARD_MAX):
            if descriptor == self._ready:
                self._take_known()
                continue
            physical = self._physical[descriptor]
            heard = self._ears[physical].heard()
            if heard:
                self.counts.heard += 1
                events.append(ActivityHeard(physical))
            if heard or self._ears[physical].nic_is_gone():
                self._put_away(physical)
        return events

    def next_due_ns(self) -> int | None:
        """When to ``pump``: at once, while verbs wait."""
        return 0 if self._due else None

    def pump(self, _now_ns: int) -> None:
        """Take up some of the verbs that wait."""
        for _ in range(min(TAKEN_UP, len(self._due))):
            verb = self._due.popleft()
            try:
                self._take_up(verb)
            except OSError:  # the NIC is down, or gone
                self.counts.unsent += 1

    def close(self) -> None:
        """The end. Waits for the kernel."""
        for physical in tuple(self._ears):
            self._put_away(physical)
        self._closing.end()
        self._looking.end()
        self._route.close()
        self._asker.close()
        self._epoll.close()
        os.close(self._ready)

    def _take_up(self, verb: Verb | _Known) -> None:
        if isinstance(verb, ListenForActivity):
            self._listen(verb)
        elif isinstance(verb, StopListening):
            self._put_away(verb.physical)
        elif isinstance(verb, AskNeighbour):
            self._looking.put(verb)
        elif isinstance(verb, PingBroadcast):
            self._asker.ping(verb)
        else:
            self._asker.ask(verb.effect, verb.neighbours)

    def _listen(self, effect: ListenForActivity) -> None:
        physical = effect.physical
        program = eligible(self._burned_in[physical], effect.persona, holding=effect.holding)
        try:
            ear = self._ears.get(physical) or self._open(physical)
            ear.listen(program)
        except OSError:  # of a NIC that has just gone; whoever asked asks again once it is back
            self._put_away(physical)
            self.counts.missed += 1
        else:
            self.counts.listened += 1

    def _open(self, physical: str) -> Ear:
        ear = Ear(self._nics[physical])
        self._ears[physical], self._physical[ear.fileno()] = ear, physical
        self._epoll.register(ear, select.EPOLLIN)
        return ear

    def _put_away(self, physical: str) -> None:
        ear = self._ears.pop(physical, None)
        if ear is not None:
            del self._physical[ear.fileno()]
            self._epoll.unregister(ear)
            self._closing.put(ear.socket)

    def _look_up(self, effect: AskNeighbour) -> None:
        """In the thread. Only looks: what is said is said by the loop, in the role it has then."""
        name = persona_names(effect.physical)[not effect.holding]
        known: _Known | Exception = _Known(effect, ())
        try:
            index = socket.if_nametoindex(name)
            family = socket.AF_INET6 if effect.persona.by_ipv6 else socket.AF_INET
            found = self._route.neighbours(index, _NEIGHBOURS_READ, family)
            known = _Known(effect, tuple(found))
        except OSError:
            pass  # the persona is not there
        except Exception as fault:  # of ours: carried over, not swallowed
            known = fault
        self._known.append(known)
        os.eventfd_write(self._ready, 1)

    def _take_known(self) -> None:
        os.eventfd_read(self._ready)
        while self._known:
            known = self._known.popleft()
            if isinstance(known, Exception):
                raise known
            self._due.append(known)
