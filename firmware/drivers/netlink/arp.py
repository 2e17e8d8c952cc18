"""Telling hosts and switches where an address is now, and saying it again; and asking by ARP.

Sent as raw frames by the persona that has the address, so that the Ethernet source teaches the
switches. Both forms, because hosts differ in which one they believe. Repeated, because a broadcast
may be lost and is answered by nobody. An IPv6 address is told by an unasked neighbour
advertisement, at the same times. A schedule without a clock or thread: the loop asks when.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from firmware.drivers.netlink.discovery import advertisement

REPEAT_AFTER_MS = (50, 250, 1000)
BESIDE_AFTER_MS = (2, 1000)  # addresses held beside: their MAC has been announced already
_BESIDE_AT_ONCE = 16  # frames cost: a loop that says hellos must not be kept for 2 ms
_BESIDE_EVERY_MS = 2

_ETHERTYPE_ARP = 0x0806
_BROADCAST = b"\xff" * 6
_REQUEST, _REPLY = 1, 2
_ARP = struct.Struct("!6s6sHHHBBH6s4s6s4s")


@dataclass(frozen=True, slots=True)
class Announcement:
    """One address on one persona: the frames that say so."""

    interface: str
    frames: tuple[bytes, ...]


def announcement(interface: str, mac: str, address: IPv4Address | IPv6Address) -> Announcement:
    """A request and a reply in which ``address`` is at ``mac``, both broadcast; or, of an IPv6
    address, an advertisement to all nodes."""
    if isinstance(address, IPv6Address):
        return Announcement(interface, (advertisement(mac, address),))
    hardware = bytes.fromhex(mac.replace(":", ""))
    return Announcement(
        interface,
        (
            _frame(_REQUEST, hardware, address.packed, target=bytes(6), wanted=address.packed),
            _frame(_REPLY, hardware, address.packed, target=hardware, wanted=address.packed),
        ),
    )


class Announcer:
    """Sends announcements now and again later. ``unsent`` counts frames the kernel refused."""

    def __init__(self) -> None:
        # Protocol 0: a socket that only sends, and is never woken by what others say.
        self._socket = socket.socket(
            socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, 0
        )
        self._due: list[tuple[int, tuple[Announcement, ...]]] = []
        self.unsent = 0

    def announce(
        self,
        what: tuple[Announcement, ...],
        now_ns: int,
        beside: tuple[Announcement, ...] = (),
    ) -> None:
        """Say it at once and three times more, and nothing announced before.

        ``beside`` is said a little later and once more, in small helpings.
        """
        self._send(what)
        due = [(after, what) for after in REPEAT_AFTER_MS]
        for nth, start in enumerate(range(0, len(beside), _BESIDE_AT_ONCE)):
            some = beside[start : start + _BESIDE_AT_ONCE]
            due += [(after + nth * _BESIDE_EVERY_MS, some) for after in BESIDE_AFTER_MS]
        due.sort(key=lambda one: one[0])
        self._due = [(now_ns + after * 1_000_000, some) for after, some in due]

    def silence(self) -> None:
        """Never repeat what was announced: the address is leaving."""
        self._due = []

    def next_due_ns(self) -> int | None:
        """When ``pump`` has something to say."""
        return self._due[0][0] if self._due else None

    def pump(self, now_ns: int) -> None:
        """Say the first of what is due; what is left is due at once."""
        if self._due and self._due[0][0] <= now_ns:
            self._send(self._due.pop(0)[1])

    def close(self) -> None:
        """The end."""
        self._socket.close()

    def _send(self, what: tuple[Announcement, ...]) -> None:
        for one in what:
            for frame in one.frames:
                try:
                    self._socket.sendto(frame, (one.interface, 0))  # of the type it says
                except OSError:
                    self.unsent += 1  # no carrier, or the persona is down: the repeat may do better


def who_has(mac: str, address: IPv4Address, wanted: bytes) -> bytes:
    """A request for ``wanted``, asked by ``address`` at ``mac``."""
    hardware = bytes.fromhex(mac.replace(":", ""))
    return _frame(_REQUEST, hardware, address.packed, target=bytes(6), wanted=wanted)


def _frame(operation: int, mac: bytes, address: bytes, *, target: bytes, wanted: bytes) -> bytes:
    return _ARP.pack(
        *(_BROADCAST, mac, _ETHERTYPE_ARP),
        *(1, 0x0800, 6, 4, operation),
        *(mac, address, target, wanted),
    )
