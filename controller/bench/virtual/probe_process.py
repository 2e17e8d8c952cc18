"""One end of the traffic through the pair: numbered UDP packets, and TCP connections.

    python -m controller.bench.virtual.probe_process RECORDS --bind A --to B

Runs in a host's namespace. Sends packet n a millisecond after packet n-1, on an absolute schedule:
a late process sends what it owes, so numbers always stand for milliseconds. What the other end
sent is noted with the kernel's stamp. TCP is in tcp_probe.py.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import socket
import struct
import time
from pathlib import Path

from controller.bench.virtual import clock, priority
from controller.bench.virtual.ring import RingWriter
from controller.bench.virtual.tcp_probe import TCP_CAPACITY, TCP_RECORD, Answerer, Callers

PORT = 7007
PACKET = struct.Struct("<4sQQ")  # mark, number, sent (CLOCK_MONOTONIC ns)
_MARK = b"fovr"
UDP_RECORD = struct.Struct("<QQQ")  # number, sent ns, received ns
CAPACITY = 1 << 18
SENT, BEGUN_NS = range(2)  # writer's numbers
EVERY_NS = 1_000_000
_OWED_MAX = 200  # packets sent in one go after a stall; what is owed beyond is sent next round
_REST_NS = 50_000
_SO_TIMESTAMPNS = 35


class Probe:
    """One host's end: sends on schedule, notes what arrives."""

    def __init__(self, bind: str, to: str, records: RingWriter, callers: Callers) -> None:
        self._to = (to, PORT)
        self._records = records
        self._callers = callers
        self._answerer = Answerer((bind, PORT))
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._udp.bind((bind, PORT))
        self._udp.setblocking(False)
        self._number = 0
        self._offset_ns = clock.offset_ns()

    def run(self) -> None:
        """Until the process is ended."""
        begun_ns = clock.now_ns()
        self._records.note(BEGUN_NS, begun_ns)
        while True:
            now_ns = clock.now_ns()
            owed = min(_OWED_MAX, (now_ns - begun_ns) // EVERY_NS + 1 - self._number)
            for _ in range(owed):
                self._send()
            self._receive()
            self._answerer.step()
            self._callers.step(now_ns)
            if self._number % 1000 == 0:
                self._offset_ns = clock.offset_ns()
            left_ns = begun_ns + self._number * EVERY_NS - clock.now_ns()
            # Always a little: a real-time process that never sleeps is ended by the kernel.
            time.sleep(max(_REST_NS, left_ns) / 1e9)

    def _send(self) -> None:
        # A refused packet (no route, no neighbour) is a lost one: its number is spent.
        with contextlib.suppress(OSError):
            self._udp.sendto(PACKET.pack(_MARK, self._number, clock.now_ns()), self._to)
        self._number += 1
        self._records.note(SENT, self._number)

    def _receive(self) -> None:
        while True:
            try:
                data, ancillary, _, _ = self._udp.recvmsg(64, 64)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error about a packet of ours; the packet is lost, that is all
            if len(data) != PACKET.size or data[:4] != _MARK:
                continue
            _, number, sent_ns = PACKET.unpack(data)
            seconds, nanos = struct.unpack("=qq", ancillary[0][2])
            received_ns = seconds * 1_000_000_000 + nanos - self._offset_ns
            self._records.append(number, sent_ns, received_ns)


def main() -> None:
    """Run one end until killed. Says ``ready`` once it sends."""
    parser = argparse.ArgumentParser(description="one end of the bench's traffic")
    parser.add_argument("records", type=Path, help="the ring file to write")
    parser.add_argument("--bind", required=True, help="this host's address")
    parser.add_argument("--to", required=True, help="the other host's address")
    arguments = parser.parse_args()
    records = RingWriter(arguments.records, UDP_RECORD, CAPACITY)
    tcp = RingWriter(arguments.records.with_suffix(".tcp"), TCP_RECORD, TCP_CAPACITY)
    callers = Callers(arguments.bind, (arguments.to, PORT), tcp)
    probe = Probe(arguments.bind, arguments.to, records, callers)
    gc.freeze()
    gc.disable()
    priority.real_time(priority.INSTRUMENT)
    print("ready", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        probe.run()


if __name__ == "__main__":
    main()
