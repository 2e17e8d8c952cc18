"""What the kernel of a simulated unit would be doing: whose addresses are where, and the lease."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from controller.bench.simulated.clock import Schedule
from firmware.core.failover import effects as fe

FIRST_LEASE_US = 20_000  # what taking the addresses begins with


@dataclass(slots=True)
class DataPlane:
    """``changed`` is called when the lease begins anew, and when it is over."""

    schedule: Schedule
    changed: Callable[[], None]
    plan: fe.DataPlan | None = None
    holding: bool = False
    _until_us: int = 0
    _watched: bool = False

    @property
    def passes(self) -> bool:
        """Whether anything goes by the active personas."""
        return self.holding and self._leased

    @property
    def _leased(self) -> bool:
        return self.schedule.now_us < self._until_us

    def lease(self, until_us: int) -> None:
        """Until then, without another word."""
        before, self._until_us = self._leased, until_us
        if before is not self._leased:
            self.changed()
        if not self._watched and self._leased:
            self._watch()

    def _watch(self) -> None:
        self._watched = True
        self.schedule.after(self._until_us - self.schedule.now_us, self._look)

    def _look(self) -> None:
        self._watched = False
        if self._leased:
            self._watch()
        else:
            self.changed()
