"""The simulated Ethernet links: a switch with a port for each unit and one for a host, and faults.

Frames cross as they are. ``hears`` and ``speaks`` say what the switch does for a unit's port at
all, ``passes`` whether one unit's frames reach the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from controller.bench.simulated.clock import Schedule
from controller.bench.simulated.wires import Said
from controller.bench.world import BpdusOnly, Condition, Cut, Drop, Unit, Worsen

ETHERNET_US = 60


@dataclass(slots=True)
class _Port:
    """A unit's port of the switch."""

    deaf: bool = False  # what the switch says to the unit is lost
    mute: bool = False  # what the unit says is lost
    carries_from_us: int = 0  # spanning tree: not before


@dataclass(slots=True)
class EthernetLink:
    """One link between the units."""

    schedule: Schedule
    chance: Random
    silenced: set[Unit] = field(default_factory=set)  # what this unit sends is lost to its mate
    ports: dict[Unit, _Port] = field(default_factory=lambda: {unit: _Port() for unit in Unit})
    condition: Condition = Condition.ON
    forward_delay_us: int = 0  # 0: no spanning tree
    host_from_us: int = 0  # spanning tree: the host's port carries nothing before
    loss: float = 0.0
    repeats: float = 0.0
    delay_us: int = 0
    jitter_us: int = 0

    def carry(self, sender: Unit, said: Said, deliver: Callable[[Unit, Said], None]) -> None:
        """On to the other unit, unless it is cut or lost."""
        if not self.passes(sender) or (self.loss and self.chance.random() < self.loss):
            return
        again = self.repeats and self.chance.random() < self.repeats
        for _ in range(2 if again else 1):
            late_us = self.chance.randrange(self.jitter_us) if self.jitter_us else 0
            wait_us = ETHERNET_US + self.delay_us + late_us
            self.schedule.after(wait_us, lambda: deliver(sender.mate, said))

    def passes(self, sender: Unit) -> bool:
        """Whether what that unit sends to its mate gets there now."""
        return self.speaks(sender) and self.hears(sender.mate) and sender not in self.silenced

    def speaks(self, unit: Unit) -> bool:
        """Whether what that unit sends gets past its port of the switch."""
        return not self.ports[unit].mute and self._carries(unit)

    def hears(self, unit: Unit) -> bool:
        """Whether the switch's frames for everybody reach that unit."""
        return not self.ports[unit].deaf and self._carries(unit)

    def host_there(self) -> bool:
        """Whether the switch carries frames for the host."""
        return self.condition is Condition.ON and self.schedule.now_us >= self.host_from_us

    def _carries(self, unit: Unit) -> bool:
        on = self.condition is Condition.ON
        return on and self.schedule.now_us >= self.ports[unit].carries_from_us

    def came_up(self, unit: Unit) -> None:
        """The unit's port has carrier: with spanning tree it listens, then learns."""
        self.ports[unit].carries_from_us = self._forwarding_from_us()

    def become(self, condition: Condition) -> None:
        """A switch that starts does so with all its ports."""
        if condition is Condition.ON and self.condition is not condition:
            self.host_from_us = self._forwarding_from_us()
            for unit in Unit:
                self.came_up(unit)
        self.condition = condition

    def open_ports(self) -> None:
        """Without spanning tree a port that is up carries at once."""
        self.host_from_us = 0
        for port in self.ports.values():
            port.carries_from_us = 0

    def _forwarding_from_us(self) -> int:
        return self.schedule.now_us + 2 * self.forward_delay_us

    def cut(self, cut: Cut) -> None:
        """What units say to each other, or everything of one, is lost."""
        if cut.off is not None:
            self.ports[cut.off].deaf = self.ports[cut.off].mute = True
        else:
            self.silenced.update(Unit if cut.sender is None else (cut.sender,))

    def drop(self, fault: Drop | BpdusOnly) -> None:
        """A port loses one direction, or all but what is for nobody here: spanning tree."""
        port = self.ports[fault.unit]
        if isinstance(fault, BpdusOnly):
            port.deaf = port.mute = True
        elif fault.toward:
            port.deaf = True
        else:
            port.mute = True

    def worsen(self, fault: Worsen) -> None:
        """Frames come late, not at all, twice or in another order."""
        if fault.delay_ms is not None:
            self.delay_us = fault.delay_ms * 1000
        if fault.lose_percent is not None:
            self.loss = fault.lose_percent / 100
        if fault.duplicate_percent is not None:
            self.repeats = fault.duplicate_percent / 100
        if fault.reorder_ms is not None:
            self.jitter_us = fault.reorder_ms * 1000

    def mend(self) -> None:
        """Everything passes as it should; the switch itself stays as it is."""
        self.silenced.clear()
        for port in self.ports.values():
            port.deaf = port.mute = False
        self.loss = self.repeats = 0.0
        self.delay_us = self.jitter_us = 0
