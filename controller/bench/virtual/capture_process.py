"""Looks on at the switch's side of every unit's data port and notes what the units send.

    python -m controller.bench.virtual.capture_process RING

Runs in the bench's namespace. Frames *to* the units are not noted: who forwards is who sends.
"""

from __future__ import annotations

import contextlib
import gc
import select
import sys
from collections.abc import Iterator
from pathlib import Path

from controller.bench.virtual import clock
from controller.bench.virtual.frames import RECORD, digest, port_number
from controller.bench.virtual.network import DATA, port
from controller.bench.virtual.packet_ring import PacketRing
from controller.bench.virtual.ring import RingWriter
from controller.bench.world import Unit

CAPACITY = 1 << 19
# The writer's numbers: frames missed; when the rings were last emptied; ports that are looked at.
DROPS, HEARTBEAT, LOOKED_AT = 0, 1, 2


class Eye:
    """Looks at one port, which may be taken away and made anew."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.ring: PacketRing | None = PacketRing(name)

    def look(self) -> None:
        """Let go of a port that is gone; find it again when there is one of its name."""
        if self.ring is not None and self.ring.lost():
            self.ring.close()
            self.ring = None
        if self.ring is None:
            with contextlib.suppress(OSError):
                self.ring = PacketRing(self._name)

    def frames(self) -> Iterator[tuple[int, bytes]]:
        """What came in since."""
        return iter(()) if self.ring is None else self.ring.frames()

    def drops(self) -> int:
        """What there was no room for since."""
        return 0 if self.ring is None else self.ring.drops()


def main() -> None:
    """Run until killed. Says ``ready`` once every port is looked at."""
    writer = RingWriter(Path(sys.argv[1]), RECORD, CAPACITY)
    eyes = {
        port_number(unit, ethernet): Eye(port(unit, f"eth{ethernet}"))
        for unit in Unit
        for ethernet in DATA
    }
    # Not real-time: the kernel keeps the frames, and stamps them, while this process waits.
    gc.disable()
    print("ready", flush=True)
    offset_ns, asked_ns, drops = clock.offset_ns(), clock.now_ns(), 0
    while True:
        select.select([eye.ring for eye in eyes.values() if eye.ring is not None], [], [], 0.1)
        now_ns = clock.now_ns()
        if now_ns - asked_ns > 1_000_000_000:
            offset_ns, asked_ns = clock.offset_ns(), now_ns
            drops += sum(eye.drops() for eye in eyes.values())
            writer.note(DROPS, drops)
        for number, eye in eyes.items():
            for wall_ns, frame in eye.frames():
                fields = digest(frame)
                if fields is not None:
                    writer.append(wall_ns - offset_ns, number, *fields)
            eye.look()
        writer.note(LOOKED_AT, sum(eye.ring is not None for eye in eyes.values()))
        writer.note(HEARTBEAT, now_ns)


if __name__ == "__main__":
    main()
