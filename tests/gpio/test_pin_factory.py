"""gpiozero as a program uses it, on the bus. Callbacks come in the factory's own thread."""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from gpiozero import (  # type: ignore[import-untyped]
    LED,
    Button,
    DigitalInputDevice,
    DigitalOutputDevice,
    GPIOPinInUse,
    OutputDevice,
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

from controller.bench.virtual.pinbus import PinBus
from firmware.drivers.pin_factory import BusFactory, PinBusLost


@pytest.fixture
def factory(bus_path: str) -> Iterator[BusFactory]:
    made = BusFactory(bus_path, "primary")
    yield made
    made.close()


def test_is_registered_and_configured_by_the_environment(bus_path: str) -> None:
    (point,) = entry_points(group="gpiozero_pin_factories", name="fover_bus")
    assert point.load() is BusFactory
    program = "from gpiozero import LED, Device; LED(21).on(); print(Device.pin_factory.board)"
    told = subprocess.run(
        [sys.executable, "-c", program],
        env={
            **os.environ,
            "GPIOZERO_PIN_FACTORY": "fover_bus",
            "FOVER_PIN_BUS": bus_path,
            "FOVER_PIN_BOARD": "secondary",
        },
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (told.stdout, told.stderr, told.returncode) == ("secondary\n", "", 0)


def test_outputs_reach_the_wire(bus: PinBus, factory: BusFactory) -> None:
    with LED(21, pin_factory=factory) as led:
        assert bus.read("primary", 21) is False
        led.on()
        assert led.is_lit
        assert bus.read("primary", 21) is True
        led.toggle()
        assert bus.read("primary", 21) is False
    assert bus.read("primary", 21) is False


def test_an_output_never_shows_another_level_first(bus: PinBus, factory: BusFactory) -> None:
    with DigitalOutputDevice(21, active_high=False, initial_value=False, pin_factory=factory):
        assert bus.read("primary", 21) is True
    levels = [moment.level for moment in bus.history("primary", 21)]
    assert levels == [False, True, False]


def test_an_output_may_keep_what_it_finds(bus: PinBus, factory: BusFactory) -> None:
    bus.drive("primary", 21, True)
    with OutputDevice(21, initial_value=None, pin_factory=factory) as out:
        bus.release("primary", 21)
        assert out.value == 1


def test_a_closed_output_is_high_impedance(bus: PinBus, factory: BusFactory) -> None:
    led = LED(4, pin_factory=factory)
    assert bus.read("primary", 4) is False
    led.close()
    assert bus.read("primary", 4) is True  # BCM 4 is pulled up after a reset
    with LED(4, pin_factory=factory) as again:
        again.on()
        assert again.is_lit


def test_inputs_follow_the_wire_and_call_back(bus: PinBus, factory: BusFactory) -> None:
    seen: queue.Queue[str] = queue.Queue()
    with DigitalInputDevice(17, pull_up=True, pin_factory=factory) as device:
        device.when_activated = lambda: seen.put("activated")
        device.when_deactivated = lambda: seen.put("deactivated")
        assert not device.is_active
        bus.drive("primary", 17, False)
        assert seen.get(timeout=10) == "activated"
        assert device.is_active
        bus.drive("primary", 17, True)
        assert seen.get(timeout=10) == "deactivated"


def test_a_button_is_pressed_and_released(bus: PinBus, factory: BusFactory) -> None:
    pressed = threading.Event()
    with Button(4, pin_factory=factory) as button:
        button.when_pressed = pressed.set
        bus.drive("primary", 4, False)
        assert pressed.wait(10)
        assert button.wait_for_press(10)
        bus.release("primary", 4)
        assert button.wait_for_release(10)


def test_no_edge_of_a_burst_is_lost(bus: PinBus, factory: BusFactory) -> None:
    seen: queue.Queue[int] = queue.Queue()
    pin = factory.pin(17)
    handler = lambda ticks, state: seen.put(state)  # noqa: E731 (kept alive: gpiozero does not)
    pin.when_changed = handler
    for n in range(100):
        bus.drive("primary", 17, n % 2 == 0)
    assert [seen.get(timeout=10) for _ in range(100)] == [1, 0] * 50


def test_only_the_wanted_edges_are_called(bus: PinBus, factory: BusFactory) -> None:
    seen: queue.Queue[int] = queue.Queue()
    handler = lambda ticks, state: seen.put(state)  # noqa: E731
    pin = factory.pin(17)
    pin.edges = "falling"
    pin.when_changed = handler
    for level in (True, False, True, False):
        bus.drive("primary", 17, level)
    assert [seen.get(timeout=10), seen.get(timeout=10)] == [0, 0]
    pin.when_changed = None
    pin.edges = "both"
    pin.when_changed = handler
    bus.drive("primary", 17, True)
    assert seen.get(timeout=10) == 1


def test_a_bouncing_contact_is_told_once_it_has_settled(bus: PinBus, factory: BusFactory) -> None:
    seen: queue.Queue[int] = queue.Queue()
    handler = lambda ticks, state: seen.put(state)  # noqa: E731
    pin = factory.pin(4)
    pin.input_with_pull("up")
    pin.bounce = 0.02
    pin.when_changed = handler
    for level in (False, True, False, True, False):
        bus.drive("primary", 4, level)
    assert seen.get(timeout=10) == 0  # however it was scheduled, the first edge told is a real one
    assert pin.state == 0


def test_a_callback_may_use_pins_itself(bus: PinBus, factory: BusFactory) -> None:
    done = threading.Event()
    with (
        LED(21, pin_factory=factory) as led,
        DigitalInputDevice(17, pin_factory=factory) as device,
    ):

        def follow() -> None:
            led.value = device.value
            assert led.value == 1
            done.set()

        device.when_activated = follow
        bus.drive("primary", 17, True)
        assert done.wait(10)
        assert bus.read("primary", 21) is True


def test_a_bad_callback_does_not_make_other_pins_deaf(
    bus: PinBus, factory: BusFactory, capfd: pytest.CaptureFixture[str]
) -> None:
    heard = threading.Event()
    with (
        DigitalInputDevice(17, pin_factory=factory) as bad,
        DigitalInputDevice(22, pin_factory=factory) as good,
    ):
        bad.when_activated = lambda: 1 / 0
        good.when_activated = heard.set
        bus.drive("primary", 17, True)
        bus.drive("primary", 22, True)
        assert heard.wait(10)
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_one_device_a_pin_also_within_a_process(factory: BusFactory) -> None:
    with LED(21, pin_factory=factory), pytest.raises(GPIOPinInUse):
        LED(21, pin_factory=factory)


def test_wrong_use_is_refused_as_on_a_pi(factory: BusFactory) -> None:
    pin = factory.pin(17)
    with pytest.raises(PinSetInput):
        pin.state = 1
    with pytest.raises(PinInvalidFunction):
        pin.function = "sideways"
    with pytest.raises(PinInvalidPull):
        pin.pull = "left"
    with pytest.raises(PinInvalidEdges):
        pin.edges = "soft"
    with pytest.raises(PinInvalidBounce):
        pin.bounce = -1
    with pytest.raises(PinPWMUnsupported):
        pin.frequency = 50
    with pytest.raises(PinFixedPull):
        factory.pin(2).pull = "down"
    with pytest.raises(PinSPIUnsupported):
        factory.spi()
    pin.function = "output"
    with pytest.raises(PinFixedPull):
        pin.pull = "up"
    assert (pin.function, pin.frequency, pin.bounce) == ("output", None, None)


def test_a_missing_bus_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FOVER_PIN_BUS", raising=False)
    with pytest.raises(BadPinFactory, match="set FOVER_PIN_BUS and FOVER_PIN_BOARD"):
        BusFactory()
    with pytest.raises(BadPinFactory, match=r"no pin bus at .*start the bench"):
        BusFactory(str(tmp_path / "none"), "primary", within_s=0)


def test_an_unknown_board_is_refused(bus_path: str) -> None:
    factory = BusFactory(bus_path, "third")
    with pytest.raises(PinBusLost, match="boards: primary, secondary"):
        factory.pin(4)
    factory.close()


def test_a_lost_bus_is_told_and_never_waited_for(bus_path: str) -> None:
    factory = BusFactory(bus_path, "primary")
    pin = factory.pin(4)
    factory.line.close()
    with pytest.raises(PinBusLost, match="start it again"):
        _ = pin.state
    factory.close()  # and again does no harm
