"""The NICs of a unit: names, MACs, carriers, and what the kernel tells of them."""

from __future__ import annotations

import errno
import socket
from contextlib import suppress

from firmware.core import base_mac
from firmware.core.failover.events import CarrierChanged
from firmware.core.link_switch import OPEN_SWITCH_FLAG
from firmware.drivers.netlink.messages import (
    RTM_DELLINK,
    RTM_NEWLINK,
    Link,
    read_link_state,
    set_alias,
)
from firmware.drivers.netlink.rtnl import RouteSocket, batch, split

_RTMGRP_LINK = 1
_RECEIVE = 65536
_DATAGRAMS_A_ROUND = 64  # the rest keeps the descriptor readable


class NoSuchNicError(Exception):
    """unit.toml names a NIC this machine has not got."""


def burned_in_mac(link: Link) -> str:
    """The MAC the NIC was made with."""
    return base_mac.burned_in_mac(permanent=link.permanent_mac, alias=link.alias, mac=link.mac)


def held(link: Link) -> bool:
    """Whether an open link switch keeps this NIC down."""
    return bool(link.flags & OPEN_SWITCH_FLAG)


def find_nics(nics: dict[str, str], links: list[Link]) -> dict[str, Link]:
    """The kernel's description of each NIC, by physical name.

    Raises NoSuchNicError, naming the line and what there is instead.
    """
    by_name = {link.name: link for link in links}
    for physical, nic in nics.items():
        if nic not in by_name:
            there = ", ".join(sorted(name for name in by_name if name != "lo"))
            raise NoSuchNicError(
                f'[interfaces] {physical} = "{nic}": this machine has no such NIC; it has {there}'
            )
    return {physical: by_name[nic] for physical, nic in nics.items()}


def note_burned_in(route: RouteSocket, link: Link) -> None:
    """Keep the first MAC with the interface."""
    if not link.permanent_mac and not link.alias.startswith(base_mac.NOTE):
        route.send(batch([set_alias(link.index, link.name, base_mac.NOTE + link.mac)]))


class NicWatch:
    """What the kernel says of the NICs, as events.

    ``switched`` holds, until taken, physical names whose link switch has just been closed (True),
    or is open while the NIC is up all the same (False): two processes move it.
    """

    def __init__(self, found: dict[str, Link]) -> None:
        self._physical = {link.name: physical for physical, link in found.items()}
        self._carriers = {physical: link.carrier for physical, link in found.items()}
        self.indexes = {physical: link.index for physical, link in found.items()}  # 0: it is gone
        self.moved = False  # a NIC went, or came back: what was made for it is void
        self._held = {physical: held(link) for physical, link in found.items()}
        self.switched: dict[str, bool] = {}
        self.overrun = False  # something was missed: a look is needed
        self.heard = 0  # what the kernel has said of its own accord, counted
        self._socket = socket.socket(
            socket.AF_NETLINK,
            socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK,
            socket.NETLINK_ROUTE,
        )
        self._socket.bind((0, _RTMGRP_LINK))

    def fileno(self) -> int:
        """Readable when the kernel has something to say."""
        return self._socket.fileno()

    def carriers(self) -> tuple[tuple[str, bool], ...]:
        """Physical name and carrier of every NIC, as last heard."""
        return tuple(self._carriers.items())

    def receive(self) -> list[CarrierChanged]:
        """What changed since the last call."""
        changed: list[CarrierChanged] = []
        for _ in range(_DATAGRAMS_A_ROUND):
            try:
                data = self._socket.recv(_RECEIVE)
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self._forget_the_rest()
                break
            for kind, _, body in split(data):
                # A bridge tells of its ports, too: one that leaves it is not gone.
                if kind in (RTM_NEWLINK, RTM_DELLINK) and body[0] == socket.AF_UNSPEC:
                    self.heard += 1
                    changed += self._note(read_link_state(body), gone=kind == RTM_DELLINK)
        return changed

    def note_all(self, links: list[Link]) -> list[CarrierChanged]:
        """What a look at every NIC shows to have changed."""
        changed = [change for link in links for change in self._note(link, gone=False)]
        there = {link.name for link in links}
        for nic, physical in self._physical.items():
            if nic not in there:
                changed += self._gone(physical)
        return changed

    def close(self) -> None:
        """The end."""
        self._socket.close()

    def _forget_the_rest(self) -> None:
        """Told too much at once, some is lost: what is left is older than the look it calls for."""
        self.overrun = True
        with suppress(BlockingIOError):
            while self._socket.recv(_RECEIVE):
                pass

    def _note(self, link: Link, *, gone: bool) -> list[CarrierChanged]:
        physical = self._physical.get(link.name)
        if physical is None:
            return self._renamed(link.index)
        if gone:
            return self._gone(physical) if link.index == self.indexes[physical] else []
        if link.index != self.indexes[physical]:
            self.indexes[physical], self.moved = link.index, True
        was_held, self._held[physical] = self._held[physical], held(link)
        if was_held and not held(link):
            self.switched[physical] = True
        elif held(link) and link.up:
            self.switched[physical] = False
        return self._set(CarrierChanged(physical, link.carrier))

    def _renamed(self, index: int) -> list[CarrierChanged]:
        """A NIC that was given another name is gone by its own."""
        for physical, known in self.indexes.items():
            if known == index:
                return self._gone(physical)
        return []

    def _gone(self, physical: str) -> list[CarrierChanged]:
        """The kernel has no such NIC any more. Told even if it had no carrier before."""
        if not self.indexes[physical]:
            return []
        self.indexes[physical], self.moved = 0, True
        self._carriers[physical] = False
        return [CarrierChanged(physical, False, gone=True)]

    def _set(self, changed: CarrierChanged) -> list[CarrierChanged]:
        if self._carriers[changed.physical] == changed.up:
            return []
        self._carriers[changed.physical] = changed.up
        return [changed]
