"""Virtual time: what is to happen, in order, and a clock that jumps from one to the next."""

from __future__ import annotations

import heapq
import math
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
        due_us = self.now_us + us if us > 0 else self.now_us
        heapq.heappush(self._waiting, (due_us, self._count, action))

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
        until_us, waiting = self.now_us + us, self._waiting
        while waiting and waiting[0][0] <= until_us:  # ``step``, without a call for each
            due_us, _, action = heapq.heappop(waiting)
            if due_us > self.now_us:
                self.now_us = due_us
            action()
        self.now_us = max(self.now_us, until_us)


class Alarm:
    """Rings once for each due time and moment it is set to, however often it is set to them."""

    def __init__(self, schedule: Schedule, ring: Callable[[int], None]) -> None:
        """``ring`` is given the due time, on whose clock ever, that was asked for."""
        self._schedule = schedule
        self._ring = ring
        self._last: tuple[int, int] | None = None  # due, and the moment in the world's time

    def set(self, due_ms: int, wait_us: int) -> None:
        """Ring that much later, unless that is what it was last set to and it has not rung yet."""
        wanted = due_ms, self._schedule.now_us + wait_us
        if wanted == self._last:
            return

        def ring() -> None:
            if self._last == wanted:
                self._last = None
            self._ring(due_ms)

        self._last = wanted
        self._schedule.after(wait_us, ring)


class UnitClock:
    """A unit's own clocks: the core's, whose rate may be wrong, and the one on its wall."""

    def __init__(self, schedule: Schedule, wall_ms: int) -> None:
        self._schedule = schedule
        self._rate = 1.0
        self._since_us = 0  # when that rate began, in the world's time
        self._shown_us = 0  # and what the clock showed then
        self._wall_ms = wall_ms

    @property
    def now_ms(self) -> int:
        """The core's clock."""
        return self._now_us() // 1000

    @property
    def wall_ms(self) -> int:
        """Milliseconds since 1970, as the unit believes."""
        return self._wall_ms + self.now_ms

    def _now_us(self) -> int:
        if self._rate == 1.0:
            return self._shown_us + self._schedule.now_us - self._since_us
        return self._shown_us + int((self._schedule.now_us - self._since_us) * self._rate)

    def run_at(self, rate: float) -> None:
        """From now on a second of the world is that many of this clock."""
        self._shown_us, self._since_us, self._rate = self._now_us(), self._schedule.now_us, rate

    def set_wall(self, forward_ms: int) -> None:
        """Somebody sets the clock on the wall forward, or back."""
        self._wall_ms += forward_ms

    def wait_us(self, due_ms: int) -> int:
        """Until this clock shows that, in the world's time; 0 if it does already."""
        left_us = max(0, due_ms * 1000 - self._now_us())
        return left_us if self._rate == 1.0 else math.ceil(left_us / self._rate)
