"""When tracked connections are forgotten: once the mate serves in this unit's stead.

A unit that lets go of the addresses in a planned switchover and takes them back, since nobody
claimed them, has served all the while: its connections go on. Kept longer than that they would be
stale, so a standby that takes over without having seen its mate serve forgets them too.

Clauses: TE-7, HO-3.
"""

from __future__ import annotations

from firmware.core.failover.effects import StateChanged
from firmware.core.failover.states import REASONS, Cause
from firmware.core.management.events import DropConnections
from firmware.core.management.model import Model
from firmware.core.management.views import is_active
from firmware.core.wire.bodies import UnitState

_TAKEN_BACK = REASONS[Cause.HANDOVER_EXPIRED]


def changed(model: Model, said: StateChanged) -> None:
    """This unit's state is another."""
    if is_active(said.before) and not is_active(said.after):
        model.holds_stale = said.after is not UnitState.DISABLED  # ST-2: it goes on forwarding
    elif is_active(said.after) and not is_active(said.before):
        if said.before is UnitState.STANDBY_READY and said.reason != _TAKEN_BACK:
            _forget(model)
        model.holds_stale = False


def viewed(model: Model) -> None:
    """A new picture: is the mate active, and this unit not?"""
    view = model.view
    if view is not None and is_active(view.other.state) and not is_active(view.mine.state):
        _forget(model)


def _forget(model: Model) -> None:
    if model.holds_stale:
        model.holds_stale = False
        model.out.append(DropConnections())
