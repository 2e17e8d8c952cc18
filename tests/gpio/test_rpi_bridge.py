"""Programs written for RPi.GPIO, unchanged, on a mock and on the bus."""

import queue
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory  # type: ignore[import-untyped]

from controller.bench.virtual.pinbus import PinBus
from firmware.drivers.pin_factory import BusFactory
from firmware.drivers.rpi_bridge import BridgeError, install

LEGACY = """
import RPi.GPIO as GPIO

GPIO.setwarnings(False)
GPIO.setmode(GPIO.BCM)
GPIO.setup(17, GPIO.IN, pull_up_down=GPIO.PUD_UP)
GPIO.setup(21, GPIO.OUT, initial=GPIO.LOW)

def pressed(channel):
    GPIO.output(21, GPIO.HIGH)
    seen.put((channel, GPIO.input(channel)))

GPIO.add_event_detect(17, GPIO.FALLING, callback=pressed, bouncetime=1)
"""


@pytest.fixture
def mock() -> Any:
    return MockFactory()


@pytest.fixture
def gpio(mock: Any) -> Iterator[Any]:
    legacy = install(mock)
    yield legacy.gpio
    legacy.remove()


def test_an_edge_arrives_at_a_legacy_callback(bus: PinBus, bus_path: str) -> None:
    factory = BusFactory(bus_path, "primary")
    legacy = install(factory)
    seen: queue.Queue[tuple[int, int]] = queue.Queue()
    exec(LEGACY, {"seen": seen})
    assert bus.read("primary", 21) is False
    bus.drive("primary", 17, False)
    assert seen.get(timeout=10) == (17, 0)
    assert bus.read("primary", 21) is True
    legacy.remove()
    factory.close()
    assert "RPi.GPIO" not in sys.modules


def test_inputs_are_not_random(mock: Any, gpio: Any) -> None:
    gpio.setmode(gpio.BCM)
    gpio.setup(17, gpio.IN, pull_up_down=gpio.PUD_UP)
    assert {gpio.input(17) for _ in range(50)} == {1}
    mock.pin(17).drive_low()
    assert {gpio.input(17) for _ in range(50)} == {0}


def test_events_can_be_asked_for(mock: Any, gpio: Any) -> None:
    gpio.setmode(gpio.BCM)
    gpio.setup(17, gpio.IN, pull_up_down=gpio.PUD_DOWN)
    gpio.add_event_detect(17, gpio.RISING)
    assert not gpio.event_detected(17)
    mock.pin(17).drive_high()
    assert gpio.event_detected(17)
    assert not gpio.event_detected(17)
    late: list[int] = []
    gpio.add_event_callback(17, late.append)
    mock.pin(17).drive_low()
    mock.pin(17).drive_high()
    assert late == [17]
    gpio.remove_event_detect(17)
    mock.pin(17).drive_low()
    mock.pin(17).drive_high()
    assert late == [17]
    assert not gpio.event_detected(17)
    gpio.add_event_detect(17, gpio.FALLING, callback=late.append)  # may be added anew
    mock.pin(17).drive_low()
    assert late == [17, 17]


def test_waiting_for_an_edge(bus: PinBus, bus_path: str) -> None:
    factory = BusFactory(bus_path, "primary")
    legacy = install(factory)
    gpio = legacy.gpio
    gpio.setmode(gpio.BCM)
    gpio.setup(17, gpio.IN, pull_up_down=gpio.PUD_UP)
    assert gpio.wait_for_edge(17, gpio.BOTH, timeout=1) is None
    stop = threading.Event()

    def wiggle() -> None:
        level = False
        while not stop.wait(0.01):
            bus.drive("primary", 17, level)
            level = not level

    hand = threading.Thread(target=wiggle)
    hand.start()
    assert gpio.wait_for_edge(17, gpio.BOTH, timeout=10_000) == 17
    stop.set()
    hand.join()
    legacy.remove()
    factory.close()


def test_outputs_one_and_many(mock: Any, gpio: Any) -> None:
    gpio.setmode(gpio.BOARD)
    gpio.setup([40, 38], gpio.OUT, initial=gpio.HIGH)
    assert mock.pin(21).state == mock.pin(20).state == 1
    gpio.output([40, 38], [0, 1])
    assert (mock.pin(21).state, mock.pin(20).state) == (0, 1)
    gpio.output((40, 38), gpio.LOW)
    assert (mock.pin(21).state, mock.pin(20).state) == (0, 0)
    assert gpio.gpio_function(40) == gpio.OUT
    gpio.cleanup(40)
    assert gpio.gpio_function(40) == gpio.IN
    gpio.cleanup()
    assert gpio.getmode() is None


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda g: g.cleanup() or g.setup(4, g.IN), "setmode"),
        (lambda g: g.setmode(99), "neither GPIO.BOARD nor GPIO.BCM"),
        (lambda g: g.setmode(g.BOARD), "set already"),
        (lambda g: g.input(4), "channel 4 is not set up"),
        (lambda g: g.output(17, 1), "channel 17 is an input"),
        (lambda g: g.add_event_detect(21, g.BOTH), "channel 21 is an output"),
        (lambda g: g.add_event_callback(17, print), "add_event_detect first"),
        (lambda g: g.add_event_detect(17, 5), "is not RISING"),
        (lambda g: g.output([21, 20], [1]), "2 channels but 1 levels"),
        (
            lambda g: g.add_event_detect(17, g.BOTH) or g.add_event_detect(17, g.BOTH),
            "remove_event_detect first",
        ),
    ],
)
def test_what_rpi_gpio_refuses_is_refused(
    gpio: Any, call: Callable[[Any], object], words: str
) -> None:
    gpio.setmode(gpio.BCM)
    gpio.setup(17, gpio.IN)
    gpio.setup([20, 21], gpio.OUT)
    with pytest.raises(BridgeError, match=words):
        call(gpio)


def test_without_fake_rpi_it_says_what_to_install(
    mock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fake_rpi", None)
    with pytest.raises(BridgeError, match=r"pip install 'fover\[test\]'"):
        install(mock)


def test_what_was_there_before_comes_back(mock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "RPi", sys)
    legacy = install(mock)
    assert sys.modules["RPi"] is not sys
    legacy.remove()
    assert sys.modules["RPi"] is sys
