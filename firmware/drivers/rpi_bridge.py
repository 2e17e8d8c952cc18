"""Legacy ``RPi.GPIO`` programs on any gpiozero pin factory, by way of fake-rpi.

fake-rpi as shipped answers ``input`` with random numbers and never fires an edge. Here its GPIO
class is kept (constants, PWM, module shape), and what touches pins goes to the factory: the pin
bus on the bench, MockFactory in a test. fake-rpi is in the extra ``test`` and is imported only when
``install`` is called.

    legacy = install(BusFactory(path, "primary"))
    import RPi.GPIO as GPIO      # the program's own line, unchanged
    ...
    legacy.remove()
"""

from __future__ import annotations

import queue
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

Factory = Any  # gpiozero is not typed; this is its gpiozero.pins.Factory
Callback = Callable[[int], object]


class BridgeError(RuntimeError):
    """The legacy program did what RPi.GPIO refuses too, or fake-rpi is missing; says what to do."""


class Channel:
    """One pin as RPi.GPIO sees it: set up, perhaps with edge detection."""

    def __init__(self, pin: Any, number: int, outgoing: bool) -> None:
        self.pin = pin
        self.number = number  # as the program numbers it
        self.outgoing = outgoing
        self.callbacks: list[Callback] = []
        self.detecting = False
        self._met: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._detected = False

    def detect(self, edges: str, bounce_ms: int | None, callbacks: Iterable[Callback]) -> None:
        """Watch for "rising", "falling" or "both". Raises BridgeError if it does already."""
        if self.detecting:
            raise BridgeError(
                f"channel {self.number} has edge detection already; remove_event_detect first"
            )
        self.callbacks[:] = callbacks
        self.pin.bounce = bounce_ms / 1000 if bounce_ms else None
        self.pin.edges = edges
        self.detecting = True
        self.pin.when_changed = self._changed

    def stop(self) -> None:
        """No more edges; those met are forgotten."""
        self.pin.when_changed = None
        self.callbacks.clear()
        self.detecting = self._detected = False
        self._met = queue.SimpleQueue()

    def detected(self) -> bool:
        """Whether an edge came since the last time this was asked."""
        met, self._detected = self._detected, False
        return met

    def wait(self, timeout_ms: int | None) -> bool:
        """Wait for an edge; False when none came in time."""
        try:
            return self._met.get(timeout=None if timeout_ms is None else timeout_ms / 1000)
        except queue.Empty:
            return False

    def _changed(self, ticks: object, state: int) -> None:
        self._detected = True
        # Only a waiter empties the queue; more than one edge tells it nothing new.
        if self._met.empty():
            self._met.put(True)
        for callback in tuple(self.callbacks):
            callback(self.number)


class Legacy:
    """``RPi`` and ``RPi.GPIO`` as installed in ``sys.modules``; ``remove`` undoes it."""

    def __init__(self, gpio: Any) -> None:
        self.gpio = gpio
        self._hidden = {name: sys.modules.get(name) for name in ("RPi", "RPi.GPIO")}
        package = ModuleType("RPi")
        package.GPIO = gpio  # type: ignore[attr-defined]
        sys.modules["RPi"] = package
        sys.modules["RPi.GPIO"] = gpio

    def remove(self) -> None:
        """Give all pins back, and put back what ``RPi`` was before."""
        self.gpio.cleanup()
        for name, module in self._hidden.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module


def install(factory: Factory) -> Legacy:
    """Make ``import RPi.GPIO`` in this process use ``factory``. Raises BridgeError."""
    return Legacy(bridged_gpio(factory))


def bridged_gpio(factory: Factory) -> Any:
    """fake-rpi's GPIO object with its pins on ``factory``. Raises BridgeError."""
    try:
        from fake_rpi import toggle_print  # type: ignore[import-untyped]
        from fake_rpi.RPi import _GPIO  # type: ignore[import-untyped]
    except ImportError as error:
        raise BridgeError(f"fake-rpi cannot be used ({error}); pip install 'fover[test]'") from None
    toggle_print(False)  # it would print every call
    # Made without _GPIO.__init__, which announces random inputs that this one does not have.
    gpio = object.__new__(_GPIO)
    board = Board(factory)
    for name in LEGACY_NAMES:
        setattr(gpio, name, getattr(board, name))  # before the class's own of that name
    return gpio


class Board:
    """The RPi.GPIO calls on a pin factory. Names and arguments are RPi.GPIO's, not ours."""

    BOARD, BCM = 10, 11
    OUT, IN = 0, 1
    PULLS = {20: "floating", 21: "down", 22: "up"}  # noqa: RUF012 (constants of RPi.GPIO)
    EDGES = {31: "rising", 32: "falling", 33: "both"}  # noqa: RUF012

    def __init__(self, factory: Factory) -> None:
        self._factory = factory
        self._mode: int | None = None
        self._channels: dict[int, Channel] = {}

    def setwarnings(self, flag: bool) -> None:
        """Nothing here warns."""

    def setmode(self, mode: int) -> None:
        """BCM or BOARD numbers from now on."""
        if mode not in (self.BOARD, self.BCM):
            raise BridgeError(f"mode {mode} is neither GPIO.BOARD nor GPIO.BCM")
        if self._mode not in (None, mode):
            raise BridgeError("the mode is set already; call GPIO.cleanup() first")
        self._mode = mode

    def getmode(self) -> int | None:
        """The mode, None before setmode."""
        return self._mode

    def setup(
        self,
        channel: int | Iterable[int],
        state: int,
        pull_up_down: int = 20,
        initial: int = -1,
    ) -> None:
        """Make channels inputs with a pull, or outputs with an initial level."""
        for number in _each(channel):
            pin = self._pin(number)
            old = self._channels.pop(number, None)
            if old is not None:
                old.stop()
            if state == self.OUT:
                pin.output_with_state(bool(initial) if initial != -1 else bool(pin.state))
            else:
                pin.input_with_pull(pin.info.pull or self.PULLS[pull_up_down])
            self._channels[number] = Channel(pin, number, state == self.OUT)

    def input(self, channel: int) -> int:
        """The level of that channel, 0 or 1."""
        return int(self._channel(channel).pin.state)

    def output(self, channel: int | Iterable[int], state: int | Iterable[int]) -> None:
        """Drive channels to one level, or each to its own."""
        numbers = _each(channel)
        levels = _each(state) if isinstance(state, Iterable) else [state] * len(numbers)
        if len(levels) != len(numbers):
            raise BridgeError(f"{len(numbers)} channels but {len(levels)} levels")
        for number, level in zip(numbers, levels, strict=True):
            target = self._channel(number)
            if not target.outgoing:
                raise BridgeError(f"channel {number} is an input; set it up as GPIO.OUT")
            target.pin.state = bool(level)

    def add_event_detect(
        self,
        channel: int,
        edge: int,
        callback: Callback | None = None,
        bouncetime: int | None = None,
    ) -> None:
        """Watch for an edge; ``bouncetime`` in milliseconds."""
        target = self._input(channel)
        callbacks = [] if callback is None else [callback]
        target.detect(self._edges(edge), bouncetime, callbacks)

    def add_event_callback(self, channel: int, callback: Callback) -> None:
        """One more callback for a channel with edge detection."""
        target = self._input(channel)
        if not target.detecting:
            raise BridgeError(f"channel {channel} has no edge detection; add_event_detect first")
        target.callbacks.append(callback)

    def event_detected(self, channel: int) -> bool:
        """Whether an edge came since the last time."""
        return self._input(channel).detected()

    def remove_event_detect(self, channel: int) -> None:
        """Stop watching."""
        self._input(channel).stop()

    def wait_for_edge(
        self, channel: int, edge: int, bouncetime: int | None = None, timeout: int | None = None
    ) -> int | None:
        """The channel once the edge came; None after ``timeout`` milliseconds."""
        target = self._input(channel)
        target.detect(self._edges(edge), bouncetime, ())
        try:
            return channel if target.wait(timeout) else None
        finally:
            target.stop()

    def gpio_function(self, channel: int) -> int:
        """OUT or IN."""
        return self.OUT if self._pin(channel).function == "output" else self.IN

    def cleanup(self, channel: int | Iterable[int] | None = None) -> None:
        """Give channels back; without argument all of them, and the mode."""
        for number in tuple(self._channels) if channel is None else _each(channel):
            target = self._channels.pop(number, None)
            if target is not None:
                target.stop()
                target.pin.close()
        if channel is None:
            self._mode = None

    def _pin(self, number: int) -> Any:
        if self._mode is None:
            raise BridgeError("say GPIO.setmode(GPIO.BCM) or GPIO.setmode(GPIO.BOARD) first")
        prefix = "GPIO" if self._mode == self.BCM else "BOARD"
        return self._factory.pin(f"{prefix}{number}")

    def _channel(self, number: int) -> Channel:
        try:
            return self._channels[number]
        except KeyError:
            raise BridgeError(f"channel {number} is not set up; call GPIO.setup first") from None

    def _input(self, number: int) -> Channel:
        channel = self._channel(number)
        if channel.outgoing:
            raise BridgeError(f"channel {number} is an output; set it up as GPIO.IN")
        return channel

    def _edges(self, edge: int) -> str:
        try:
            return self.EDGES[edge]
        except KeyError:
            raise BridgeError(f"edge {edge} is not RISING, FALLING or BOTH") from None


def _each(value: int | Iterable[int]) -> list[int]:
    return list(value) if isinstance(value, Iterable) else [value]


LEGACY_NAMES = (
    "setwarnings", "setmode", "getmode", "setup", "input", "output", "add_event_detect",
    "add_event_callback", "event_detected", "remove_event_detect", "wait_for_edge",
    "gpio_function", "cleanup",
)  # fmt: skip
