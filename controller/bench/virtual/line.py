"""One direction of the serial cable, as a clock sees it: paced, bounded, breakable. Pure.

A byte takes ten bit times (start, eight bits, stop), so 115,200 bit/s carries 11,520 bytes a
second, one after the other. What waits is in a bounded FIFO, like the transmit buffer of a tty;
what does not fit is dropped and counted. A byte on a broken wire takes its time all the same.
Times are integer nanoseconds of one monotonic clock.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass

from firmware.core.wire.cobs import DELIMITER

BYTES_PER_S = 11_520
FIFO_BYTES = 4_096
_S = 1_000_000_000
_GRAIN_BYTES = 8  # a receiving UART interrupts when its FIFO is half full, not for every byte


@dataclass(slots=True)
class LineCount:
    """What became of the bytes offered; all but ``garbled`` add up to the bytes offered so far."""

    delivered: int = 0
    dropped: int = 0  # the FIFO was full
    lost: int = 0  # the wire was open, or the whole frame was to be lost
    garbled: int = 0  # delivered, but changed


class Line:
    """Bytes go in at once by ``offer`` and come out by ``take`` when their time has come."""

    def __init__(self, seed: int) -> None:
        self.closed = True  # False: the wire is broken, and bytes are lost on it
        self.garble_percent = 0  # share of the bytes changed
        self.lose_percent = 0  # share of the frames lost
        self.delay_ns = 0  # so much later than the line makes them
        self.count = LineCount()
        self._random = random.Random(seed)
        self._waiting = bytearray()
        self._since_ns = 0  # when the first waiting byte began
        self._losing: bool | None = None  # the frame under way; None: between two
        self._late: deque[tuple[int, bytes]] = deque()  # when to deliver, what

    def offer(self, data: bytes, now_ns: int) -> None:
        """Queue bytes behind those that wait; what exceeds FIFO_BYTES is dropped."""
        if not self._waiting:
            self._since_ns = now_ns
        room = FIFO_BYTES - len(self._waiting)
        self._waiting += data[:room]
        self.count.dropped += max(0, len(data) - room)

    def take(self, now_ns: int) -> bytes:
        """The bytes whose last bit has arrived by now, as the far end receives them."""
        arrived = self._arrived(now_ns)
        if not self.delay_ns and not self._late:
            return arrived
        if arrived:
            last_ns = self._late[-1][0] if self._late else 0
            self._late.append((max(last_ns, now_ns + self.delay_ns), arrived))
        out = b""
        while self._late and self._late[0][0] <= now_ns:
            out += self._late.popleft()[1]
        return out

    def next_due_ns(self) -> int | None:
        """When ``take`` is worth calling again; None while nothing waits."""
        dues = [due for due, _ in self._late][:1]
        if self._waiting:
            grain = min(len(self._waiting), _GRAIN_BYTES)
            dues.append(self._since_ns - (-grain * _S // BYTES_PER_S))
        return min(dues, default=None)

    def _arrived(self, now_ns: int) -> bytes:
        due = min(len(self._waiting), (now_ns - self._since_ns) * BYTES_PER_S // _S)
        if due <= 0:
            return b""
        arrived = bytes(self._waiting[:due])
        del self._waiting[:due]
        # Whole byte times only: the fraction in flight is not forgotten, so the rate is exact.
        self._since_ns += due * _S // BYTES_PER_S
        kept = self._kept(arrived) if self.closed else b""
        self.count.lost += due - len(kept)
        self.count.delivered += len(kept)
        return self._garbled(kept)

    def _kept(self, data: bytes) -> bytes:
        """What is not of a lost frame. Delimiters always are not."""
        parts = data.split(DELIMITER)
        kept = []
        for number, part in enumerate(parts):
            if number:
                self._losing = None
            if part and self._losing is None:
                self._losing = self._random.random() * 100 < self.lose_percent
            kept.append(b"" if self._losing else part)
        return DELIMITER.join(kept)

    def _garbled(self, data: bytes) -> bytes:
        if not self.garble_percent:
            return data
        changed = bytearray(data)
        for index in range(len(changed)):
            if self._random.random() * 100 < self.garble_percent:
                changed[index] ^= self._random.randrange(1, 256)
                self.count.garbled += 1
        return bytes(changed)
