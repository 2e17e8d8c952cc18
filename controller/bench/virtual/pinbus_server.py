"""The pin bus's sockets and its clock. What a request does is switchboard.py.

A client that does not read costs nobody anything: what it missed is kept as the newest level of
each pin, so the last thing it hears is always the truth.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field

import msgspec

from controller.bench.virtual.switchboard import Switchboard
from wiring.bus_messages import PACKET_MAX, REQUESTS, Answer, Conflict, Edge, Report, Request

CONFLICTS_KEPT = 64  # for a client that does not read; older ones are dropped and counted
_ENVELOPE = msgspec.json.Decoder(tuple[str, msgspec.Raw])
_REQUEST_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in REQUESTS.items()}


def now_us() -> int:
    """The bus's clock: CLOCK_MONOTONIC in microseconds, the same in every process."""
    return time.monotonic_ns() // 1000


def encode(message: Request | Report) -> bytes:
    """One packet of the bus."""
    return msgspec.json.encode((type(message).__name__, message))


def _decode_request(packet: bytes) -> Request | None:
    try:
        name, body = _ENVELOPE.decode(packet)
        return _REQUEST_DECODERS[name].decode(body)
    except (msgspec.MsgspecError, KeyError):
        return None


class PinBusError(RuntimeError):
    """The bus refused, or is not there; the text says what was asked and what to do."""


@dataclass(slots=True)
class _Client:
    sock: socket.socket
    number: int
    late_edges: dict[tuple[str, int], Edge] = field(default_factory=dict)
    late: list[Answer | Conflict] = field(default_factory=list)

    @property
    def behind(self) -> bool:
        return bool(self.late_edges or self.late)


class PinBusServer:
    """Serves one bus on ``path``. ``run`` returns after ``stop`` or a signal handler's call of it.

    Raises PinBusError when the path is taken by a living bus or cannot be bound.
    """

    def __init__(self, path: str, switchboard: Switchboard) -> None:
        self._path = path
        self._board = switchboard
        self._selector = selectors.DefaultSelector()
        self._clients: dict[int, _Client] = {}
        self._numbers = iter(range(1, sys.maxsize))
        self.bad_packets = 0
        self.reports_dropped = 0
        self._listener = _listen(path)
        self._wake_out, self._wake_in = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._wake_out, selectors.EVENT_READ)

    def stop(self) -> None:
        """Make ``run`` return. Safe from a signal handler or another thread."""
        os.write(self._wake_in, b"x")

    def run(self) -> None:
        """Serve; then close everything and remove the socket."""
        try:
            while self._turn():
                pass
        finally:
            self._close()

    def _turn(self) -> bool:
        due = self._board.next_due_us()
        timeout = None if due is None else max(0.0, (due - now_us()) / 1e6)
        for key, events in self._selector.select(timeout):
            if key.fileobj is self._listener:
                self._accept()
            elif key.fd == self._wake_out:
                return False
            elif events & selectors.EVENT_WRITE:
                self._flush(key.data)
            else:
                self._receive(key.data)
        self._board.expire(now_us())
        self._deliver()
        return True

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            sock, _ = self._listener.accept()
            sock.setblocking(False)
            client = _Client(sock, next(self._numbers))
            self._clients[client.number] = client
            self._selector.register(sock, selectors.EVENT_READ, client)

    def _receive(self, client: _Client) -> None:
        try:
            packet = client.sock.recv(PACKET_MAX)
        except BlockingIOError:
            return
        except OSError:
            packet = b""
        if not packet:
            self._drop(client)
            return
        request = _decode_request(packet)
        if request is None:
            self.bad_packets += 1
            answer = Answer(ticket=0, error="not a message of the pin bus; see wiring/bus_messages")
            self._send(client, answer)
            return
        answer = self._board.handle(client.number, request, now_us())
        self._deliver()  # the edge first: somebody may be waiting for it
        if request.ticket:
            self._send(client, answer)

    def _deliver(self) -> None:
        outbox, self._board.outbox = self._board.outbox, []
        for number, report in outbox:
            if number in self._clients:
                self._send(self._clients[number], report)

    def _send(self, client: _Client, report: Report) -> None:
        if not client.behind:
            try:
                client.sock.send(encode(report))
                return
            except BlockingIOError:
                self._selector.modify(
                    client.sock, selectors.EVENT_READ | selectors.EVENT_WRITE, client
                )
            except OSError:
                return  # it is gone; its end of file follows
        if isinstance(report, Edge):
            client.late_edges[report.board, report.bcm] = report
        else:
            client.late.append(report)
            if len(client.late) > CONFLICTS_KEPT:
                del client.late[0]
                self.reports_dropped += 1

    def _flush(self, client: _Client) -> None:
        waiting = [*client.late, *client.late_edges.values()]
        client.late, client.late_edges = [], {}
        self._selector.modify(client.sock, selectors.EVENT_READ, client)
        for report in waiting:
            self._send(client, report)

    def _drop(self, client: _Client) -> None:
        self._selector.unregister(client.sock)
        client.sock.close()
        del self._clients[client.number]
        self._board.gone(client.number, now_us())
        self._deliver()

    def _close(self) -> None:
        for client in tuple(self._clients.values()):
            client.sock.close()
        self._selector.close()
        self._listener.close()
        os.close(self._wake_in)
        os.close(self._wake_out)
        with contextlib.suppress(OSError):
            os.unlink(self._path)


def _listen(path: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        if os.path.exists(path):
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe:
                if probe.connect_ex(path) == 0:
                    raise PinBusError(f"{path} is served by another pin bus; stop it first")
            os.unlink(path)
        listener.bind(path)
        listener.listen(64)
    except OSError as error:
        listener.close()
        raise PinBusError(f"cannot serve a pin bus at {path}: {error}") from None
    except PinBusError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener
