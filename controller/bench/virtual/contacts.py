"""What a story calls a wire, as the contacts the cable is made of. Pure.

The bus knows the cable contact by contact (wiring/cable.py): a wire, and where it passes each plug.
A story that breaks a wire opens the wire itself; one that pulls a plug opens what is in that plug.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from controller.bench.world import Unit, Wire
from wiring.cable import plug_contacts, through_wires
from wiring.load import default_map
from wiring.pinmap import PinMap

TRANSMITS = {Unit.PRIMARY: Wire.TRANSMIT_PRIMARY, Unit.SECONDARY: Wire.TRANSMIT_SECONDARY}
PLUGS = {Wire.PLUG_PRIMARY: Unit.PRIMARY, Wire.PLUG_SECONDARY: Unit.SECONDARY}


def all_contacts(pins: PinMap | None = None) -> tuple[str, ...]:
    """Every contact of the cable, in a fixed order."""
    pins = pins or default_map()
    plugs = (name for unit in Unit for name in plug_contacts(pins, unit, marked=Unit.PRIMARY))
    return (*through_wires(pins), *plugs)


def plugged(straps: Mapping[Unit, Unit]) -> dict[str, bool]:
    """Both plugs in, every wire whole; ``straps`` is what each unit's plug is marked."""
    closed = set(through_wires(default_map()))
    for unit, marked in straps.items():
        closed.update(plug_contacts(default_map(), unit, marked=marked))
    return {name: name in closed for name in all_contacts()}


def strap(unit: Unit, marked: Unit) -> dict[str, bool]:
    """What tells a plug at ``unit`` that is marked so from one marked otherwise."""
    pins = default_map()
    both = [plug_contacts(pins, unit, marked=end) for end in Unit]
    told = set(both[0]).symmetric_difference(both[1])
    return {name: name in plug_contacts(pins, unit, marked=marked) for name in told}


def is_plugged(unit: Unit, closed: Mapping[str, bool]) -> bool:
    """Whether the unit's plug is in, and nothing of it pulled or broken."""
    names = set(plug_contacts(default_map(), unit, marked=Unit.PRIMARY)) - set(
        strap(unit, Unit.PRIMARY)
    )
    return all(closed[name] for name in names)


def unplugged() -> dict[str, bool]:
    """No plug in anywhere."""
    wires = through_wires(default_map())
    return {name: name in wires for name in all_contacts()}


def carries(sender: Unit, closed: Mapping[str, bool]) -> bool:
    """Whether the sender's bytes reach the other plug: the wire, and both places it passes."""
    wire = TRANSMITS[sender].value
    return all(closed[name] for name in (wire, *(f"{wire}@{unit}" for unit in Unit)))


def pulled(plug: Unit | None, order: Iterable[Wire]) -> list[list[str]]:
    """The contacts that open together, step by step, when plugs are pulled in that order.

    ``plug`` None pulls both. ``plug-x`` stands for all that tells of the plug at x: its loop, its
    strap, and both presence wires where they pass it. Steps that open nothing are left out.
    """
    ends = tuple(Unit) if plug is None else (plug,)
    steps = []
    for wire in order:
        if wire in PLUGS:
            ends_here = [unit for unit in ends if unit is PLUGS[wire]]
            steps.append([name for unit in ends_here for name in _presence(unit)])
        else:
            steps.append([f"{wire.value}@{unit}" for unit in ends])
    return [step for step in steps if step]


def _presence(unit: Unit) -> list[str]:
    """What is left of a plug when its transmit and power contacts are taken away."""
    through = tuple(wire.value for wire in Wire if wire not in PLUGS)
    names = plug_contacts(default_map(), unit, marked=Unit.PRIMARY)
    return [name for name in names if not name.startswith(through)]
