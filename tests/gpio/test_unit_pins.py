"""The unit's pins as its processes use them: on gpiozero's own mock, and on the bus."""

import select
from collections.abc import Iterator
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory  # type: ignore[import-untyped]

from controller.bench.virtual.pinbus import PinBus
from firmware.core.failover.effects import Lamp, SetLamp
from firmware.core.failover.events import CableFacts
from firmware.core.settings import Identity
from firmware.drivers.gpio import (
    LAMP_SIGNALS,
    QUEUE_MAX,
    FailoverPins,
    GpioError,
    Moved,
    SwitchPanel,
    open_factory,
)
from wiring.load import default_map
from wiring.signals import LINK_SWITCHES, Signal

PINS = default_map()
NO_CABLE = CableFacts(my_plug=False, other_plug=False, other_power=False, strap=None)
GOOD = CableFacts(my_plug=True, other_plug=True, other_power=True, strap=Identity.PRIMARY)


class Wires:
    """The test's hand on a MockFactory."""

    def __init__(self) -> None:
        self.factory = MockFactory()

    def say(self, signal: Signal, active: bool) -> None:
        pin = self.factory.pin(PINS[signal].bcm)
        (pin.drive_high if PINS[signal].level(active) else pin.drive_low)()

    def lit(self, signal: Signal) -> bool:
        return PINS[signal].active(bool(self.factory.pin(PINS[signal].bcm).state))


@pytest.fixture
def wires() -> Wires:
    return Wires()


@pytest.fixture
def unit(wires: Wires) -> Iterator[FailoverPins]:
    pins = FailoverPins(wires.factory)
    yield pins
    pins.close()


@pytest.fixture
def panel(wires: Wires) -> Iterator[SwitchPanel]:
    switches = SwitchPanel(wires.factory)
    yield switches
    switches.close()


def readable(driver: FailoverPins | SwitchPanel) -> bool:
    return bool(select.select([driver], [], [], 0)[0])


def test_with_nothing_connected_there_is_no_cable(unit: FailoverPins) -> None:
    assert unit.facts() == unit.read() == NO_CABLE
    assert unit.receive() == []
    assert not readable(unit)


def test_every_edge_is_an_event_in_order(wires: Wires, unit: FailoverPins) -> None:
    for signal in (Signal.MY_PLUG, Signal.STRAP, Signal.OTHER_PLUG, Signal.MATE_POWER):
        wires.say(signal, True)
    assert readable(unit)
    told = [event.facts for event in unit.receive()]
    assert told == [
        CableFacts(my_plug=True, other_plug=False, other_power=False, strap=Identity.SECONDARY),
        CableFacts(my_plug=True, other_plug=False, other_power=False, strap=Identity.PRIMARY),
        CableFacts(my_plug=True, other_plug=True, other_power=False, strap=Identity.PRIMARY),
        GOOD,
    ]
    assert unit.facts() == unit.read() == GOOD
    assert not readable(unit)


def test_the_strap_of_a_plug_that_is_out_is_no_fact(wires: Wires, unit: FailoverPins) -> None:
    wires.say(Signal.STRAP, True)
    assert unit.receive() == []
    wires.say(Signal.MY_PLUG, True)
    (event,) = unit.receive()
    assert event.facts.strap is Identity.PRIMARY


def test_a_short_glitch_is_told_both_ways(wires: Wires, unit: FailoverPins) -> None:
    for active in (True, False):
        wires.say(Signal.MATE_POWER, active)
    assert [event.facts.other_power for event in unit.receive()] == [True, False]


def test_more_edges_than_the_queue_holds_still_end_in_the_truth(
    wires: Wires, unit: FailoverPins
) -> None:
    for n in range(QUEUE_MAX + 11):
        wires.say(Signal.MATE_POWER, n % 2 == 0)
    assert unit.receive()[-1].facts.other_power is True
    assert unit.facts() == unit.read()
    assert dict(unit.counters)["edges dropped"] == 11
    wires.say(Signal.MATE_POWER, False)
    assert [event.facts.other_power for event in unit.receive()] == [False]


@pytest.mark.parametrize("lamp", list(Lamp))
def test_lamps(wires: Wires, unit: FailoverPins, lamp: Lamp) -> None:
    assert not wires.lit(LAMP_SIGNALS[lamp])
    unit.set_lamp(SetLamp(lamp, True))
    assert [each for each in Lamp if wires.lit(LAMP_SIGNALS[each])] == [lamp]
    unit.set_lamp(SetLamp(lamp, False))
    assert not wires.lit(LAMP_SIGNALS[lamp])


def test_without_a_panel_all_is_on(panel: SwitchPanel) -> None:
    assert panel.read() == {Signal.POWER_SWITCH: True, **dict.fromkeys(LINK_SWITCHES, True)}
    assert panel.receive() == []


def test_switches_are_told_edge_by_edge(wires: Wires, panel: SwitchPanel) -> None:
    for on in (False, True, False):  # a bouncing switch
        wires.say(Signal.POWER_SWITCH, on)
    wires.say(Signal.LINK_SWITCH_2, False)
    assert readable(panel)
    assert panel.receive() == [
        Moved(Signal.POWER_SWITCH, False),
        Moved(Signal.POWER_SWITCH, True),
        Moved(Signal.POWER_SWITCH, False),
        Moved(Signal.LINK_SWITCH_2, False),
    ]
    assert panel.read()[Signal.POWER_SWITCH] is False


def test_power_out(wires: Wires, panel: SwitchPanel) -> None:
    assert not wires.lit(Signal.POWER_OUT)  # dark until the supervisor says so
    panel.power_out(True)
    assert wires.lit(Signal.POWER_OUT)
    panel.power_out(False)
    assert not wires.lit(Signal.POWER_OUT)
    assert panel.counters == (("edges dropped", 0), ("power refused", 0))


def test_both_processes_pins_are_apart(
    wires: Wires, unit: FailoverPins, panel: SwitchPanel
) -> None:
    wires.say(Signal.MATE_POWER, True)
    assert panel.receive() == []
    assert len(unit.receive()) == 1


def test_a_pin_in_use_is_named_and_nothing_is_kept(wires: Wires, unit: FailoverPins) -> None:
    with pytest.raises(GpioError, match=r"STRAP on BCM 17: .*in use"):
        FailoverPins(wires.factory)
    unit.close()
    FailoverPins(wires.factory).close()


def test_factories() -> None:
    assert open_factory("none", 0, None, None) is None
    assert isinstance(open_factory("mock", 0, None, None), MockFactory)
    with pytest.raises(GpioError, match=r"'relay' is unknown; use one of lgpio, fover_bus"):
        open_factory("relay", 0, None, None)
    with pytest.raises(GpioError, match="needs a pin bus and a board"):
        open_factory("fover_bus", 0, None, None)


def test_on_the_bus_a_power_cut_is_one_event(bus: PinBus, bus_path: str) -> None:
    bus.plug("primary")
    bus.plug("secondary")
    ours: Any = open_factory("fover_bus", 0, bus_path, "primary")
    theirs: Any = open_factory("fover_bus", 0, bus_path, "secondary")
    panel, unit = SwitchPanel(ours), FailoverPins(theirs)
    assert unit.facts().strap is Identity.SECONDARY
    for on in (True, False):
        panel.power_out(on)
        assert select.select([unit], [], [], 10)[0]
        assert [event.facts.other_power for event in unit.receive()] == [on]
    panel.close()
    unit.close()
    ours.close()
    theirs.close()


def test_on_the_bus_a_pulled_plug_is_told(bus: PinBus, bus_path: str) -> None:
    bus.plug("primary")
    bus.plug("secondary")
    factory: Any = open_factory("fover_bus", 0, bus_path, "primary")
    unit = FailoverPins(factory)
    assert unit.facts() == CableFacts(
        my_plug=True, other_plug=True, other_power=False, strap=Identity.PRIMARY
    )
    bus.unplug("secondary")
    assert select.select([unit], [], [], 10)[0]
    assert unit.receive()[-1].facts.other_plug is False
    unit.close()
    factory.close()


def test_a_lost_bus_costs_lamps_but_no_crash(bus_path: str) -> None:
    factory: Any = open_factory("fover_bus", 0, bus_path, "primary")
    unit = FailoverPins(factory)
    factory.line.close()
    unit.set_lamp(SetLamp(Lamp.ACTIVE, True))
    assert dict(unit.counters)["lamps refused"] == 1
    with pytest.raises(GpioError, match="the pins cannot be read"):
        unit.read()
    unit.close()
