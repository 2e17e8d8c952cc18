"""The LAN failover link: frames as UDP datagrams, broadcast on one NIC.

Does what it is told with one NIC and one address. A datagram goes to the broadcast address of the
link's subnet, port 50105: two units that were given the same identity by mistake, and so the same
address, still hear each other and can say so, and no ARP is ever needed. A subnet without a
broadcast address (/31, /32) uses 255.255.255.255, which the socket's NIC keeps on this link.

For those two units to hear each other the NIC needs ``net.ipv4.conf.<nic>.accept_local=1``:
otherwise the kernel drops what comes from "our own" address. The netlink driver sets it, on the
failover NIC only; nothing else is needed, with rp_filter at 0 or 1.

The kernel gives a broadcast to its sender as well. A filter on the socket drops these copies
(packet type "loopback") before they wake us; each counts in ``InErrors`` of /proc/net/snmp.
Should one come through all the same, the engine ignores it by its boot number.
"""

from __future__ import annotations

import ctypes
import select
import socket
import struct
from collections.abc import Iterable
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface

from firmware.core.failover.events import Event
from firmware.core.wire import frames
from firmware.core.wire.bodies import FRAME_LAN_MAX, LAN, BadFrame, Frame, NoticeRoute
from firmware.core.wire.link import LinkCounts, Reopening, events_of, placed
from firmware.core.wire.seal import Codec, Unreadable

PORT = 50105
RECEIVE_MAX = 32  # datagrams out of one receive(): the loop looks at its clock in between
_BUFFER = 1 << 20  # bytes asked of the kernel; it grants what net.core.rmem_max allows
_IP_PKTINFO = 8  # not in Python's socket module
_SO_ATTACH_FILTER = 26
_NAME_MAX = 16  # bytes of a NIC's name, its end included


class LanLink:
    """The driver of the channel LAN. See ``core/wire/link.py`` for what all drivers share."""

    def __init__(
        self,
        nic: str,
        address: IPv4Interface,
        codec: Codec = frames,
        mate: IPv4Address | None = None,
    ) -> None:
        """``mate`` is its address on this link: what comes from there comes from its place."""
        self.nic = nic
        self.address = address
        self.mate = mate
        self._codec = codec
        self._mate = None if mate is None else str(mate)
        self.counts = LinkCounts()
        self.trouble = ""  # why nothing can be sent, for a person; empty when something can
        self._to = (_broadcast(address), PORT)
        # Our own address as the source: before it is there, the kernel would take another NIC's.
        pktinfo = struct.pack("=i4s4s", 0, address.ip.packed, bytes(4))
        self._from = [(socket.IPPROTO_IP, _IP_PKTINFO, pktinfo)]
        self._epoll = select.epoll()
        self._socket: socket.socket | None = None
        self._notice_socket: socket.socket | None = None
        self._now_ns = 0  # of the last pump
        self._reopening = Reopening()
        self._open()

    def fileno(self) -> int:
        """Readable when there is something to receive; the same for the life of the driver."""
        return self._epoll.fileno()

    def receive(self) -> list[Event]:
        """Everything that came in, at most RECEIVE_MAX datagrams."""
        return events_of(LAN, self._frames(), self.counts)

    def send(self, frame: Frame) -> None:
        """Say a frame now. What the kernel refuses is counted and gone."""
        data = self._codec.encode(frame)
        if self._socket is None:
            self.counts.dropped += 1
            return
        try:
            self._socket.sendmsg([data], self._from, 0, self._to)
        except OSError as error:
            self.counts.dropped += 1
            self._refused(error)
        else:
            self.counts.sent += 1
            self.trouble = ""
            self._reopening.works()

    def next_due_ns(self) -> int | None:
        """When to ``pump``: only while the NIC is missing."""
        return self._reopening.due_ns

    def pump(self, now_ns: int) -> None:
        """Try the NIC again when its time has come."""
        self._now_ns = now_ns
        if self._reopening.is_due(now_ns):
            self._open()

    def notice(self, frame: Frame) -> NoticeRoute | None:
        """The way for the supervisor to say ``frame``. None while the NIC is missing.

        On a socket made for it alone: a copy of ours would hold our port and fill with datagrams
        in the supervisor's hands.
        """
        if self._socket is None:
            return None
        if self._notice_socket is None:
            made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
            try:
                self._keep_to_nic(made)
            except OSError:
                self.counts.errors += 1
                made.close()
                return None
            self._notice_socket = made
        return NoticeRoute(LAN, self._notice_socket.fileno(), self._codec.encode(frame), self._to)

    def close(self) -> None:
        """Close the socket."""
        self._shut()
        self._epoll.close()

    def _open(self) -> None:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket = made
        try:
            self._keep_to_nic(made)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
            _drop_own_copies(made)
            # Not to the link's address: such a socket would not be given broadcasts. The NIC,
            # which nothing else uses, is what keeps others out.
            made.bind(("", PORT))
            self._epoll.register(made.fileno(), select.EPOLLIN)
        except OSError as error:
            self._lose(error)
            return
        self.trouble = ""
        self.counts.opened += 1
        self._reopening.opened()

    def _keep_to_nic(self, made: socket.socket) -> None:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, self.nic.encode())
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)

    def _refused(self, error: OSError) -> None:
        assert self._socket is not None
        try:  # whatever the error: is the NIC we are bound to still there?
            self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, _NAME_MAX)
        except OSError as gone:
            self._lose(gone)
            return
        # Down, or its address is not there yet: the socket stays good, the next frame may pass.
        self.counts.errors += 1
        self.trouble = f"{self.nic} {self.address}: {error.strerror}"

    def _lose(self, error: OSError) -> None:
        self.counts.errors += 1
        self.trouble = f"{self.nic} {self.address}: {error.strerror}"
        self._shut()
        self._reopening.failed(self._now_ns)

    def _shut(self) -> None:
        for made in (self._socket, self._notice_socket):
            if made is not None:
                made.close()
        self._socket = self._notice_socket = None

    def _frames(self) -> Iterable[Frame | BadFrame | Unreadable]:
        for _ in range(RECEIVE_MAX):
            if self._socket is None:
                return
            try:
                data, (host, _) = self._socket.recvfrom(FRAME_LAN_MAX + 1)
            except BlockingIOError:
                return
            except OSError as error:
                self._refused(error)
                return
            yield self._placed(self._codec.decode(data), host)

    def _placed(
        self, heard: Frame | BadFrame | Unreadable, host: str
    ) -> Frame | BadFrame | Unreadable:
        own = host == str(self.address.ip)
        if own and isinstance(heard, Unreadable):
            # A mate that was given our identity by mistake: neither may serve on the other's word.
            heard = replace(heard, serves=True)
        return placed(heard, own or host == self._mate)


def _broadcast(address: IPv4Interface) -> str:
    if address.network.prefixlen > 30:
        return "255.255.255.255"
    return str(address.network.broadcast_address)


def _drop_own_copies(made: socket.socket) -> None:
    """Attach: load packet type; if PACKET_LOOPBACK (5) accept 0 bytes, else all of them."""
    program = b"".join(
        struct.pack("HBBI", *instruction)
        for instruction in (
            (0x20, 0, 0, 0xFFFFF004),  # ld #pkttype
            (0x15, 0, 1, 5),  # jeq
            (0x06, 0, 0, 0),  # ret
            (0x06, 0, 0, 0xFFFFFFFF),
        )
    )
    buffer = ctypes.create_string_buffer(program)
    fprog = struct.pack("HL", len(program) // 8, ctypes.addressof(buffer))
    made.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, fprog)
