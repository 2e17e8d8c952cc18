"""Two ends of a channel without a device: what a process is tried on where there is none.

``fake_pair`` gives two drivers that behave as ``SerialLink`` and ``LanLink`` do, joined in memory
by a socket pair, so that a selector works on them. The hand that disturbs the wire (``cut``,
``garble``) is apart from the interface that is faked, and what passes is real: frames are encoded
and decoded.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable

from firmware.core.failover.events import Event
from firmware.core.wire import frames
from firmware.core.wire.bodies import BadFrame, Frame, NoticeRoute
from firmware.core.wire.link import LinkCounts, events_of

_READ = 2048


class FakeLink:
    """One end. Made by ``fake_pair``."""

    def __init__(self, channel: str, end: socket.socket) -> None:
        self.channel = channel
        self.counts = LinkCounts(opened=1)
        self.trouble = ""
        self.cut = False  # the hand: what this end sends is lost
        self.garble = False  # the hand: one bit of what this end sends is changed
        self._end = end

    def fileno(self) -> int:
        """Readable when there is something to receive."""
        return self._end.fileno()

    def receive(self) -> list[Event]:
        """Everything that came in."""
        return events_of(self.channel, self._frames(), self.counts)

    def send(self, frame: Frame) -> None:
        """Say a frame now; dropped and counted when the other end does not read."""
        data = bytearray(frames.encode(frame))
        if self.garble:
            data[-1] ^= 1
        try:
            if not self.cut:
                self._end.send(data)
        except OSError:
            self.counts.dropped += 1
        else:
            self.counts.sent += 1

    def next_due_ns(self) -> int | None:
        """Never: there is no line to pace and no device to reopen."""
        return None

    def pump(self, now_ns: int) -> None:
        """Nothing waits."""

    def notice(self, frame: Frame) -> NoticeRoute | None:
        """The way for the supervisor to say ``frame``."""
        return NoticeRoute(self.channel, self._end.fileno(), frames.encode(frame), None)

    def close(self) -> None:
        """Close this end."""
        self._end.close()

    def _frames(self) -> Iterable[Frame | BadFrame]:
        while True:
            try:
                data = self._end.recv(_READ)
            except OSError:  # nothing more, or the other end is gone
                return
            if not data:
                return
            yield frames.decode(data)


def fake_pair(channel: str) -> tuple[FakeLink, FakeLink]:
    """Two ends of one wire."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
    return FakeLink(channel, ends[0]), FakeLink(channel, ends[1])
