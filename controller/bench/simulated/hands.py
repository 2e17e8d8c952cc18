"""What the simulated world alone, or nearly, can do to a unit, and garbage on its links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from controller.bench.simulated.garbage import garbage
from controller.bench.simulated.simulation import IDENTITIES, Simulation
from controller.bench.simulated.unit import SimulatedUnit
from controller.bench.simulated.wires import PLACES
from controller.bench.unit_faults import (
    Crash,
    Damage,
    Drift,
    Garbage,
    GoOn,
    Refit,
    Reflash,
    SetDate,
    SetStrap,
    Slow,
    Starve,
    UnitFault,
)
from controller.bench.world import Link, Unit, WorldError
from firmware.core.failover import events as ev
from firmware.core.management.events import STARTUP_CONFIG
from firmware.core.wire.bodies import CABLE, LAN, Frame
from firmware.core.wire.frames import decode

APART_US = 1_000  # frames of garbage


def _off(sim: Simulation, unit: Unit) -> SimulatedUnit:
    box = sim.units[unit]
    if box.powered:
        raise WorldError(f"{unit} has power; its flash is not to be touched")
    return box


def _damage(sim: Simulation, fault: Damage) -> None:
    """Cut short, as by a write that was never finished, or changed inside, as by a bad sector."""
    box = _off(sim, fault.unit)
    for name, text in box.flash.items():
        at = sim.chance.randrange(len(text) + 1)
        wrong = "" if sim.chance.random() < 0.5 else "\x00\ufffd" + text[at + 40 :]
        box.flash[name] = text[:at] + wrong


def _reflash(sim: Simulation, fault: Reflash) -> None:
    box, boot = _off(sim, fault.unit), sim.rig.boot[fault.unit]
    box.flash.clear()
    if boot is not None:
        box.flash[STARTUP_CONFIG] = boot


def _refit(sim: Simulation, fault: Refit) -> None:
    box = sim.units[fault.unit]
    box.facts = replace(box.facts, **{fault.key: fault.value})  # type: ignore[arg-type]


def _strap(sim: Simulation, fault: SetStrap) -> None:
    sim.cable.straps[fault.unit] = IDENTITIES[fault.says]
    sim.tell_cable()


def _garbage(sim: Simulation, fault: Garbage) -> None:
    """A frame each millisecond, to both units, as long as their end of that link is up."""
    for number in range(fault.count):
        sim.schedule.after(number * APART_US, lambda: _throw(sim, fault.link))


def _throw(sim: Simulation, link: Link) -> None:
    physical = next((name for name, place in PLACES.items() if place is link), "")
    for unit in Unit:
        said = garbage(sim.chance, sim.recordings[link])
        if link is Link.CABLE:
            sim.units[unit].step(_read(said))
        elif sim.carrier(unit, physical):
            sim.units[unit].hear(LAN if link is Link.FAILOVER else physical, said)


def _read(said: bytes) -> ev.Event:
    frame = decode(said)
    if isinstance(frame, Frame):
        return ev.FrameReceived(CABLE, frame)
    return ev.BadFrameReceived(CABLE, frame.why)


def _starve(sim: Simulation, fault: Starve) -> None:
    raise WorldError("starve: only a real process runs out of memory")


_HANDS: dict[type, Callable[[Simulation, Any], None]] = {
    GoOn: lambda sim, fault: sim.units[fault.unit].go_on(fault.process),
    Starve: _starve,
    Drift: lambda sim, fault: sim.units[fault.unit].clock.run_at(fault.percent / 100),
    SetDate: lambda sim, fault: sim.units[fault.unit].clock.set_wall(fault.forward_ms),
    Slow: lambda sim, fault: setattr(sim.units[fault.unit].slow, "us", fault.ms * 1000),
    Crash: lambda sim, fault: setattr(sim.units[fault.unit], "effects_left", fault.effects),
    Damage: _damage,
    Reflash: _reflash,
    Refit: _refit,
    SetStrap: _strap,
    Garbage: _garbage,
}
UNIT_FAULTS = tuple(_HANDS)


def hurt(sim: Simulation, fault: UnitFault) -> None:
    """Do it. Raises WorldError where it cannot be done now."""
    _HANDS[type(fault)](sim, fault)
