"""One end of the traffic through the pair: numbered UDP packets, and one TCP conversation.

    python -m controller.bench.virtual.probe_process RECORDS --bind A --to B (--talk | --listen)

Runs in a host's namespace. Sends packet n a millisecond after packet n-1, on an absolute schedule:
a late process sends what it owes, so numbers always stand for milliseconds. What the other end
sent is noted with the kernel's stamp. ``--talk`` says a number over TCP every 10 ms and notes when
it came back; ``--listen`` is the one that repeats them.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import gc
import socket
import struct
import time
from pathlib import Path

from controller.bench.virtual import clock, priority
from controller.bench.virtual.ring import RingWriter

PORT = 7007
PACKET = struct.Struct("<4sQQ")  # mark, number, sent (CLOCK_MONOTONIC ns)
_MARK = b"fovr"
UDP_RECORD = struct.Struct("<QQQ")  # number, sent ns, received ns
TCP_RECORD = struct.Struct("<QQQ")  # number, said ns, heard back ns
CAPACITY, TCP_CAPACITY = 1 << 18, 1 << 15
SENT, TCP_BREAKS, TCP_LAST_BREAK_NS, TCP_ERRNO, TCP_SAID_NS, BEGUN_NS = range(6)  # writer's numbers
EVERY_NS = 1_000_000
TCP_EVERY = 10  # packets
_OWED_MAX = 200  # packets sent in one go after a stall; what is owed beyond is sent next round
_RECONNECT_NS = 100_000_000
_CONNECT_NS = 300_000_000
_REST_NS = 50_000
_SO_TIMESTAMPNS = 35


class Conversation:
    """The TCP side. Never blocks; begins anew when it broke, and counts that it did."""

    def __init__(self, bind: str, to: str, listens: bool, records: RingWriter | None) -> None:
        self._bind, self._to, self._records = bind, to, records
        self._listener = _tcp(bind, PORT) if listens else None
        self._talk: socket.socket | None = None
        self._begun_ns = 0
        self._number = 0
        self._breaks = 0
        self._heard = b""
        self._alive = False  # something was heard back on this connection
        if self._listener is not None:
            self._listener.listen(4)

    def step(self, now_ns: int, say: bool) -> None:
        """Accept, connect, say, hear; whatever can be done now."""
        try:
            if self._listener is not None:
                self._repeat(self._listener)
            elif self._talk is None or self._hopeless(now_ns):
                self._connect(now_ns)
            else:
                self._converse(self._talk, now_ns, say)
        except BlockingIOError:
            pass
        except OSError as error:
            self._broken(error, now_ns)

    def _hopeless(self, now_ns: int) -> bool:
        """A connection not made in this time is asked for again: SYNs are repeated too rarely."""
        return not self._alive and now_ns - self._begun_ns >= _CONNECT_NS

    def _connect(self, now_ns: int) -> None:
        if now_ns - self._begun_ns < _RECONNECT_NS:
            return
        self._hang_up()
        self._begun_ns = now_ns
        self._talk = _tcp(self._bind, 0)
        self._heard = b""
        if self._talk.connect_ex((self._to, PORT)) not in (0, errno.EINPROGRESS):
            self._hang_up()

    def _converse(self, talk: socket.socket, now_ns: int, say: bool) -> None:
        assert self._records is not None
        if say:
            self._number += 1
            with contextlib.suppress(BlockingIOError):
                talk.send(struct.pack("<QQ", self._number, now_ns))
                self._records.note(TCP_SAID_NS, now_ns)
        data = talk.recv(65_536)
        if not data:
            raise ConnectionResetError(errno.ECONNRESET, "closed by the other end")
        self._alive = True
        self._heard += data
        whole = len(self._heard) // 16 * 16
        for number, said_ns in struct.iter_unpack("<QQ", self._heard[:whole]):
            self._records.append(number, said_ns, now_ns)
        self._heard = self._heard[whole:]

    def _repeat(self, listener: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            accepted, _ = listener.accept()
            accepted.setblocking(False)
            self._hang_up()
            self._talk = accepted
        if self._talk is not None:
            data = self._talk.recv(65_536)
            if not data:
                self._hang_up()
            else:
                self._talk.send(data)

    def _broken(self, error: OSError, now_ns: int) -> None:
        """Only a conversation that had begun can break; one that cannot begin is tried again."""
        if self._records is not None and self._alive:
            self._breaks += 1
            self._records.note(TCP_ERRNO, error.errno or 0)
            self._records.note(TCP_LAST_BREAK_NS, now_ns)
            self._records.note(TCP_BREAKS, self._breaks)
        self._hang_up()

    def _hang_up(self) -> None:
        if self._talk is not None:
            self._talk.close()
        self._talk, self._alive = None, False


class Probe:
    """One host's end: sends on schedule, notes what arrives."""

    def __init__(self, bind: str, to: str, records: RingWriter, conversation: Conversation) -> None:
        self._to = (to, PORT)
        self._records = records
        self._conversation = conversation
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
            self._conversation.step(now_ns, self._number % TCP_EVERY == 0)
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


def _tcp(bind: str, port: int) -> socket.socket:
    tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    tcp.setblocking(False)
    tcp.bind((bind, port))
    return tcp


def main() -> None:
    """Run one end until killed. Says ``ready`` once it sends."""
    parser = argparse.ArgumentParser(description="one end of the bench's traffic")
    parser.add_argument("records", type=Path, help="the ring file to write")
    parser.add_argument("--bind", required=True, help="this host's address")
    parser.add_argument("--to", required=True, help="the other host's address")
    role = parser.add_mutually_exclusive_group(required=True)
    role.add_argument("--talk", action="store_true")
    role.add_argument("--listen", action="store_true")
    arguments = parser.parse_args()
    records = RingWriter(arguments.records, UDP_RECORD, CAPACITY)
    tcp = None
    if arguments.talk:
        tcp = RingWriter(arguments.records.with_suffix(".tcp"), TCP_RECORD, TCP_CAPACITY)
    conversation = Conversation(arguments.bind, arguments.to, arguments.listen, tcp)
    probe = Probe(arguments.bind, arguments.to, records, conversation)
    gc.freeze()
    gc.disable()
    priority.real_time(priority.INSTRUMENT)
    print("ready", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        probe.run()


if __name__ == "__main__":
    main()
