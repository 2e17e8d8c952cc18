"""Virtual time: what is to happen, in order, and a clock that jumps from one to the next."""

from __future__ import annotations

import heapq
from collections.abc import Callable


class Schedule:
    """Microseconds since the world began. Things due at one instant happen in the order asked."""

    def __init__(self) -> None:
        self.now_us = 0
        self._count = 0
        self._waiting: list[tuple[int, int, Callable[[], None]]] = []

    @property
    def now_ms(self) -> int:
        """The core's clock."""
        return self.now_us // 1000

    def after(self, us: int, action: Callable[[], None]) -> None:
        """Do it that many microseconds from now; at once is still after what is under way."""
        self._count += 1
        heapq.heappush(self._waiting, (self.now_us + max(us, 0), self._count, action))

    def step(self, until_us: int) -> bool:
        """Do the next thing that is due by then. False: nothing is, and the clock stands there."""
        if not self._waiting or self._waiting[0][0] > until_us:
            self.now_us = max(self.now_us, until_us)
            return False
        due_us, _, action = heapq.heappop(self._waiting)
        self.now_us = max(self.now_us, due_us)
        action()
        return True

    def run(self, us: int) -> None:
        """Let that much time pass."""
        until_us = self.now_us + us
        while self.step(until_us):
            pass
