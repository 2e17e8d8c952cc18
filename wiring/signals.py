"""The names other code uses for a pin, and what is true of a signal whichever pin carries it.

Numbers are nowhere here: which pin carries a signal is said by pins.toml alone.
"""

from __future__ import annotations

from enum import Enum


class Signal(Enum):
    """Every signal of one unit. The value is the name in pins.toml."""

    STRAP = "STRAP"
    MY_PLUG = "MY_PLUG"
    OTHER_PLUG = "OTHER_PLUG"
    POWER_OUT = "POWER_OUT"
    MATE_POWER = "MATE_POWER"
    UART_TX = "UART_TX"
    UART_RX = "UART_RX"
    POWER_SWITCH = "POWER_SWITCH"
    LINK_SWITCH_0 = "LINK_SWITCH_0"
    LINK_SWITCH_1 = "LINK_SWITCH_1"
    LINK_SWITCH_2 = "LINK_SWITCH_2"
    LINK_SWITCH_3 = "LINK_SWITCH_3"
    LINK_SWITCH_4 = "LINK_SWITCH_4"
    LINK_SWITCH_5 = "LINK_SWITCH_5"
    LAMP_ACTIVE = "LAMP_ACTIVE"
    LAMP_STANDBY = "LAMP_STANDBY"
    LAMP_FAULT = "LAMP_FAULT"


class Direction(Enum):
    """Who drives the pin: the world or the unit."""

    IN = "in"
    OUT = "out"


class Pull(Enum):
    """The resistor inside the chip. The words are gpiozero's too."""

    UP = "up"
    DOWN = "down"
    FLOATING = "floating"


class Guard(Enum):
    """What keeps a wire that leaves the board from hurting a chip."""

    NONE = "none"
    SERIES = "series"  # a resistor of at least 1 kOhm; 4.7 kOhm where the mate may drive
    OPTO = "opto"  # an opto-coupler
    CONVERTER = "converter"  # RS-232 level converter, for the UART


LINK_SWITCHES = (
    Signal.LINK_SWITCH_0,
    Signal.LINK_SWITCH_1,
    Signal.LINK_SWITCH_2,
    Signal.LINK_SWITCH_3,
    Signal.LINK_SWITCH_4,
    Signal.LINK_SWITCH_5,
)  # at index n: the switch of Ethernet<n>
LAMPS = (Signal.LAMP_ACTIVE, Signal.LAMP_STANDBY, Signal.LAMP_FAULT)
UART = (Signal.UART_TX, Signal.UART_RX)
OUTPUTS = (Signal.POWER_OUT, Signal.UART_TX, *LAMPS)

CROSSED = {
    Signal.POWER_OUT: Signal.MATE_POWER,
    Signal.MATE_POWER: Signal.POWER_OUT,
    Signal.UART_TX: Signal.UART_RX,
    Signal.UART_RX: Signal.UART_TX,
}  # what a wire of the cable joins: ours here, the mate's there

READS_WHEN_OPEN = {
    Signal.MY_PLUG: False,
    Signal.OTHER_PLUG: False,
    Signal.MATE_POWER: False,  # a broken sense wire must never look like a mate with power
    Signal.STRAP: False,  # an open strap is the Secondary end
    Signal.POWER_SWITCH: True,  # a unit without a switch panel is on
    **dict.fromkeys(LINK_SWITCHES, True),  # and has all its links
}  # what an input must mean (active or not) when nothing is connected to it


def direction_of(signal: Signal) -> Direction:
    """The only direction that signal can have."""
    return Direction.OUT if signal in OUTPUTS else Direction.IN
