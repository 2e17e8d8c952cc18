"""Looks on at the switch's side of every unit's data port and notes what the units send.

    python -m controller.bench.virtual.capture_process RING

Runs in the bench's namespace. Frames *to* the units are not noted: who forwards is who sends.
"""

from __future__ import annotations

import gc
import select
import sys
from pathlib import Path

from controller.bench.virtual import clock
from controller.bench.virtual.frames import RECORD, digest, port_number
from controller.bench.virtual.network import DATA, port
from controller.bench.virtual.packet_ring import PacketRing
from controller.bench.virtual.ring import RingWriter
from controller.bench.world import Unit

CAPACITY = 1 << 19
DROPS, HEARTBEAT = 0, 1  # the writer's numbers: frames missed; when the rings were last emptied


def main() -> None:
    """Run until killed. Says ``ready`` once every port is looked at."""
    writer = RingWriter(Path(sys.argv[1]), RECORD, CAPACITY)
    rings = {
        port_number(unit, ethernet): PacketRing(port(unit, f"eth{ethernet}"))
        for unit in Unit
        for ethernet in DATA
    }
    # Not real-time: the kernel keeps the frames, and stamps them, while this process waits.
    gc.disable()
    print("ready", flush=True)
    offset_ns, asked_ns, drops = clock.offset_ns(), clock.now_ns(), 0
    while True:
        select.select(rings.values(), [], [], 0.1)
        now_ns = clock.now_ns()
        if now_ns - asked_ns > 1_000_000_000:
            offset_ns, asked_ns = clock.offset_ns(), now_ns
            drops += sum(ring.drops() for ring in rings.values())
            writer.note(DROPS, drops)
        for number, ring in rings.items():
            for wall_ns, frame in ring.frames():
                fields = digest(frame)
                if fields is not None:
                    writer.append(wall_ns - offset_ns, number, *fields)
        writer.note(HEARTBEAT, now_ns)


if __name__ == "__main__":
    main()
