"""The unit's lamps: active, standby, fault. Set only when they change."""

from __future__ import annotations

from firmware.core.failover.effects import Lamp, SetLamp
from firmware.core.failover.model import Unit
from firmware.core.wire.bodies import UnitState


def show(unit: Unit) -> None:
    """Let them follow what the unit is; a fault is its own, its mate's or the failover link's."""
    failed = unit.state is UnitState.FAILED or unit.mate.failed
    fault = failed or unit.link.failed or unit.testimony.blocked
    wanted = (unit.holding, unit.state is UnitState.STANDBY_READY, fault or unit.conflict)
    for lamp, on, was in zip(Lamp, wanted, unit.lamps, strict=True):
        if on is not was:
            unit.out.append(SetLamp(lamp, on))
    unit.lamps = wanted
