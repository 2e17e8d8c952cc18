"""The failover cable as contacts: what pulling a plug opens, and what is soldered in each plug.

A wire that runs through the cable is three contacts in a row: ``power-primary@primary`` (in the
plug at the primary end), ``power-primary`` (the wire itself) and ``power-primary@secondary``. What
stays inside one plug is one contact: ``loop@primary``, ``strap@primary``. A wire is named for the
unit it tells of. With both plugs out only the wires themselves are closed; a plug is pushed in by
closing ``plug_contacts(end)``.
"""

from __future__ import annotations

from wiring.header import HEADER_PIN, boot_pull
from wiring.nets import GROUND, Nets
from wiring.pinmap import Pin, PinMap
from wiring.signals import CROSSED, Signal

PRIMARY, SECONDARY = "primary", "secondary"  # the ends, as the plugs are marked
ENDS = (PRIMARY, SECONDARY)


def node_of(board: str, bcm: int) -> str:
    """The name of a pin's node on the bus."""
    return f"{board}:{bcm}"


def wire_name(pin: Pin, end: str) -> str:
    """The wire's name as seen from that end: "power-unit" at the primary is "power-primary"."""
    unit, mate = (end, SECONDARY if end == PRIMARY else PRIMARY)
    return pin.wire.replace("-unit", f"-{unit}").replace("-mate", f"-{mate}")


def through_wires(pins: PinMap) -> tuple[str, ...]:
    """Every wire that runs from plug to plug, in a fixed order."""
    names = [wire_name(pin, end) for end in ENDS for pin in pins.in_cable if _runs_through(pin)]
    return tuple(dict.fromkeys(names))


def plug_contacts(pins: PinMap, end: str, *, marked: str | None = None) -> tuple[str, ...]:
    """The contacts a plug at ``end`` closes. ``marked`` is what is printed on it.

    Every cable has one plug marked ``PRIMARY``, and by default it is at the primary end; a wrongly
    made cable can have two.
    """
    names = [f"{wire}@{end}" for wire in through_wires(pins)]
    names.append(f"{pins[Signal.MY_PLUG].wire}@{end}")
    if (marked or end) == PRIMARY:
        names.append(f"{pins[Signal.STRAP].wire}@{end}")
    return tuple(names)


def add_board(nets: Nets, board: str) -> None:
    """Every GPIO pin of a header, pulled as after a reset."""
    for bcm in HEADER_PIN:
        nets.add_node(node_of(board, bcm), boot_pull(bcm))


def lay_cable(nets: Nets, pins: PinMap, boards: tuple[str, str]) -> None:
    """The cable between the board at the primary end and that at the secondary, both plugs out."""
    for end, board in zip(ENDS, boards, strict=True):
        for signal in (Signal.MY_PLUG, Signal.STRAP):
            pin = pins[signal]
            nets.add_contact(f"{pin.wire}@{end}", node_of(board, pin.bcm), GROUND, closed=False)
    for wire in through_wires(pins):
        for end in ENDS:
            nets.add_node(f"{wire}.{end}")
        nets.add_contact(wire, f"{wire}.{PRIMARY}", f"{wire}.{SECONDARY}", closed=True)
        for end, board in zip(ENDS, boards, strict=True):
            nets.add_contact(
                f"{wire}@{end}", _board_side(pins, wire, end, board), f"{wire}.{end}", closed=False
            )


def _runs_through(pin: Pin) -> bool:
    return pin.signal in CROSSED or pin.signal is Signal.OTHER_PLUG


def _board_side(pins: PinMap, wire: str, end: str, board: str) -> str:
    """What the wire meets at that end: a pin, or the ground of the presence contact."""
    for pin in pins.in_cable:
        if _runs_through(pin) and wire_name(pin, end) == wire:
            return node_of(board, pin.bcm)
    return GROUND
