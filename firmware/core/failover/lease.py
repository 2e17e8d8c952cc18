"""How long the kernel may go on forwarding when nobody is left to stop it, and what follows when
it was not told to in time.

Decides the end of the lease, when it is renewed, and when this unit has been away for so long that
its mate may have taken over. Does not touch the kernel: it asks for ``HoldLease``.

The mate counts its hold time from the last frame it heard of us on the failover link, so the lease
counts from the last hello we said there: it ends at ``spoken + hold - poll``. With every hello
heard that is a poll before the mate can act; with the last one lost it is not later, but for what
that hello was late itself (LS-1). A mate we do not hear may be one that begins a new life while we
stand still; it waits ``WAIT_MS`` before it is active alone, and the lease is shorter than that by a
second. A unit that can have no mate is leased for a day: nobody could speak beside it (LS-5).

A lease renewed late, but before anybody can have taken over, costs only the time it was over
(LS-3). Later than that this unit lets go, and begins as one that has just been started (LS-4).

Clauses: LS-1 to LS-5.
"""

from __future__ import annotations

from firmware.core.failover.effects import HoldLease, ReleaseAddresses
from firmware.core.failover.model import Unit
from firmware.core.failover.monitor import forget_state
from firmware.core.failover.startup import WAIT_MS
from firmware.core.failover.states import Cause, is_active
from firmware.core.message_ids import MessageId
from firmware.core.wire.bodies import UnitState

UNHEARD_MS = WAIT_MS - 1_000
ALONE_MS = 86_400_000
NOTICED_MS = 100  # a unit that was late by so much may have old news waiting
LISTEN_MS = 500  # to hear all of it, and what the mate answers
PULSE_MS = 1_000  # how exactly a standby knows for how long it stood still


def length_ms(unit: Unit) -> int:
    """How long a renewal is good for; 0 while there is nothing to be leased."""
    if not _needed(unit):
        return 0
    if _alone(unit):
        return ALONE_MS
    by_hellos = unit.settings.hold_unit_ms - unit.settings.poll_unit_ms
    return min(by_hellos, UNHEARD_MS) if unit.mate.lost else by_hellos


def renew(unit: Unit, now_ms: int) -> None:
    """Ask for a later end, or an earlier one. The last thing of a step: the hellos come first."""
    lease = unit.lease
    if not _needed(unit):
        lease.until_ms = None
        return
    end_ms = _end_ms(unit, now_ms)
    if end_ms == lease.until_ms or _early(unit, end_ms, now_ms):
        return
    if lease.until_ms is not None and over(unit):
        lease.lapses += 1
        lease.lapsed_worst_ms = max(lease.lapsed_worst_ms, now_ms - lease.until_ms)
        unit.changed = True
    lease.until_ms, lease.renewed_ms = end_ms, now_ms
    unit.out.append(HoldLease(end_ms))


def due_ms(unit: Unit, now_ms: int) -> int | None:
    """When to renew it between two hellos, or to see that time goes on."""
    until_ms, longest_ms = unit.lease.until_ms, _longest_ms(unit)
    if unit.state is UnitState.STANDBY_READY:
        return now_ms + PULSE_MS
    if until_ms is None:
        return None
    if until_ms < now_ms:
        return now_ms  # all that came in is heard, and then it is renewed
    if longest_ms is None or (until_ms >= _limit_ms(unit) and not _alone(unit)):
        return None
    return until_ms - longest_ms * 2 // 3


def over(unit: Unit) -> bool:
    """Whether the kernel lets nothing pass by now, though this unit thinks it serves."""
    return unit.lease.until_ms is not None and unit.lease.until_ms < unit.last_step_ms


def waits(unit: Unit) -> bool:
    """LS-3: nothing is said or renewed yet: among what was not heard may be that the mate serves.
    Two that both say Active, and both hear it, would both let go."""
    return over(unit) and unit.lease.drained_ms != unit.last_step_ms


def stood_still(unit: Unit, now_ms: int) -> list[Cause]:
    """LS-4: asked first in every step, before anything is heard, decided or said."""
    late_ms = 0 if unit.due_ms is None else now_ms - unit.due_ms
    if late_ms >= NOTICED_MS:
        unit.lease.listens_until_ms = now_ms + LISTEN_MS
    ready = unit.state is UnitState.STANDBY_READY and not unit.link.failed
    if _lost(unit, now_ms):
        late_ms = now_ms - unit.hellos.spoken_ms
    elif not (ready and late_ms >= UNHEARD_MS):
        return []
    forget_state(unit)
    return let_go(unit, late_ms)


def let_go(unit: Unit, still_ms: int) -> list[Cause]:
    """As ignorant as after a restart. The table does the rest."""
    unit.log(MessageId.STOOD_STILL, str(still_ms))
    unit.lease.until_ms = None
    if unit.holding and not is_active(unit.state):
        # Failover is off, or has just been on again: a role that was frozen.
        unit.holding = False
        unit.took_part = unit.took_part and unit.settings.enabled
        unit.since_ms, unit.changed = unit.last_step_ms, True
        unit.out.append(ReleaseAddresses())
    return [Cause.STOOD_STILL]


def _lost(unit: Unit, now_ms: int) -> bool:
    """Whether this unit, which serves, was away for so long that its mate may serve by now."""
    if not unit.holding or _alone(unit) or unit.lease.until_ms is None:
        return False
    if unit.mate.lost:
        return now_ms >= unit.lease.renewed_ms + WAIT_MS
    return now_ms >= unit.hellos.spoken_ms + unit.settings.hold_unit_ms


def _needed(unit: Unit) -> bool:
    """While the active addresses are here, or stragglers to them still pass."""
    handover = unit.handover
    draining = handover.yielded_ms is not None or handover.drop_links_ms is not None
    return unit.holding or draining


def _alone(unit: Unit) -> bool:
    return unit.identity is None


def _longest_ms(unit: Unit) -> int | None:
    """The most a renewal may be for; None: what the hellos allow."""
    if _alone(unit):
        return ALONE_MS
    return UNHEARD_MS if unit.mate.lost else None


def _limit_ms(unit: Unit) -> int:
    """LS-1: a poll before a mate that heard our last hello would act."""
    return unit.hellos.spoken_ms + unit.settings.hold_unit_ms - unit.settings.poll_unit_ms


def _end_ms(unit: Unit, now_ms: int) -> int:
    if _alone(unit):
        return now_ms + ALONE_MS
    longest_ms, limit_ms = _longest_ms(unit), _limit_ms(unit)
    return limit_ms if longest_ms is None else min(limit_ms, now_ms + longest_ms)


def _early(unit: Unit, end_ms: int, now_ms: int) -> bool:
    """Whether an end that moves with the clock has not moved far enough to be worth a renewal."""
    until_ms, longest_ms = unit.lease.until_ms, _longest_ms(unit)
    if until_ms is None or longest_ms is None or end_ms < until_ms or end_ms != now_ms + longest_ms:
        return False
    return until_ms - now_ms > longest_ms * 2 // 3
