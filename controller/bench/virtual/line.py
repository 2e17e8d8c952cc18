"""One direction of the serial cable, as a clock sees it: paced, bounded, breakable. Pure.

A byte takes ten bit times (start, eight bits, stop), so 115,200 bit/s carries 11,520 bytes a
second, one after the other. What waits is in a bounded FIFO, like the transmit buffer of a tty;
what does not fit is dropped and counted. A byte on a broken wire takes its time all the same.
Times are integer nanoseconds of one monotonic clock.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

BYTES_PER_S = 11_520
FIFO_BYTES = 4_096
_S = 1_000_000_000
_GRAIN_BYTES = 8  # a receiving UART interrupts when its FIFO is half full, not for every byte


@dataclass(slots=True)
class LineCount:
    """What became of the bytes offered; all but ``garbled`` add up to the bytes offered so far."""

    delivered: int = 0
    dropped: int = 0  # the FIFO was full
    lost: int = 0  # the wire was open
    garbled: int = 0  # delivered, but changed


class Line:
    """Bytes go in at once by ``offer`` and come out by ``take`` when their time has come."""

    def __init__(self, seed: int) -> None:
        self.closed = True  # False: the wire is broken, and bytes are lost on it
        self.garble_percent = 0  # share of the bytes changed
        self.count = LineCount()
        self._random = random.Random(seed)
        self._waiting = bytearray()
        self._since_ns = 0  # when the first waiting byte began

    def offer(self, data: bytes, now_ns: int) -> None:
        """Queue bytes behind those that wait; what exceeds FIFO_BYTES is dropped."""
        if not self._waiting:
            self._since_ns = now_ns
        room = FIFO_BYTES - len(self._waiting)
        self._waiting += data[:room]
        self.count.dropped += max(0, len(data) - room)

    def take(self, now_ns: int) -> bytes:
        """The bytes whose last bit has arrived by now, as the far end receives them."""
        due = min(len(self._waiting), (now_ns - self._since_ns) * BYTES_PER_S // _S)
        if due <= 0:
            return b""
        arrived = bytes(self._waiting[:due])
        del self._waiting[:due]
        # Whole byte times only: the fraction in flight is not forgotten, so the rate is exact.
        self._since_ns += due * _S // BYTES_PER_S
        if not self.closed:
            self.count.lost += due
            return b""
        self.count.delivered += due
        return self._garbled(arrived)

    def next_due_ns(self) -> int | None:
        """When ``take`` is worth calling again; None while nothing waits."""
        if not self._waiting:
            return None
        grain = min(len(self._waiting), _GRAIN_BYTES)
        return self._since_ns + -(-grain * _S // BYTES_PER_S)

    def _garbled(self, data: bytes) -> bytes:
        if not self.garble_percent:
            return data
        changed = bytearray(data)
        for index in range(len(changed)):
            if self._random.random() * 100 < self.garble_percent:
                changed[index] ^= self._random.randrange(1, 256)
                self.count.garbled += 1
        return bytes(changed)
