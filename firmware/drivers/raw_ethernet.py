"""Hellos on the data interfaces: raw Ethernet frames from the base MAC of each data NIC.

Does what it is told with the data NICs. Frames carry EtherType 0x88B5 (IEEE 802, local
experimental 1) to a multicast address of our own, locally administered, so that every switch
floods them and no host's stack looks at them. The kernel fills in the source: the NIC's MAC as it
is at that moment. A socket is woken for our EtherType only; it stays good while its NIC goes down
and up again, and is made anew when the NIC itself is.

The mate's place is the source MAC of the last frame that echoed our boot: its base MAC.

A channel is the physical name, "Ethernet0", whatever the kernel calls the NIC.
"""

from __future__ import annotations

import select
import socket
import struct
from collections.abc import Iterable, Mapping

from firmware.core.failover.events import Event
from firmware.core.wire import frames
from firmware.core.wire.bodies import FRAME_LAN_MAX, BadFrame, Frame, NoticeRoute
from firmware.core.wire.link import HELLO_ETHERTYPE, LinkCounts, Reopening, events_of, placed
from firmware.core.wire.seal import Codec, Unreadable

GROUP = bytes.fromhex("03666f766572")  # multicast, locally administered, then "over"
# Out of one receive(), so that the loop looks at its clock: NICs, and frames of each. The kernel
# hands NICs out in turn, so none keeps the others waiting.
PORTS_MAX, RECEIVE_MAX = 4, 4
_COOKED = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK  # the kernel makes the Ethernet header
_SOL_PACKET = 263
_PACKET_ADD_MEMBERSHIP = 1


class RawEthernet:
    """The driver of all data-interface channels. ``core/wire/link.py`` has what drivers share."""

    def __init__(self, nics: Mapping[str, str], codec: Codec = frames) -> None:
        """Physical name to NIC: ``{"Ethernet0": "eth0"}``."""
        self.counts = LinkCounts()
        self._codec = codec
        self._there = _Open()
        self._ports = {
            physical: _Port(physical, nic, self._there, self.counts, codec)
            for physical, nic in nics.items()
        }

    def fileno(self) -> int:
        """Readable when there is something to receive; the same for the life of the driver."""
        return self._there.epoll.fileno()

    def receive(self) -> list[Event]:
        """What came in by some of the NICs, a few frames of each; the rest with the next call."""
        events: list[Event] = []
        for port in self._there.ready():
            events += events_of(port.physical, port.frames(), self.counts)
        return events

    def send(self, channel: str, frame: Frame) -> None:
        """Say a frame by that NIC now. What the kernel refuses is counted and gone."""
        port = self._ports.get(channel)
        if port is None:  # replicated from a mate with more interfaces than this unit has
            self.counts.dropped += 1
            return
        port.boot = frame.header.boot
        port.send(self._codec.encode(frame))

    def next_due_ns(self) -> int | None:
        """When to ``pump``: only while a NIC is missing."""
        if self._all_there():
            return None
        dues = (port.reopening.due_ns for port in self._ports.values())
        return min((due for due in dues if due is not None), default=None)

    def pump(self, now_ns: int) -> None:
        """Try missing NICs again when their time has come."""
        if self._all_there():
            return
        for port in self._ports.values():
            port.pump(now_ns)

    def troubles(self) -> dict[str, str]:
        """Why nothing can be sent by a NIC, for a person; those without trouble left out."""
        return {physical: port.trouble for physical, port in self._ports.items() if port.trouble}

    def notice(self, channel: str, frame: Frame) -> NoticeRoute | None:
        """The way for the supervisor to say ``frame``. None while the NIC is missing."""
        port = self._ports.get(channel)
        fd = None if port is None else port.notice_fd()
        if port is None or fd is None:
            return None
        return NoticeRoute(channel, fd, self._codec.encode(frame), port.to)

    def close(self) -> None:
        """Close the sockets."""
        for port in self._ports.values():
            port.shut()
        self._there.epoll.close()

    def _all_there(self) -> bool:
        """As nearly always: of 250 NICs not each is asked in each round."""
        return len(self._there.ports) == len(self._ports)


class _Open:
    """The sockets that are open, and which of them have something to be heard."""

    def __init__(self) -> None:
        self.epoll = select.epoll()
        self.ports: dict[int, _Port] = {}  # by descriptor

    def ready(self) -> list[_Port]:
        found = self.epoll.poll(0, PORTS_MAX)
        return [self.ports[fd] for fd, _ in found if fd in self.ports]


class _Port:
    """One NIC's socket."""

    def __init__(
        self, physical: str, nic: str, there: _Open, counts: LinkCounts, codec: Codec
    ) -> None:
        self.physical = physical
        self.boot = 0  # ours, as what is sent says
        self._mate: bytes | None = None  # MAC
        self._codec = codec
        self.nic = nic
        self.to = (nic, HELLO_ETHERTYPE, 0, 0, GROUP)
        self.trouble = ""
        self.socket: socket.socket | None = None
        self._notice_socket: socket.socket | None = None
        self.reopening = Reopening()
        self._there = there
        self._counts = counts
        self._now_ns = 0
        self._open()

    def pump(self, now_ns: int) -> None:
        self._now_ns = now_ns
        if self.reopening.is_due(now_ns):
            self._open()

    def send(self, data: bytes) -> None:
        if self.socket is None:
            self._counts.dropped += 1
            return
        try:
            self.socket.sendto(data, self.to)
        except OSError as error:
            self._counts.dropped += 1
            self._refused(error)
        else:
            self._counts.sent += 1
            self.trouble = ""
            self.reopening.works()

    def notice_fd(self) -> int | None:
        """A socket for the supervisor that hears nothing: ours would fill up in its hands."""
        if self.socket is None:
            return None
        if self._notice_socket is None:
            try:
                self._notice_socket = socket.socket(socket.AF_PACKET, _COOKED, 0)
            except OSError:
                self._counts.errors += 1
                return None
        return self._notice_socket.fileno()

    def frames(self) -> Iterable[Frame | BadFrame | Unreadable]:
        for _ in range(RECEIVE_MAX):
            if self.socket is None:
                return
            try:
                data, sender = self.socket.recvfrom(FRAME_LAN_MAX + 1)
            except BlockingIOError:
                return
            except OSError as error:
                self._refused(error)
                return
            if sender[2] != socket.PACKET_OTHERHOST:  # heard only while promiscuous
                heard = self._codec.decode(data, padded=True)
                if isinstance(heard, Frame) and self.boot and heard.header.echo == self.boot:
                    self._mate = sender[4]
                yield placed(heard, sender[4] == self._mate)

    def shut(self) -> None:
        if self.socket is not None:
            self._there.ports.pop(self.socket.fileno(), None)
        for made in (self.socket, self._notice_socket):
            if made is not None:
                made.close()
        self.socket = self._notice_socket = None

    def _open(self) -> None:
        # Protocol 0 until it is bound: the socket would hear every NIC of the machine meanwhile.
        try:
            made = self.socket = socket.socket(socket.AF_PACKET, _COOKED, 0)
            made.bind((self.nic, HELLO_ETHERTYPE))
            join = struct.pack("iHH8s", socket.if_nametoindex(self.nic), 0, len(GROUP), GROUP)
            made.setsockopt(_SOL_PACKET, _PACKET_ADD_MEMBERSHIP, join)
            self._there.epoll.register(made.fileno(), select.EPOLLIN)
        except OSError as error:
            self._lose(error)
            return
        self._there.ports[made.fileno()] = self
        self.trouble = ""
        self._counts.opened += 1
        self.reopening.opened()

    def _refused(self, error: OSError) -> None:
        assert self.socket is not None
        # A NIC that went down says ENETDOWN and is heard again when up; one that was removed says
        # the same, and only the lost name of its socket tells.
        if self.socket.getsockname()[0] != self.nic:
            self._lose(error)
            return
        self._counts.errors += 1
        self.trouble = f"{self.physical} ({self.nic}): {error.strerror}"

    def _lose(self, error: OSError) -> None:
        self._counts.errors += 1
        self.trouble = f"{self.physical} ({self.nic}): {error.strerror}"
        self.shut()
        self.reopening.failed(self._now_ns)
