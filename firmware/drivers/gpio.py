"""The unit's pins through gpiozero: the cable's facts and the lamps, and the switch panel.

gpiozero calls back in a thread of its own. All that thread may do here is to hand over an edge
(``EdgeQueue``); the owning process's loop takes it out in ``receive``. Nothing is debounced: the
engine settles the power sense itself, and of a bouncing switch every edge is told, in order, so
the last of a batch is where the switch is. If edges ever come faster than they are taken out, the
queue drops the new ones, counts them, and ``receive`` reads the pins afresh.
"""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from gpiozero import (  # type: ignore[import-untyped]
    DigitalOutputDevice,
    GPIOZeroError,
    InputDevice,
)
from gpiozero.pins.mock import MockFactory  # type: ignore[import-untyped]

from firmware.core.failover.effects import Lamp, SetLamp
from firmware.core.failover.events import CableChanged, CableFacts
from firmware.core.settings import Identity
from wiring.load import default_map
from wiring.pinmap import Pin, PinMap
from wiring.signals import LINK_SWITCHES, Pull, Signal

QUEUE_MAX = 1024  # edges; a bouncing contact makes some dozens
CABLE_SIGNALS = (Signal.STRAP, Signal.MY_PLUG, Signal.OTHER_PLUG, Signal.MATE_POWER)
SWITCH_SIGNALS = (Signal.POWER_SWITCH, *LINK_SWITCHES)
LAMP_SIGNALS = {
    Lamp.ACTIVE: Signal.LAMP_ACTIVE,
    Lamp.STANDBY: Signal.LAMP_STANDBY,
    Lamp.FAULT: Signal.LAMP_FAULT,
}
Factory = Any  # gpiozero is not typed; this is its gpiozero.pins.Factory


class GpioError(RuntimeError):
    """The pins cannot be used; the text names the setting of unit.toml, and what to do."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A switch of the panel moved. ``on``: the unit is switched on, or the link is plugged in."""

    signal: Signal
    on: bool


def open_factory(factory: str, chip: int, bus: str | None, board: str | None) -> Factory | None:
    """The pin factory that [gpio] of unit.toml asks for; None for "none". Raises GpioError."""
    try:
        opener = FACTORIES[factory]
    except KeyError:
        known = ", ".join(FACTORIES)
        raise GpioError(f"[gpio] factory {factory!r} is unknown; use one of {known}") from None
    try:
        return opener(chip, bus, board)
    except ImportError as error:
        raise GpioError(
            f"[gpio] factory {factory!r} is not installed ({error}); on a Pi: "
            "apt install python3-lgpio, or pip install 'fover[pi]'"
        ) from None
    except (GPIOZeroError, OSError) as error:
        raise GpioError(f"[gpio] factory {factory!r}: {error}") from None


def _open_lgpio(chip: int, bus: str | None, board: str | None) -> Factory:
    # Imported here: a unit without GPIO, and the bench, have no lgpio.
    import lgpio  # type: ignore[import-not-found]
    from gpiozero.pins.lgpio import LGPIOFactory  # type: ignore[import-untyped]

    try:
        return LGPIOFactory(chip=chip)
    except lgpio.error as error:
        raise GpioError(
            f"[gpio] chip {chip}: {error}; is there a /dev/gpiochip{chip} you may open? "
            "Try: ls -l /dev/gpiochip*; add the user to group gpio"
        ) from None


def _open_bus(chip: int, bus: str | None, board: str | None) -> Factory:
    # By its entry point, as gpiozero itself would: no driver imports another.
    from importlib.metadata import entry_points

    for point in entry_points(group="gpiozero_pin_factories", name="fover_bus"):
        return point.load()(bus, board)
    raise GpioError("[gpio] factory 'fover_bus' is not registered; install fover with pip")


FACTORIES: dict[str, Callable[[int, str | None, str | None], Factory | None]] = {
    "lgpio": _open_lgpio,
    "fover_bus": _open_bus,
    "mock": lambda chip, bus, board: MockFactory(),
    "none": lambda chip, bus, board: None,
}


class EdgeQueue:
    """Edges from gpiozero's thread to a loop. Bounded; ``fileno`` is readable when any wait."""

    def __init__(self) -> None:
        self.dropped = 0  # since the start
        self._edges: deque[tuple[Signal, bool]] = deque()
        self._overflowed = False
        self._event = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def fileno(self) -> int:
        """For a selector."""
        return self._event

    def put(self, signal: Signal, active: bool) -> None:
        """Called in the library's thread."""
        if len(self._edges) < QUEUE_MAX:
            self._edges.append((signal, active))
        else:
            self.dropped += 1
            self._overflowed = True
        with contextlib.suppress(OSError):  # closed under a late callback
            os.eventfd_write(self._event, 1)

    def take(self) -> tuple[list[tuple[Signal, bool]], bool]:
        """All edges in order, and whether some were dropped so that the pins must be read."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._event)
        # Cleared before the edges are taken: an overflow from now on is told by the next take.
        overflowed, self._overflowed = self._overflowed, False
        edges = [self._edges.popleft() for _ in range(len(self._edges))]
        return edges, overflowed

    def close(self) -> None:
        """Close the descriptor."""
        event, self._event = self._event, -1
        if event >= 0:
            os.close(event)


class Input:
    """One input as what its signal means. Raises what gpiozero or its library raises."""

    def __init__(self, factory: Factory, pin: Pin, edges: EdgeQueue) -> None:
        self._pin = pin
        self._edges = edges
        pull_up = {Pull.UP: True, Pull.DOWN: False, Pull.FLOATING: None}[pin.pull]
        active_state = pin.active_high if pull_up is None else None
        self._device = InputDevice(
            pin.bcm, pull_up=pull_up, active_state=active_state, pin_factory=factory
        )
        # The pin's own event, not DigitalInputDevice's: that one remembers the last level and
        # can lose an edge that comes while it is being made.
        self._device.pin.edges = "both"
        self._device.pin.when_changed = self._changed

    @property
    def active(self) -> bool:
        """What the pin says now."""
        return self._pin.active(bool(self._device.pin.state))

    def close(self) -> None:
        """Give the pin back."""
        self._device.close()

    def _changed(self, ticks: object, state: int) -> None:
        self._edges.put(self._pin.signal, self._pin.active(bool(state)))


class Inputs:
    """Some inputs of the unit; ``levels[signal]`` is what was last told."""

    def __init__(self, factory: Factory, pins: PinMap, signals: Iterable[Signal]) -> None:
        self._queue = EdgeQueue()
        self._inputs: dict[Signal, Input] = {}
        try:
            for signal in signals:
                self._inputs[signal] = Input(factory, pins[signal], self._queue)
            # Read after the callbacks are set: an edge before is in the level, one after is queued.
            self.levels = self.read()
        except Exception as error:  # lgpio has errors of its own
            self.close()
            raise GpioError(f"{signal.value} on BCM {pins[signal].bcm}: {error}") from None

    @property
    def dropped(self) -> int:
        """Edges that came faster than they were taken out, since the start."""
        return self._queue.dropped

    def fileno(self) -> int:
        """For a selector."""
        return self._queue.fileno()

    def read(self) -> dict[Signal, bool]:
        """What every signal says now, from the pins. Raises GpioError."""
        try:
            return {signal: each.active for signal, each in self._inputs.items()}
        except (GPIOZeroError, OSError) as error:
            raise GpioError(f"the pins cannot be read: {error}") from None

    def receive(self) -> list[tuple[Signal, bool]]:
        """Every change since the last time, in order; ``levels`` follows. Never waits."""
        edges, overflowed = self._queue.take()
        if overflowed:
            edges += self.read().items()
        changes = []
        for signal, active in edges:
            if self.levels[signal] != active:
                self.levels[signal] = active
                changes.append((signal, active))
        return changes

    def close(self) -> None:
        """Give the pins back."""
        for each in self._inputs.values():
            each.close()
        self._queue.close()


class Outputs:
    """Some outputs of the unit; off, as the pin map means it, from the first moment."""

    def __init__(self, factory: Factory, pins: PinMap, signals: Iterable[Signal]) -> None:
        self.refused = 0  # writes the world refused; a lamp is not worth a crash
        self._devices: dict[Signal, Any] = {}
        try:
            for signal in signals:
                self._devices[signal] = DigitalOutputDevice(
                    pins[signal].bcm, active_high=pins[signal].active_high, pin_factory=factory
                )
        except Exception as error:  # lgpio has errors of its own
            self.close()
            raise GpioError(f"{signal.value} on BCM {pins[signal].bcm}: {error}") from None

    def set(self, signal: Signal, on: bool) -> None:
        """Say it or take it back. A refusal is counted, not raised."""
        try:
            self._devices[signal].value = on
        except Exception:  # lgpio has errors of its own
            self.refused += 1

    def close(self) -> None:
        """Give the pins back: high-impedance."""
        for device in self._devices.values():
            device.close()


class FailoverPins:
    """What the failover process has: strap, plugs and power sense in, lamps out.

    Raises GpioError when a pin is in use by another process.
    """

    def __init__(self, factory: Factory, pins: PinMap | None = None) -> None:
        pins = pins or default_map()
        self._inputs = Inputs(factory, pins, CABLE_SIGNALS)
        try:
            self._outputs = Outputs(factory, pins, LAMP_SIGNALS.values())
        except GpioError:
            self._inputs.close()
            raise

    @property
    def counters(self) -> tuple[tuple[str, int], ...]:
        """What was dropped or refused since the start."""
        return (("edges dropped", self._inputs.dropped), ("lamps refused", self._outputs.refused))

    def fileno(self) -> int:
        """Readable when ``receive`` has something."""
        return self._inputs.fileno()

    def receive(self) -> list[CableChanged]:
        """One event for every edge that changed the facts, in order. Never waits."""
        return [CableChanged(_facts(levels)) for levels in self._folded()]

    def facts(self) -> CableFacts:
        """The facts as ``receive`` last told them; at first, as they were at the start."""
        return _facts(self._inputs.levels)

    def read(self) -> CableFacts:
        """The facts now, from the pins."""
        return _facts(self._inputs.read())

    def set_lamp(self, effect: SetLamp) -> None:
        """Carry out the effect."""
        self._outputs.set(LAMP_SIGNALS[effect.lamp], effect.on)

    def close(self) -> None:
        """Give the pins back; the lamps go dark."""
        self._inputs.close()
        self._outputs.close()

    def _folded(self) -> Iterable[dict[Signal, bool]]:
        levels = dict(self._inputs.levels)
        before = _facts(levels)
        for signal, active in self._inputs.receive():
            levels[signal] = active
            if _facts(levels) != before:  # the strap of a plug that is out is no fact
                before = _facts(levels)
                yield dict(levels)


class SwitchPanel:
    """What the supervisor has: power and link switches in, the POWER line out.

    Raises GpioError when a pin is in use by another process.
    """

    def __init__(self, factory: Factory, pins: PinMap | None = None) -> None:
        pins = pins or default_map()
        self._inputs = Inputs(factory, pins, SWITCH_SIGNALS)
        try:
            self._outputs = Outputs(factory, pins, (Signal.POWER_OUT,))
        except GpioError:
            self._inputs.close()
            raise

    @property
    def counters(self) -> tuple[tuple[str, int], ...]:
        """What was dropped or refused since the start."""
        return (("edges dropped", self._inputs.dropped), ("power refused", self._outputs.refused))

    def fileno(self) -> int:
        """Readable when ``receive`` has something."""
        return self._inputs.fileno()

    def receive(self) -> list[Moved]:
        """Every edge in order, bounces too: act on the last of each signal. Never waits."""
        return [Moved(signal, active) for signal, active in self._inputs.receive()]

    def read(self) -> dict[Signal, bool]:
        """Where every switch is now, from the pins."""
        return self._inputs.read()

    def power_out(self, on: bool) -> None:
        """Tell the mate that this unit has power, or has none."""
        self._outputs.set(Signal.POWER_OUT, on)

    def close(self) -> None:
        """Give the pins back; the POWER line is then low, by its pull."""
        self._inputs.close()
        self._outputs.close()


def _facts(levels: dict[Signal, bool]) -> CableFacts:
    my_plug = levels[Signal.MY_PLUG]
    strap = Identity.PRIMARY if levels[Signal.STRAP] else Identity.SECONDARY
    return CableFacts(
        my_plug=my_plug,
        other_plug=levels[Signal.OTHER_PLUG],
        other_power=levels[Signal.MATE_POWER],
        strap=strap if my_plug else None,
    )
