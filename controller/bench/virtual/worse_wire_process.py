"""A wire that delays, loses, repeats and overtakes, both ways, where no kernel does it for us.

    python -m controller.bench.virtual.worse_wire_process --orders SOCKET END=PORT...

What arrives at the interface END is put onto the wire behind PORT: late, not at all or twice, as
the last order says (see ``worse_wires.py``). By that way round it passes no queue and no filter of
the port again. The header before each frame goes along: it says what of the frame's checksum is
still to be filled in.
"""

from __future__ import annotations

import argparse
import contextlib
import heapq
import random
import select
import socket
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from controller.bench.virtual import priority
from controller.bench.virtual.orders import Desk, Order

_SOL_PACKET, _VNET_HDR, _QDISC_BYPASS, _IGNORE_OUTGOING = 263, 15, 20, 23
_ETH_P_ALL = 3
_FRAME_BYTES = 1 << 17
_MS = 1_000_000


@dataclass(slots=True)
class Fate:
    """What becomes of frames: 0 everywhere is a wire as good as new."""

    delay_ms: int = 0
    lose_percent: int = 0
    duplicate_percent: int = 0
    reorder_ms: int = 0

    def delays_ns(self, chance: random.Random) -> list[int]:
        """How late each copy of the next frame comes; none of a lost one."""
        if chance.random() * 100 < self.lose_percent:
            return []
        copies = 2 if chance.random() * 100 < self.duplicate_percent else 1
        jitter_ns = self.reorder_ms * _MS
        return [self.delay_ms * _MS + int(chance.random() * jitter_ns) for _ in range(copies)]


class WorseWire:
    """Both directions of one link. ``run`` does not return."""

    def __init__(self, ways: list[tuple[str, str]], orders: Path) -> None:
        self._ways = {_listening(end): _speaking(port) for end, port in ways}
        self._desk = Desk(orders, self._obey)
        self._fate = Fate()
        self._chance = random.Random(1)
        self._number = count()  # frames due at the same time leave in the order they came
        self._late: list[tuple[int, int, socket.socket, bytes]] = []

    def run(self) -> None:
        """Carry frames until the process ends."""
        while True:
            wait_s = None
            if self._late:
                wait_s = max(0, self._late[0][0] - time.monotonic_ns()) / 1e9
            for one in select.select([*self._ways, *self._desk.sockets], [], [], wait_s)[0]:
                if one in self._ways:
                    self._take(one)
                else:
                    self._desk.serve(one)
            while self._late and self._late[0][0] <= time.monotonic_ns():
                _, _, port, frame = heapq.heappop(self._late)
                with contextlib.suppress(OSError):  # the port is gone or down, as a wire may be
                    port.send(frame)

    def _take(self, end: socket.socket) -> None:
        now_ns = time.monotonic_ns()
        with contextlib.suppress(BlockingIOError):
            while True:
                frame = end.recv(_FRAME_BYTES)
                for late_ns in self._fate.delays_ns(self._chance):
                    due = (now_ns + late_ns, next(self._number))
                    heapq.heappush(self._late, (*due, self._ways[end], frame))

    def _obey(self, order: Order) -> Order:
        for name, value in order.items():
            setattr(self._fate, name, int(value))
        return {}


def _listening(end: str) -> socket.socket:
    heard = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0)
    heard.setsockopt(_SOL_PACKET, _VNET_HDR, 1)
    heard.setsockopt(_SOL_PACKET, _IGNORE_OUTGOING, 1)
    heard.bind((end, _ETH_P_ALL))
    return heard


def _speaking(port: str) -> socket.socket:
    speaking = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0)
    speaking.setsockopt(_SOL_PACKET, _VNET_HDR, 1)
    speaking.setsockopt(_SOL_PACKET, _QDISC_BYPASS, 1)
    speaking.bind((port, 0))
    return speaking


def main() -> None:
    """Be one wire until killed. Says ``ready`` on standard output when frames may come."""
    parser = argparse.ArgumentParser(description="a worse wire of the virtual bench")
    parser.add_argument("--orders", type=Path, required=True, help="the socket it listens at")
    parser.add_argument("ways", nargs="+", metavar="END=PORT")
    asked = parser.parse_args()
    ends = [way.partition("=") for way in asked.ways]
    wire = WorseWire([(end, port) for end, _, port in ends], asked.orders)
    priority.real_time(priority.CABLE)
    print("ready", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        wire.run()


if __name__ == "__main__":
    main()
