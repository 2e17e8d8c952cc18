"""A simulated unit whose processes stand still: what it is told meanwhile waits for it."""

from __future__ import annotations

from collections.abc import Callable

MOST = 2_000  # things a unit's sockets keep; what comes later is lost


class Standstill:
    """``frozen``: nothing of the unit runs."""

    def __init__(self) -> None:
        self.frozen = False
        self._waiting: list[Callable[[], None]] = []
        self._alarms: list[Callable[[], None]] = []

    def keeps(self, told: Callable[[], None], *, alarm: bool = False) -> bool:
        """Whether it was kept for later. ``alarm``: time has passed; heard after all the rest."""
        if not self.frozen:
            return False
        waiting = self._alarms if alarm else self._waiting
        if len(waiting) < MOST:
            waiting.append(told)
        return True

    def thaw(self) -> None:
        """Everything runs on, and hears what it was told."""
        self.frozen = False
        waiting, self._waiting = self._waiting, []
        alarms, self._alarms = self._alarms, []
        for told in (*waiting, *alarms):
            told()
