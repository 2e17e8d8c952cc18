"""What of a simulated unit stands still, or comes late: what it is told meanwhile waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from controller.bench.simulated.clock import Schedule
from firmware.core.failover.fence_events import Process

MOST = 2_000  # things a unit's sockets keep; what comes later is lost
Told = Callable[[], None]


class Standstill:
    """``frozen``: nothing of the unit, or of a process, runs."""

    def __init__(self) -> None:
        self.frozen = False
        self._waiting: list[Told] = []
        self._alarms: list[Told] = []

    def keeps(self, told: Told, *, alarm: bool = False) -> bool:
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


class Stopped:
    """The processes of a unit that were stopped one by one."""

    def __init__(self) -> None:
        self._still: dict[Process, Standstill] = {}

    def __contains__(self, process: Process) -> bool:
        return process in self._still

    def add(self, *processes: Process) -> None:
        """They hear nothing more until they go on."""
        for process in processes:
            self._still.setdefault(process, Standstill()).frozen = True

    def go_on(self, process: Process) -> bool:
        """Whether it stood still; it hears now what it was told."""
        still = self._still.pop(process, None)
        if still is not None:
            still.thaw()
        return still is not None

    def end(self, processes: Iterable[Process]) -> None:
        """What ended hears nothing any more."""
        for process in processes:
            self._still.pop(process, None)

    def keeps(self, process: Process, told: Told, *, alarm: bool = False) -> bool:
        """Whether it was kept for when that process goes on."""
        still = self._still.get(process)
        return still is not None and still.keeps(told, alarm=alarm)


class Slowness:
    """A process that gets to everything ``us`` late; ``caught_up`` is called when it has."""

    def __init__(self, schedule: Schedule, caught_up: Told) -> None:
        self.us = 0
        self._schedule = schedule
        self._caught_up = caught_up
        self._lag = Standstill()
        self._busy = False  # hearing what has waited

    @property
    def late(self) -> bool:
        """Whether it is slow, or something waits from when it was."""
        return self.us > 0 or self._lag.frozen

    def keeps(self, told: Told, *, alarm: bool = False) -> bool:
        """Whether it gets to it only later."""
        if self.us and not self._lag.frozen and not self._busy:
            self._lag.frozen = True
            self._schedule.after(self.us, self._catch_up)
        return self._lag.keeps(told, alarm=alarm)

    def _catch_up(self) -> None:
        self._busy = True
        self._lag.thaw()
        self._caught_up()
        self._busy = False
