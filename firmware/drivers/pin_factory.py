"""A gpiozero pin factory on the bench's pin bus, so that unmodified firmware runs without a Pi.

Registered as ``fover_bus`` in the entry-point group gpiozero_pin_factories:
``GPIOZERO_PIN_FACTORY=fover_bus FOVER_PIN_BUS=/run/pinbus FOVER_PIN_BOARD=primary python app.py``.

One thread reads the connection and calls ``when_changed``, as lgpio's thread does on a Pi. A
callback may use pins itself: asked from the reading thread, a request reads on until its answer
comes and keeps the edges in between for afterwards.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import socket
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable

import msgspec
from gpiozero import (  # type: ignore[import-untyped]
    GPIOPinInUse,
    PinFixedPull,
    PinInvalidBounce,
    PinInvalidEdges,
    PinInvalidFunction,
    PinInvalidPull,
    PinPWMUnsupported,
    PinSetInput,
    PinSPIUnsupported,
)
from gpiozero.exc import BadPinFactory  # type: ignore[import-untyped]
from gpiozero.pins import PinInfo  # type: ignore[import-untyped]
from gpiozero.pins.pi import PiFactory, PiPin  # type: ignore[import-untyped]

from wiring.bus_messages import (
    BOARD_VARIABLE,
    BUS_VARIABLE,
    PACKET_MAX,
    REPORTS,
    Answer,
    ClaimInput,
    ClaimOutput,
    Edge,
    Greet,
    Read,
    Report,
    Request,
    SetOutput,
    Unclaim,
)

PI_4B = 0xB03111  # the board this pretends to be: 40 pins, any of them would do
ANSWER_S = 2.0  # a bus that is silent for so long is stuck
BOUNCE_MAX_S = 10.0
BACKLOG_MAX = 1024
_ENVELOPE = msgspec.json.Decoder(tuple[str, msgspec.Raw])
_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in REPORTS.items()}


class PinBusLost(OSError):
    """The pin bus ended, is stuck, or refused; inputs keep the level they had."""


class BusFactory(PiFactory):  # type: ignore[misc]
    """Pins of one board of the bus. Raises BadPinFactory, with what to do, if it cannot connect.

    ``path`` and ``board`` default to the variables FOVER_PIN_BUS and FOVER_PIN_BOARD. Waits up to
    ``within_s`` seconds for a bus that is just being started.
    """

    def __init__(
        self, path: str | None = None, board: str | None = None, *, within_s: float = 5.0
    ) -> None:
        super().__init__()
        path = path or os.environ.get(BUS_VARIABLE)
        board = board or os.environ.get(BOARD_VARIABLE)
        if not path or not board:
            raise BadPinFactory(
                f"fover_bus needs a pin bus and a board: set {BUS_VARIABLE} and {BOARD_VARIABLE}, "
                "or bus and board under [gpio]"
            )
        self.board = board
        self.pin_class = BusPin
        self.line = BusLine(_connect(path, within_s), path, self._edge)
        self.line.ask(lambda ticket: Greet(ticket=ticket, name=f"{board} process {os.getpid()}"))

    def close(self) -> None:
        """Give all pins back and end the connection."""
        if not self.line.closed:
            super().close()
            self.line.close()

    def ticks(self) -> float:
        """Seconds of CLOCK_MONOTONIC, the bus's clock too."""
        return time.monotonic()

    def ticks_diff(self, later: float, earlier: float) -> float:
        """Seconds between."""
        return later - earlier

    def spi(self, **_: object) -> None:
        """There is no SPI on the bus."""
        raise PinSPIUnsupported("the pin bus has no SPI")

    def _get_revision(self) -> int:
        return PI_4B

    def _edge(self, edge: Edge) -> None:
        pin = self._by_bcm.get(edge.bcm)
        if pin is not None and edge.board == self.board:
            pin.changed(edge.level, edge.at_us / 1_000_000)

    @property
    def _by_bcm(self) -> dict[int, BusPin]:
        return {pin.bcm: pin for pin in tuple(self.pins.values())}


class BusPin(PiPin):  # type: ignore[misc]
    """One pin. Input with the chip's reset pull until told otherwise, as on a Pi; no PWM."""

    def __init__(self, factory: BusFactory, info: PinInfo) -> None:
        super().__init__(factory, info)
        self.bcm: int = self._number
        self._function = "input"
        self._pull = info.pull or "floating"
        self._bounce: float | None = None
        self._edges = "both"
        self._listening = False
        self._claim_input()

    def close(self) -> None:
        """Give the pin back."""
        self.when_changed = None
        self._function, self._bounce = "input", None
        board = self._factory.board
        with contextlib.suppress(PinBusLost):  # a bus that has ended has taken the claim with it
            self._factory.line.ask(lambda ticket: Unclaim(ticket=ticket, board=board, bcm=self.bcm))

    def changed(self, level: bool, at_s: float) -> None:
        """An edge of this pin came. Called by the reading thread."""
        rising = "rising" if level else "falling"
        if self._function == "input" and self._listening and self._edges in ("both", rising):
            self._call_when_changed(at_s, int(level))

    def output_with_state(self, state: object) -> None:
        """Become an output that never shows another level than ``state`` first."""
        board, level = self._factory.board, bool(state)
        self._factory.line.ask(
            lambda ticket: ClaimOutput(ticket=ticket, board=board, bcm=self.bcm, level=level)
        )
        self._function = "output"

    def input_with_pull(self, pull: str) -> None:
        """Become an input pulled so."""
        self._check_pull(pull)
        self._function, self._pull = "input", pull
        self._claim_input()

    def _claim_input(self) -> None:
        board, bounce_us = self._factory.board, int((self._bounce or 0) * 1_000_000)
        self._factory.line.ask(
            lambda ticket: ClaimInput(
                ticket=ticket, board=board, bcm=self.bcm, pull=self._pull, bounce_us=bounce_us
            )
        )

    def _get_function(self) -> str:
        return self._function

    def _set_function(self, value: str) -> None:
        if value == "input":
            self._function = "input"
            self._claim_input()
        elif value == "output":
            self.output_with_state(self._get_state())  # no blip: keep what the net has
        else:
            raise PinInvalidFunction(f'invalid function "{value}" for pin {self!r}')

    def _get_state(self) -> int:
        board = self._factory.board
        return int(
            self._factory.line.ask(
                lambda ticket: Read(ticket=ticket, board=board, bcm=self.bcm)
            ).level
        )

    def _set_state(self, value: float) -> None:
        if self._function == "input":
            raise PinSetInput(f"cannot set state of pin {self!r}")
        # Ticket 0: nobody waits. A lamp must not cost the failover process a round trip.
        self._factory.line.tell(
            SetOutput(ticket=0, board=self._factory.board, bcm=self.bcm, level=bool(value))
        )

    def _get_pull(self) -> str:
        return self._pull

    def _set_pull(self, value: str) -> None:
        if self._function != "input":
            raise PinFixedPull(f"cannot set pull on non-input pin {self!r}")
        self._check_pull(value)
        self._pull = value
        self._claim_input()

    def _check_pull(self, value: str) -> None:
        if value not in ("up", "down", "floating"):
            raise PinInvalidPull(f'invalid pull "{value}" for pin {self!r}')
        if self.info.pull not in (value, ""):
            raise PinFixedPull(f"{self!r} has a physical pull-{self.info.pull} resistor")

    def _get_frequency(self) -> None:
        return None

    def _set_frequency(self, value: float | None) -> None:
        if value is not None:
            raise PinPWMUnsupported(f"PWM is not supported on pin {self!r} of the pin bus")

    def _get_bounce(self) -> float | None:
        return self._bounce

    def _set_bounce(self, value: float | None) -> None:
        if value is not None and not 0 <= value <= BOUNCE_MAX_S:
            raise PinInvalidBounce(f"bounce must be 0 to {BOUNCE_MAX_S} seconds, not {value}")
        if value != self._bounce:
            self._bounce = value
            self._claim_input()

    def _get_edges(self) -> str:
        return self._edges

    def _set_edges(self, value: str) -> None:
        if value not in ("none", "falling", "rising", "both"):
            raise PinInvalidEdges(f'invalid edges "{value}" for pin {self!r}')
        self._edges = value

    def _enable_event_detect(self) -> None:
        self._listening = True

    def _disable_event_detect(self) -> None:
        self._listening = False


class BusLine:
    """The connection: requests from any thread, edges to ``on_edge`` in the reading thread."""

    def __init__(self, sock: socket.socket, path: str, on_edge: Callable[[Edge], None]) -> None:
        self.closed = False
        self._sock = sock
        self._path = path
        self._on_edge = on_edge
        self._tickets = itertools.count(1)
        self._waiting: dict[int, queue.SimpleQueue[Answer | None]] = {}
        # Edges met while a callback waits for an answer; the oldest go first.
        self._backlog: deque[Edge] = deque(maxlen=BACKLOG_MAX)
        self.edges_dropped = 0
        self._reader = threading.Thread(target=self._read, name="pin bus", daemon=True)
        self._reader.start()

    def tell(self, request: Request) -> None:
        """Send without waiting. Raises PinBusLost, also when the bus does not read."""
        try:
            self._sock.send(
                msgspec.json.encode((type(request).__name__, request)), socket.MSG_DONTWAIT
            )
        except OSError as error:
            raise PinBusLost(f"pin bus {self._path}: {error}; is it running?") from None

    def ask(self, make: Callable[[int], Request]) -> Answer:
        """Send and wait. Raises PinBusLost, or GPIOPinInUse if another process has the pin."""
        ticket = next(self._tickets)
        answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        self._waiting[ticket] = answers
        try:
            if self.closed:
                raise PinBusLost(f"pin bus {self._path} ended; start it again")
            self.tell(make(ticket))
            if threading.current_thread() is self._reader:
                answer = self._read_on(answers)
            else:
                answer = answers.get(timeout=ANSWER_S)
        except queue.Empty:
            raise PinBusLost(f"pin bus {self._path}: no answer in {ANSWER_S} s") from None
        finally:
            del self._waiting[ticket]
        if answer is None:
            raise PinBusLost(f"pin bus {self._path} ended; start it again")
        if answer.error:
            kind = GPIOPinInUse if answer.in_use else PinBusLost
            raise kind(f"pin bus {self._path}: {answer.error}")
        return answer

    def close(self) -> None:
        """End the connection and the reading thread."""
        self.closed = True
        with contextlib.suppress(OSError):  # the bus may have gone first
            self._sock.shutdown(socket.SHUT_RDWR)
        if threading.current_thread() is not self._reader:
            self._reader.join()
        self._sock.close()

    def _read(self) -> None:
        while (report := self._receive()) is not None:
            self._take(report)
            while self._backlog:
                self._call(self._backlog.popleft())
        self.closed = True
        for answers in tuple(self._waiting.values()):
            answers.put(None)

    def _call(self, edge: Edge) -> None:
        try:
            self._on_edge(edge)
        except Exception:  # one bad callback must not make every other pin deaf
            traceback.print_exc()

    def _read_on(self, answers: queue.SimpleQueue[Answer | None]) -> Answer | None:
        while answers.empty():
            report = self._receive()
            if report is None:
                return None
            self._take(report)
        return answers.get()

    def _take(self, report: Report) -> None:
        if isinstance(report, Edge):
            self.edges_dropped += len(self._backlog) == BACKLOG_MAX
            self._backlog.append(report)
        elif isinstance(report, Answer) and report.ticket in self._waiting:
            self._waiting[report.ticket].put(report)

    def _receive(self) -> Report | None:
        """The next report; None when the bus has ended."""
        while True:
            try:
                packet = self._sock.recv(PACKET_MAX)
            except OSError:
                return None
            if not packet:
                return None
            try:
                name, body = _ENVELOPE.decode(packet)
                return _DECODERS[name].decode(body)
            except (msgspec.MsgspecError, KeyError):
                continue  # a newer bus may say more than this one understands


def _connect(path: str, within_s: float) -> socket.socket:
    until = time.monotonic() + within_s
    while True:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            sock.connect(path)
            return sock
        except OSError as error:
            sock.close()
            if time.monotonic() >= until:
                raise BadPinFactory(
                    f"no pin bus at {path}: {error}; start the bench, or choose another factory"
                ) from None
        time.sleep(0.005)
