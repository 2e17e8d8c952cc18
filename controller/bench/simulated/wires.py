"""The simulated cable: cuts, contacts, noise, and a line of 11,520 bytes/s.

Frames are really framed, for their length is their time on the line. Loss and garbling draw from
the world's one seeded source of chance. What Ethernet is plugged where is noted here too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from controller.bench.simulated.clock import Schedule
from controller.bench.world import Link, Unit, Wire
from firmware.core.failover.events import CableFacts
from firmware.core.settings import Identity
from firmware.core.wire import cobs
from firmware.core.wire.bodies import Frame, Segment
from firmware.core.wire.frames import encode

CABLE_BYTES_PER_S = 11_520
CABLE_QUEUE = 64  # frames waiting for the line, hellos and segments each
PLACES = {
    "Ethernet0": Link.OUTSIDE,
    "Ethernet1": Link.INSIDE,
    "Ethernet2": Link.STATE,
    "Ethernet3": Link.FAILOVER,
}

Deliver = Callable[[Unit, Frame | None], None]  # to whom, what; None is a garbled frame
Said = Frame | bytes  # sealed, a frame is its bytes


@dataclass(slots=True)
class _Line:
    """One direction of the cable."""

    urgent: deque[Frame] = field(default_factory=deque)
    bulk: deque[Frame] = field(default_factory=deque)
    busy: bool = False


class SimulatedCable:
    """The serial cable: two paced lines, six contacts, two straps."""

    def __init__(self, schedule: Schedule, chance: Random) -> None:
        self._schedule = schedule
        self._chance = chance
        self.lines = {unit: _Line() for unit in Unit}
        self.closed = dict.fromkeys(Wire, True)
        self.silenced: set[Unit] = set()
        self.garbled_percent = 0
        self.lost_percent = 0  # of the frames
        self.delay_us = 0
        self.straps = {Unit.PRIMARY: Identity.PRIMARY, Unit.SECONDARY: Identity.SECONDARY}

    def facts(self, unit: Unit, mate_powered: bool) -> CableFacts:
        """What the GPIO lines of a unit say."""
        here = self.closed[Wire(f"plug-{unit}")]
        power = self.closed[Wire(f"power-{unit.mate}")] and mate_powered
        return CableFacts(
            my_plug=here,
            other_plug=self.closed[Wire(f"plug-{unit.mate}")],
            other_power=power,
            strap=self.straps[unit] if here else None,
        )

    def send(self, sender: Unit, frame: Frame, deliver: Deliver) -> None:
        """Queue it for the line; hellos go before segments. A full queue drops."""
        line = self.lines[sender]
        queue = line.bulk if isinstance(frame.body, Segment) else line.urgent
        if len(queue) < CABLE_QUEUE:
            queue.append(frame)
        if not line.busy:
            self._next(sender, deliver)

    def mend(self) -> None:
        """No cut, no noise, no delay; contacts stay as they are."""
        self.silenced.clear()
        self.garbled_percent = self.lost_percent = self.delay_us = 0

    def power_cut(self, unit: Unit) -> None:
        """What waited in that unit is gone; what is on the line still arrives."""
        self.lines[unit].urgent.clear()
        self.lines[unit].bulk.clear()

    def _next(self, sender: Unit, deliver: Deliver) -> None:
        line = self.lines[sender]
        queue = line.urgent or line.bulk
        line.busy = bool(queue)
        if not queue:
            return
        frame = queue.popleft()
        length = len(cobs.encode(encode(frame)))

        def arrived() -> None:
            self._arrive(sender, frame, length, deliver)
            self._next(sender, deliver)

        self._schedule.after(length * 1_000_000 // CABLE_BYTES_PER_S, arrived)

    def _arrive(self, sender: Unit, frame: Frame, length: int, deliver: Deliver) -> None:
        if sender in self.silenced or not self.closed[Wire(f"transmit-{sender}")]:
            return
        if self.lost_percent and self._chance.randrange(100) < self.lost_percent:
            return
        whole = (1 - self.garbled_percent / 100) ** length
        garbled = self.garbled_percent and self._chance.random() >= whole
        arrived = None if garbled else frame
        if self.delay_us:
            self._schedule.after(self.delay_us, lambda: deliver(sender.mate, arrived))
        else:
            deliver(sender.mate, arrived)
