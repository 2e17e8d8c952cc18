"""What this unit's state and the mate's, put side by side, call for. Reads; changes one clock.

Every hello says a state. Most pairs of states are fine; the few that are not are found here, after
every step, and given to the table as causes: two actives that hear each other, an active unit
without configuration beside a configured one, two standbys, an elected mate that stays standby.

Clauses: FA-5, ID-2, KY-3, LS-4, ST-5, ST-9, ST-10.
"""

from __future__ import annotations

from firmware.core.failover import fitness, handover, lease, monitor
from firmware.core.failover.model import Unit
from firmware.core.failover.startup import elect, stays_active, wait_ms
from firmware.core.failover.states import Cause, is_active
from firmware.core.failover.view import FailReason, SyncStatus
from firmware.core.message_ids import MessageId
from firmware.core.settings import Identity
from firmware.core.wire.bodies import Hello, UnitState

COLD_STANDBY_MS = 2_000  # for the elected mate to become active
NEITHER_ACTIVE_MS = 2_000  # a primary puts up with two standbys this long, a secondary twice that
SYNC_RETRY_MS = 5_000  # doubled at each failure in a row
SYNC_RETRY_MOST_MS = 80_000
HEAL_MS = 10_000  # a unit the kernel refused the addresses tries again after this
SYNC_MS = 120_000  # a whole configuration over the cable: at 10 kB/s, 1.2 MB


def causes(unit: Unit, now_ms: int) -> list[Cause]:
    """What follows from the two states now; at most one cause."""
    hello = unit.mate.hello if not unit.mate.lost else None
    _note_conflict(unit, hello)
    unfit = fitness.causes(unit)
    if unfit:
        return unfit
    if unit.state is UnitState.NEGOTIATION:
        verdict = elect(unit, now_ms)
        return [verdict] if isinstance(verdict, Cause) else []
    if unit.state is UnitState.FAILED and _tries_again(unit, now_ms):
        return [Cause.TRIED_AGAIN]
    if unit.state is UnitState.SYNC_CONFIG and now_ms - unit.since_ms >= SYNC_MS:
        return [Cause.SYNC_FAILED]
    if hello is None:
        unit.mate.not_active_since_ms = None
        return [Cause.MATE_NOT_ACTIVE] if unit.state is UnitState.COLD_STANDBY else []
    if is_active(unit.state):
        return _beside_active(unit, hello, now_ms)
    if unit.state is UnitState.COLD_STANDBY:
        return _in_cold_standby(unit, hello, now_ms)
    if unit.state is UnitState.STANDBY_READY:
        return _in_standby_ready(unit, hello, now_ms)
    return []


def progress(unit: Unit) -> list[Cause]:
    """ST-5: nothing to copy yet in Sync File System and Bulk Sync but the data plane."""
    copied = unit.state is UnitState.BULK_SYNC and unit.plan.ready
    return [Cause.PROGRESS] if copied or unit.state is UnitState.SYNC_FILE_SYSTEM else []


def _tries_again(unit: Unit, now_ms: int) -> bool:
    """FW-5: what the kernel refused once it may grant later. Interfaces mend by themselves."""
    refused = unit.my_fail_reason is not FailReason.INTERFACE
    return refused and unit.plan.ready and now_ms - unit.since_ms >= HEAL_MS


def _note_conflict(unit: Unit, hello: Hello | None) -> None:
    """ID-2: both claim one identity; said once each time it begins."""
    conflict = hello is not None and hello.identity is unit.identity
    if conflict and not unit.conflict and unit.identity is not None:
        unit.log(MessageId.IDENTITY_CONFLICT, unit.identity.value)
    if conflict != unit.conflict:
        unit.conflict = conflict
        unit.changed = True


def _beside_active(unit: Unit, hello: Hello, now_ms: int) -> list[Cause]:
    if hello.configured and not unit.settings.configured:
        unit.log(MessageId.EMPTY_UNIT_YIELDS)
        return [Cause.EMPTY_YIELDS]
    if is_active(hello.state) and lease.over(unit):
        return lease.let_go(unit, now_ms - unit.hellos.spoken_ms)
    if is_active(hello.state) and not stays_active(unit, hello, now_ms):
        return [Cause.BOTH_ACTIVE]
    frozen = hello.state is UnitState.DISABLED and hello.holding  # OR-5: it never lets go by itself
    return [Cause.BOTH_ACTIVE] if frozen else []


def _in_cold_standby(unit: Unit, hello: Hello, now_ms: int) -> list[Cause]:
    waited_ms = now_ms - unit.since_ms
    if is_active(hello.state):
        waits = waited_ms < sync_wait_ms(unit) or not fitness.identified(unit)
        if unit.settings.witness and not monitor.hears_link(unit, now_ms):
            waits = True  # WI-2: a configuration goes by the failover link only
        return [] if waits else [Cause.ACTIVE_MATE]
    return [Cause.MATE_NOT_ACTIVE] if waited_ms >= COLD_STANDBY_MS else []


def sync_wait_ms(unit: Unit) -> int:
    """How long a unit whose synchronisation failed waits: longer each time, for what was refused
    once will be refused again until somebody does something about it."""
    if unit.sync is not SyncStatus.FAILED:
        return 0
    return min(SYNC_RETRY_MS << max(0, unit.sync_failures - 1), SYNC_RETRY_MOST_MS)


def _in_standby_ready(unit: Unit, hello: Hello, now_ms: int) -> list[Cause]:
    mate = unit.mate
    if monitor.left_to_us(unit, now_ms):
        return [Cause.BOTH_STANDBY]  # its last hello is old: it began anew with another key
    if is_active(hello.state):
        handover.taken(unit, now_ms)
    if is_active(hello.state) or hello.holding or handover.busy(unit):
        mate.not_active_since_ms = None
        return []
    if mate.not_active_since_ms is None:
        mate.not_active_since_ms = now_ms
    let_go = hello.state is UnitState.NEGOTIATION and not unit.link.failed  # LS-4
    over = let_go or now_ms - mate.not_active_since_ms >= _patience_ms(unit)
    return [Cause.BOTH_STANDBY] if over else []


def _patience_ms(unit: Unit) -> int:
    primary = unit.identity is Identity.PRIMARY
    return NEITHER_ACTIVE_MS if primary else 2 * NEITHER_ACTIVE_MS


def due_ms(unit: Unit, now_ms: int) -> int | None:
    """When the passing of time alone may call for something."""
    if unit.state is UnitState.NEGOTIATION:
        dues = (unit.since_ms + wait_ms(unit), unit.lease.listens_until_ms)
        return min((due for due in dues if unit.plan.ready and due > now_ms), default=None)
    if unit.state is UnitState.SYNC_CONFIG:
        return unit.since_ms + SYNC_MS
    if unit.state is UnitState.FAILED:
        due = unit.since_ms + HEAL_MS
        return due if unit.plan.ready and due > now_ms else None
    if unit.state is UnitState.COLD_STANDBY:
        dues = (unit.since_ms + COLD_STANDBY_MS, unit.since_ms + sync_wait_ms(unit))
        return min((due for due in dues if due > now_ms), default=None)
    since_ms = unit.mate.not_active_since_ms
    if unit.state is UnitState.STANDBY_READY and since_ms is not None:
        return since_ms + _patience_ms(unit)
    return None
