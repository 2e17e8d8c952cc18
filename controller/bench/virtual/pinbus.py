"""The pin bus: the wires between units that are processes, and the bench's hand on them.

``python -m controller.bench.virtual.pinbus --socket PATH --boards primary,secondary`` (``--latch``)
serves until SIGTERM or SIGINT (pinbus_server.py); ``PinBus`` is the client the bench uses: switch
panels, the cable's plugs, and whoever wants to look.
"""

from __future__ import annotations

import argparse
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from controller.bench.virtual import priority
from controller.bench.virtual.pinbus_server import PinBusError, PinBusServer, encode
from controller.bench.virtual.switchboard import Switchboard
from wiring.bus_messages import (
    PACKET_MAX,
    REPORTS,
    AddContact,
    Answer,
    Conflict,
    Drive,
    Edge,
    Greet,
    MoveContacts,
    Read,
    Recall,
    Report,
    Request,
    Watch,
)
from wiring.cable import plug_contacts
from wiring.load import WiringError, default_map, load
from wiring.nets import Moment
from wiring.pinmap import PinMap
from wiring.signals import Signal

__all__ = ["PinBus", "PinBusError", "PinWatch"]

_ENVELOPE = msgspec.json.Decoder(tuple[str, msgspec.Raw])
_REPORT_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in REPORTS.items()}


class PinBus:
    """The bench's hand on the bus: drives pins from outside, moves contacts, looks.

    Pins are named by a ``Signal`` or a BCM number. What this connection drives is let go when it
    is closed. Every verb raises PinBusError when the bus refuses or is gone. Not for several
    threads at once.
    """

    def __init__(self, sock: socket.socket, path: str, pins: PinMap) -> None:
        self._sock = sock
        self._path = path
        self._pins = pins
        self._ticket = 0

    @classmethod
    def connect(
        cls, path: str, *, name: str = "bench", within_s: float = 5.0, pins: PinMap | None = None
    ) -> PinBus:
        """Connect, waiting for a bus that is just being started. Raises PinBusError."""
        bus = cls(_connect(path, within_s), path, pins or default_map())
        bus._ask(Greet(ticket=bus._next(), name=name))
        return bus

    def drive(self, board: str, pin: Signal | int, level: bool) -> None:
        """Drive the pin from outside to that electrical level (True is high)."""
        request = Drive(ticket=self._next(), board=board, bcm=self._bcm(pin), level=level)
        self._ask(request)

    def say(self, board: str, signal: Signal, active: bool) -> None:
        """Drive the pin so that the signal means ``active``, whichever level that is."""
        self.drive(board, signal, self._pins[signal].level(active))

    def release(self, board: str, pin: Signal | int) -> None:
        """Let go of the pin."""
        self._ask(Drive(ticket=self._next(), board=board, bcm=self._bcm(pin), level=None))

    def read(self, board: str, pin: Signal | int) -> bool:
        """The pin's electrical level now."""
        return self._ask(Read(ticket=self._next(), board=board, bcm=self._bcm(pin))).level

    def history(self, board: str, pin: Signal | int) -> tuple[Moment, ...]:
        """What the pin was, oldest first; the newest 256."""
        answer = self._ask(Recall(ticket=self._next(), board=board, bcm=self._bcm(pin)))
        return tuple(Moment(at_us, level) for at_us, level in answer.moments)

    def contact(self, name: str, closed: bool) -> None:
        """Close or open one contact: "power-primary" (the wire), "loop@primary" (in a plug)."""
        self.contacts((name,), closed)

    def contacts(self, names: tuple[str, ...], closed: bool) -> None:
        """Close or open all of these in one instant."""
        self._ask(MoveContacts(ticket=self._next(), names=names, closed=closed))

    def add_contact(self, name: str, a: str, b: str, *, closed: bool = False) -> None:
        """Solder a contact between "BOARD:BCM", "gnd", "vcc" or points named as you like."""
        self._ask(AddContact(ticket=self._next(), name=name, a=a, b=b, closed=closed))

    def plug(self, end: str, *, marked: str | None = None) -> None:
        """Push the cable's plug in at that end ("primary", "secondary"); see wiring/cable.py."""
        self.contacts(plug_contacts(self._pins, end, marked=marked), True)

    def unplug(self, end: str) -> None:
        """Pull the plug at that end, all its contacts at once."""
        self.contacts(plug_contacts(self._pins, end, marked="primary"), False)

    def watch(self) -> PinWatch:
        """A second connection that hears every change of every pin from now on."""
        sock = _connect(self._path, 0.0)
        other = PinBus(sock, self._path, self._pins)
        other._ask(Watch(ticket=other._next()))
        sock.settimeout(None)
        return PinWatch(sock)

    def close(self) -> None:
        """End the connection; what it drove is let go."""
        self._sock.close()

    def __enter__(self) -> PinBus:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _bcm(self, pin: Signal | int) -> int:
        return self._pins[pin].bcm if isinstance(pin, Signal) else pin

    def _next(self) -> int:
        self._ticket += 1
        return self._ticket

    def _ask(self, request: Request) -> Answer:
        try:
            self._sock.send(encode(request))
            packet = self._sock.recv(PACKET_MAX)
        except OSError as error:
            raise PinBusError(f"pin bus {self._path}: {error}; is it running?") from None
        if not packet:
            raise PinBusError(f"pin bus {self._path} ended; start it again")
        answer = _decode_report(packet)
        if not isinstance(answer, Answer) or answer.ticket != request.ticket:
            raise PinBusError(f"pin bus {self._path} answered out of turn: {answer}")
        if answer.error:
            raise PinBusError(f"pin bus {self._path}: {answer.error}")
        return answer


class PinWatch:
    """A stream of ``Edge`` and ``Conflict``. ``fileno`` is readable when there is something."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def fileno(self) -> int:
        """For a selector."""
        return self._sock.fileno()

    def receive(self) -> list[Edge | Conflict]:
        """What has come, without waiting. Raises PinBusError when the bus has ended."""
        got: list[Edge | Conflict] = []
        while True:
            try:
                packet = self._sock.recv(PACKET_MAX, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return got
            except OSError as error:
                raise PinBusError(f"pin bus: {error}") from None
            if not packet:
                raise PinBusError("the pin bus ended; start it again")
            report = _decode_report(packet)
            if isinstance(report, Edge | Conflict):
                got.append(report)

    def __iter__(self) -> Iterator[Edge | Conflict]:
        """Everything that comes, waiting for it, until the bus ends."""
        while packet := self._sock.recv(PACKET_MAX):
            report = _decode_report(packet)
            if isinstance(report, Edge | Conflict):
                yield report

    def close(self) -> None:
        """Stop watching."""
        self._sock.close()


def _decode_report(packet: bytes) -> Report | None:
    try:
        name, body = _ENVELOPE.decode(packet)
        return _REPORT_DECODERS[name].decode(body)
    except (msgspec.MsgspecError, KeyError):
        return None


def _connect(path: str, within_s: float) -> socket.socket:
    until = time.monotonic() + within_s
    while True:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            sock.connect(path)
            sock.settimeout(5.0)
            return sock
        except OSError as error:
            sock.close()
            if time.monotonic() >= until:
                raise PinBusError(
                    f"no pin bus at {path}: {error}; "
                    "start python -m controller.bench.virtual.pinbus"
                ) from None
        time.sleep(0.005)


def main(arguments: list[str] | None = None) -> int:
    """Serve a bus until SIGTERM or SIGINT. 0: served; 2: could not, and said why."""
    parser = argparse.ArgumentParser(prog="pinbus", description="the bench's pin bus")
    parser.add_argument("--socket", required=True, help="path of the Unix socket to serve")
    parser.add_argument("--boards", default="primary,secondary", help="names, by commas")
    parser.add_argument("--latch", default="", help="boards that keep a dead process's outputs")
    parser.add_argument("--pins", type=Path, help="another pins.toml")
    options = parser.parse_args(arguments)
    boards = tuple(name for name in options.boards.split(",") if name)
    latching = frozenset(name for name in options.latch.split(",") if name)
    try:
        if not boards or len(set(boards)) < len(boards) or not latching <= set(boards):
            raise PinBusError("--boards needs different names, and --latch names among them")
        pins = load(options.pins) if options.pins else default_map()
        server = PinBusServer(options.socket, Switchboard(pins, boards, latching))
    except (PinBusError, WiringError) as error:
        print(error, file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    priority.real_time(priority.CABLE)
    print(f"pin bus at {options.socket}: {', '.join(boards)}", flush=True)
    server.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
