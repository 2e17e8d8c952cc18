"""Sessions at a simulated unit: the one that types, and the console somebody sits at."""

from __future__ import annotations

from controller.bench.simulated.unit import SimulatedUnit
from firmware.core.management import events as me


class Session:
    """One session, opened when first used and again in each life of the unit's management."""

    def __init__(self, unit: SimulatedUnit, number: int, kind: me.SessionKind) -> None:
        self._unit = unit
        self.number = number
        self._kind = kind
        self._life: object | None = None

    def say(self, line: str) -> None:
        """Type a line and Enter. Nobody hears it while management is away."""
        self._open()
        self._unit.answers.pop(self.number, None)
        self._unit.done.discard(self.number)
        self._unit.step_management(me.CommandEntered(self.number, line))

    def heard(self) -> str:
        """All that was shown since the last line was typed."""
        self._open()
        return "".join(self._unit.answers.get(self.number, []))

    @property
    def answered(self) -> bool:
        """The last line is done with."""
        return self.number in self._unit.done

    def _open(self) -> None:
        if self._life is self._unit.management or self._unit.management is None:
            return
        self._life = self._unit.management
        self._unit.answers.pop(self.number, None)
        if self._kind is me.SessionKind.CONSOLE:
            self._unit.consoles.add(self.number)
        self._unit.step_management(me.SessionOpened(self.number, self._kind))
