"""The serial failover cable: frames on a tty at 115,200 baud, paced by the clock.

Does what it is told with one device, through pyserial on a non-blocking descriptor; no threads.
Modem lines are not used: a pseudo-terminal has none, and the cable's facts come from GPIO.

Pacing never trusts the tty's own buffer: a pseudo-terminal swallows 20 kB and says it holds
nothing. What was written is taken to leave at 11,520 bytes/s, and the next frame is written when
at most LEAD_NS of line are still owed. So a hello waits for the frame on the line (22 ms at most)
and LEAD_NS, whatever is being replicated; a loop that is late by less than LEAD_NS costs nothing.
"""

from __future__ import annotations

import contextlib
import os
import select
import termios
from collections import deque
from collections.abc import Iterable

import serial

from firmware.core.failover.events import Event
from firmware.core.wire import cobs, frames
from firmware.core.wire.bodies import (
    CABLE,
    FRAME_CABLE_MAX,
    BadFrame,
    Body,
    Frame,
    Hello,
    Interfaces,
    NoticeRoute,
    Segment,
)
from firmware.core.wire.link import LinkCounts, Reopening, events_of

BAUD = 115_200
BYTES_PER_SECOND = BAUD // 10  # start, eight data, stop
LEAD_NS = 10_000_000
SMALL_MAX = 32  # frames waiting: hellos and all that is not a segment
LATEST = (Hello, Interfaces)  # of these a newer one takes the place of one that waits
BULK_MAX = 32  # segments waiting; the ordered channel keeps at most 8 under way
READ_MAX = 16_384  # bytes out of one receive(): 1.4 s of line
_READ = 4096  # the most a tty gives at once
_REFUSED_RETRY_NS = 5_000_000
_NS = 1_000_000_000


class SerialLink:
    """The driver of the channel CABLE. See ``core/wire/link.py`` for what all drivers share."""

    def __init__(self, device: str) -> None:
        self.device = device
        self.counts = LinkCounts()
        self.trouble = ""  # why the device is not open, for a person; empty when it is
        self._epoll = select.epoll()
        self._port: serial.Serial | None = None
        self._notice_fd: int | None = None
        self._decoder = cobs.Decoder()
        self._small: deque[tuple[type[Body], bytes]] = deque()
        self._bulk: deque[bytes] = deque()
        self._begun = b""  # what the tty did not take of the frame being written
        self._line_free_ns = 0  # when all that was written will have left
        self._refused_until_ns = 0
        self._now_ns = 0  # of the last pump
        self._reopening = Reopening()
        self._open()

    def fileno(self) -> int:
        """Readable when there is something to receive; the same for the life of the driver."""
        return self._epoll.fileno()

    def receive(self) -> list[Event]:
        """Everything that came in, at most READ_MAX bytes."""
        if self._port is None:
            return []
        try:
            hung_up = any(mask & ~select.EPOLLIN for _, mask in self._epoll.poll(0))
            data = self._read(self._port.fileno())
        except OSError as error:
            self._lose(str(error))
            return []
        if data:
            self._reopening.works()
        elif hung_up:
            self._lose("the device hung up")
        return events_of(CABLE, self._frames(data), self.counts)

    def send(self, frame: Frame) -> None:
        """Queue a frame; ``pump`` writes it. A newer hello takes the place of a waiting one."""
        data = _framed(frame)
        if self._port is None:
            self.counts.dropped += 1
        elif isinstance(frame.body, Segment):
            self._queue_bulk(data)
        else:
            self._queue_small(type(frame.body), data)

    def next_due_ns(self) -> int | None:
        """When to ``pump``; a time at or before now means now. None: nothing waits."""
        if self._port is None:
            return self._reopening.due_ns
        if self._begun or self._small or self._bulk:
            return max(self._line_free_ns - LEAD_NS, self._refused_until_ns)
        return None

    def pump(self, now_ns: int) -> None:
        """Write what the line has room for; open the device again when its time has come."""
        self._now_ns = now_ns
        if self._reopening.is_due(now_ns):
            self._open()
        while (due := self.next_due_ns()) is not None and due <= now_ns and self._port is not None:
            self._write_next(self._port.fileno())

    def notice(self, frame: Frame) -> NoticeRoute | None:
        """The way for the supervisor to say ``frame``. None while the device is not open.

        On a descriptor opened for it alone: a copy of ours would carry our exclusive lock on, and
        a restarted process could not open the device until the supervisor closed it.
        """
        if self._port is None:
            return None
        if self._notice_fd is None:
            try:
                self._notice_fd = os.open(self.device, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
            except OSError:
                self.counts.errors += 1
                return None
        return NoticeRoute(CABLE, self._notice_fd, _framed(frame), None)

    def close(self) -> None:
        """Close the device. What waits is gone."""
        self._shut()
        self._epoll.close()

    def _open(self) -> None:
        try:
            self._port = serial.Serial(
                self.device, BAUD, timeout=0, write_timeout=0, exclusive=True
            )
            self._epoll.register(self._port.fileno(), select.EPOLLIN)
        except (OSError, termios.error, ValueError) as error:
            self._lose(str(error))
            return
        self.trouble = ""
        self.counts.opened += 1
        self._line_free_ns = self._now_ns
        self._decoder.reset()
        self._reopening.opened()

    def _lose(self, why: str) -> None:
        self.trouble = f"{self.device}: {why}"
        self.counts.errors += 1
        self._shut()
        self._reopening.failed(self._now_ns)

    def _shut(self) -> None:
        self.counts.dropped += len(self._small) + len(self._bulk) + bool(self._begun)
        self._small.clear()
        self._bulk.clear()
        self._begun = b""
        if self._notice_fd is not None:
            os.close(self._notice_fd)
            self._notice_fd = None
        port, self._port = self._port, None
        if port is None:
            return
        with contextlib.suppress(termios.error):  # gone already
            # Without this, closing a line that is held up waits for it to drain, for 30 s.
            termios.tcflush(port.fileno(), termios.TCOFLUSH)
        port.close()

    def _read(self, fd: int) -> bytes:
        data = bytearray()
        while len(data) < READ_MAX:
            try:
                piece = os.read(fd, _READ)
            except BlockingIOError:
                break
            if not piece:  # pyserial sets VMIN and VTIME to 0: nothing there
                break
            data += piece
        return bytes(data)

    def _frames(self, data: bytes) -> Iterable[Frame | BadFrame]:
        for found in self._decoder.feed(data):
            yield found if isinstance(found, BadFrame) else frames.decode(found)

    def _queue_small(self, kind: type[Body], data: bytes) -> None:
        if kind in LATEST:
            for waiting in self._small:
                if waiting[0] is kind:
                    self._small.remove(waiting)
                    self.counts.dropped += 1
                    break
        if len(self._small) == SMALL_MAX:
            self._small.popleft()  # the newest says most
            self.counts.dropped += 1
        self._small.append((kind, data))

    def _queue_bulk(self, data: bytes) -> None:
        if len(self._bulk) == BULK_MAX:
            self.counts.dropped += 1  # the ordered channel will say it again
            return
        self._bulk.append(data)

    def _write_next(self, fd: int) -> None:
        data = self._begun or self._take()
        try:
            written = os.write(fd, data)
        except BlockingIOError:
            written = 0
        except OSError as error:
            self._begun = data
            self._lose(str(error))
            return
        self._begun = data[written:]
        now_ns = self._now_ns
        self._line_free_ns = max(self._line_free_ns, now_ns) + written * _NS // BYTES_PER_SECOND
        if self._begun:
            self._refused_until_ns = now_ns + _REFUSED_RETRY_NS
        else:
            self.counts.sent += 1

    def _take(self) -> bytes:
        return self._small.popleft()[1] if self._small else self._bulk.popleft()


def _framed(frame: Frame) -> bytes:
    data = cobs.encode(frames.encode(frame))
    assert len(data) <= FRAME_CABLE_MAX, f"{type(frame.body).__name__} of {len(data)} bytes"
    return data
