"""What a pin map must satisfy before anybody solders it. Each rule is one short function.

Carries the electrical sense: nothing drives an unpowered Pi without a resistor or an opto-coupler,
RS-232 only meets a level converter, outputs are quiet while a Pi boots, and an open wire reads as
the thing that does no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from wiring import header
from wiring.pinmap import CablePlan, Pin, Problem
from wiring.signals import (
    CROSSED,
    OUTPUTS,
    READS_WHEN_OPEN,
    UART,
    Direction,
    Guard,
    Pull,
    Signal,
    direction_of,
)

SERIES_MIN_OHM = 1000  # a shorted cable then costs at most 3.3 mA
SERIES_DRIVEN_MIN_OHM = 4700  # (3.3 V - 0.6 V) / 4.7 kOhm: 0.6 mA into a dead chip's clamp diode
WIRES = {
    Signal.STRAP: "strap",
    Signal.MY_PLUG: "loop",
    Signal.OTHER_PLUG: "plug-mate",
    Signal.POWER_OUT: "power-unit",
    Signal.MATE_POWER: "power-mate",
    Signal.UART_TX: "transmit-unit",
    Signal.UART_RX: "transmit-mate",
}  # the signals that go into the cable, and their wires


def problems_of(cable: CablePlan, pins: tuple[Pin, ...]) -> Iterator[Problem]:
    """Everything that is wrong with a well-formed map."""
    yield from _cable_contacts(cable, pins)
    yield from _all_once(pins)
    for pin in pins:
        for rule in PIN_RULES:
            yield from rule(pin)


def _cable_contacts(cable: CablePlan, pins: tuple[Pin, ...]) -> Iterator[Problem]:
    taken = {cable.ground: "the ground", cable.presence: "the presence contact"}
    if len(taken) < 2:
        yield Problem(1, "[cable] ground and presence are one contact; give each its own")
    for pin in pins:
        if pin.contact is None:
            continue
        if not 1 <= pin.contact <= cable.contacts:
            yield Problem(
                pin.line, f"{pin.signal.value}: contact {pin.contact} is not 1 to {cable.contacts}"
            )
        elif pin.contact in taken:
            yield Problem(
                pin.line,
                f"{pin.signal.value}: contact {pin.contact} is {taken[pin.contact]}; free: "
                + _free(range(1, cable.contacts + 1), {*taken, *(p.contact or 0 for p in pins)}),
            )
        else:
            taken[pin.contact] = f"{pin.signal.value}'s (line {pin.line})"


def _all_once(pins: tuple[Pin, ...]) -> Iterator[Problem]:
    seen: dict[Signal, Pin] = {}
    by_bcm: dict[int, Pin] = {}
    usable = [
        bcm for bcm in header.HEADER_PIN
        if bcm not in (*header.ID_EEPROM, header.UART_TX_BCM, header.UART_RX_BCM)
    ]  # fmt: skip
    for pin in pins:
        name = pin.signal.value
        if pin.signal in seen:
            other = seen[pin.signal].line
            yield Problem(pin.line, f"{name} has a pin already (line {other}); remove one")
        elif pin.bcm in by_bcm:
            other_pin = by_bcm[pin.bcm]
            yield Problem(
                pin.line,
                f"{name}: BCM {pin.bcm} is {other_pin.signal.value}'s already "
                f"(line {other_pin.line}); free: {_free(usable, {p.bcm for p in pins})}",
            )
        seen.setdefault(pin.signal, pin)
        by_bcm.setdefault(pin.bcm, pin)
    for signal in Signal:
        if signal not in seen:
            yield Problem(1, f"{signal.value} has no pin; add a [[pin]] table for it")


def _free(all_of: range | list[int], taken: set[int]) -> str:
    return ", ".join(str(number) for number in all_of if number not in taken) or "none"


def _place(pin: Pin) -> Iterator[Problem]:
    name = pin.signal.value
    uart = {Signal.UART_TX: header.UART_TX_BCM, Signal.UART_RX: header.UART_RX_BCM}
    if pin.bcm not in header.HEADER_PIN:
        yield Problem(pin.line, f"{name}: there is no BCM {pin.bcm} on the header; use 2 to 27")
    elif pin.bcm in header.ID_EEPROM:
        yield Problem(
            pin.line, f"{name}: BCM {pin.bcm} is reserved to a HAT's ID EEPROM; use 2 to 27"
        )
    elif pin.signal in uart and pin.bcm != uart[pin.signal]:
        yield Problem(pin.line, f"{name}: the UART's pin is BCM {uart[pin.signal]}; use that")
    elif pin.bcm in uart.values() and pin.signal not in uart:
        yield Problem(pin.line, f"{name}: BCM {pin.bcm} is reserved to the cable's UART; move it")
    elif header.HEADER_PIN[pin.bcm] != pin.header:
        yield Problem(
            pin.line,
            f"{name}: header pin {pin.header} is {_at(pin.header)}, not BCM {pin.bcm}, which is "
            f"header pin {header.HEADER_PIN[pin.bcm]}; make the two agree",
        )


def _at(position: int) -> str:
    for bcm, where in header.HEADER_PIN.items():
        if where == position:
            return f"BCM {bcm}"
    if position in header.GROUND_PINS:
        return "ground"
    return "a supply" if 1 <= position <= 40 else "not on the header"


def _direction(pin: Pin) -> Iterator[Problem]:
    wanted = direction_of(pin.signal)
    if pin.direction is not wanted:
        yield Problem(
            pin.line, f"{pin.signal.value} cannot be {pin.direction.value!r}; say {wanted.value!r}"
        )


def _pull(pin: Pin) -> Iterator[Problem]:
    name = pin.signal.value
    if pin.direction is Direction.OUT and pin.pull is not Pull.FLOATING:
        yield Problem(pin.line, f"{name}: an output has no pull; say pull = 'floating'")
    elif pin.bcm in header.FIXED_PULL_UP and pin.pull is not Pull.UP:
        yield Problem(
            pin.line, f"{name}: BCM {pin.bcm} has a pull-up on the board; say 'up' or move it"
        )


def _open_wire(pin: Pin) -> Iterator[Problem]:
    if pin.signal not in READS_WHEN_OPEN or pin.direction is Direction.OUT:
        return
    wanted = Pull.UP if pin.level(READS_WHEN_OPEN[pin.signal]) else Pull.DOWN
    if pin.pull is not wanted:
        truth = "be" if READS_WHEN_OPEN[pin.signal] else "not be"
        yield Problem(
            pin.line,
            f"{pin.signal.value}: with nothing connected it must {truth} true that "
            f"'{pin.means}'; say pull = '{wanted.value}'",
        )


def _quiet_boot(pin: Pin) -> Iterator[Problem]:
    if pin.signal not in OUTPUTS or pin.signal in UART:
        return
    at_boot = header.boot_pull(pin.bcm) is Pull.UP
    if pin.active(at_boot):
        safe = "9 to 27" if pin.active_high else "2 to 8"
        yield Problem(
            pin.line,
            f"{pin.signal.value}: BCM {pin.bcm} is pulled {'up' if at_boot else 'down'} while a "
            f"Pi boots and would say '{pin.means}'; use one of {safe}",
        )


def _guard(pin: Pin) -> Iterator[Problem]:
    name = pin.signal.value
    if (pin.guard is Guard.SERIES) != (pin.series_ohm > 0):
        yield Problem(pin.line, f"{name}: series_ohm goes with guard = 'series', and only with it")
    elif (pin.guard is Guard.CONVERTER) != (pin.signal in UART):
        yield Problem(
            pin.line, f"{name}: RS-232 goes through a level converter, and nothing else does; "
            f"say guard = {'converter' if pin.signal in UART else 'series'!r}",
        )  # fmt: skip
    elif pin.contact is not None and pin.guard is Guard.NONE:
        yield Problem(pin.line, f"{name}: a cable wire needs a guard; say series or opto")
    elif pin.guard is Guard.SERIES:
        driven = pin.signal in (Signal.POWER_OUT, Signal.MATE_POWER)
        least = SERIES_DRIVEN_MIN_OHM if driven else SERIES_MIN_OHM
        if pin.series_ohm < least:
            yield Problem(
                pin.line,
                f"{name}: {pin.series_ohm} ohm would let a driven line feed a Pi without power; "
                f"use at least {least}",
            )


def _wire(pin: Pin) -> Iterator[Problem]:
    name = pin.signal.value
    wanted = WIRES.get(pin.signal, "")
    if pin.wire != wanted:
        say = f"say wire = '{wanted}'" if wanted else "leave out wire"
        yield Problem(pin.line, f"{name}: its wire is not {pin.wire!r}; {say}")
    if (pin.contact is None) != (not wanted):
        say = "give it a contact" if wanted else "leave out contact"
        yield Problem(
            pin.line, f"{name} {'goes' if wanted else 'does not go'} into the cable; {say}"
        )
    if pin.signal in CROSSED and pin.far_end != CROSSED[pin.signal].value:
        yield Problem(
            pin.line, f"{name}: the far end is the mate's {CROSSED[pin.signal].value}; say so"
        )


PIN_RULES: tuple[Callable[[Pin], Iterator[Problem]], ...] = (
    _place, _direction, _pull, _open_wire, _quiet_boot, _guard, _wire,
)  # fmt: skip
