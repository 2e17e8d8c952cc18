"""A new life without a restart: another boot number, sequences from one, and the same state.

Decides when a unit begins one: before its sequences end, of which no number may be said twice
(wire.md, nonces), and when the mate acknowledges what was never sent, because somebody spoke in its
name. The number of the new life follows from that of the old, so that the mate knows it for what
it is: the ordered channel begins anew at both ends, and nothing else does.

Clauses: NC-5.
"""

from __future__ import annotations

from firmware.core.failover import handover
from firmware.core.failover.lives import next_life
from firmware.core.failover.model import Unit

LAST_QUARTER = 0xC000_0000  # of 2^32 sequences: 372 days at 100 frames a second, 124 to spare
AGAIN_MS = 5_000  # at the earliest, however often somebody speaks in the mate's name


def due(unit: Unit, now_ms: int, *, astray: bool) -> bool:
    """Whether to begin a new life now. ``astray``: the ordered channel is not understood."""
    if unit.identity is None or handover.busy(unit):
        return False
    if unit.hellos.sequence >= LAST_QUARTER:
        return True
    recent = unit.renewed_ms is not None and now_ms - unit.renewed_ms < AGAIN_MS
    return astray and not recent and not unit.mate.lost


def renew(unit: Unit, now_ms: int) -> None:
    """Begin it. Whatever is said from here on is said by the new life."""
    unit.boot, unit.renewed_ms = next_life(unit.boot), now_ms
    unit.hellos.sequence = 0
    unit.mate.sync_served = False
