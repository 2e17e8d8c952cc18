"""What a simulated unit sees of its world: the wires, the clock, and chance."""

from __future__ import annotations

from typing import Protocol

from controller.bench.simulated.clock import Schedule
from controller.bench.world import Unit
from firmware.core.failover import effects as fe
from firmware.core.failover import events as ev
from firmware.core.wire.bodies import Frame

Test = fe.ListenForActivity | fe.StopListening | fe.AskNeighbour | fe.PingBroadcast


class Around(Protocol):
    """What is outside a unit: the wires, and chance."""

    schedule: Schedule

    def boot_us(self) -> int:
        """How long a process takes from its start to its first step."""

    def nonce(self) -> int:
        """A random boot number."""

    def say(self, unit: Unit, channel: str, frame: Frame) -> None:
        """Put a frame on the wire of that channel."""

    def cable_facts(self, unit: Unit) -> ev.CableFacts | None:
        """The GPIO lines; None for a unit without GPIO."""

    def carrier(self, unit: Unit, physical: str) -> bool:
        """Whether that NIC of the unit is up and has a carrier."""

    def listen(self, unit: Unit, effect: Test) -> None:
        """What the unit asks for in an interface test."""

    def changed(self, unit: Unit) -> None:
        """Power, NICs or addresses of the unit changed: carriers, cable facts, forwarders."""
