"""When failed interfaces fail the unit, and when a failed unit may serve again.

Decides whether ``failover interface-policy`` is met, whether the mate is better off, and whether
interfaces fail and mend so often that they are no longer acted on. Counts interfaces; what their
state is, is ``interfaces``' to say.

A standby whose count meets the policy is failed. An active unit is failed only if its mate is
Standby Ready and has fewer failed interfaces than itself: a switch that dies takes an interface
from both, and a switchover would mend nothing. So the mate is asked first: its next hello after
``SETTLES_MS`` decides (HM-3). With the failover link failed nobody takes over, so nobody lets go.

A failed unit negotiates again by itself when the policy is no longer met (HM-5).

Interfaces of both units that come and go would throw the roles back and forth. After ``TURNS_MOST``
turns in ``WINDOW_MS`` that is said (105037), and until it is fewer the active unit serves with what
it has, and a failed one stays failed (HM-6).

Clauses: HM-1 to HM-6.
"""

from __future__ import annotations

from firmware.core.failover.model import Unit
from firmware.core.failover.states import Cause
from firmware.core.failover.view import FailReason
from firmware.core.message_ids import MessageId
from firmware.core.wire.bodies import FAILED_UNKNOWN, Hello, UnitState

SETTLES_MS = 20  # for a fault that both units have to show on both
LINKS_COME_UP_MS = 3_000  # a NIC that was just raised negotiates so long
TURNS_MOST, WINDOW_MS = 4, 60_000


def reported(unit: Unit, now_ms: int) -> int:
    """The count as a hello tells it: not known while NICs may still be coming up."""
    return unit.failed_count if settled(unit, now_ms) else FAILED_UNKNOWN


def settled(unit: Unit, now_ms: int) -> bool:
    """Whether an interface without a link has none, and is not just coming up."""
    if not unit.coming_up_count:
        return unit.plan.raised_ms is not None
    due_ms = settled_due_ms(unit)
    return due_ms is not None and now_ms >= due_ms


def settled_due_ms(unit: Unit) -> int | None:
    """When ``settled`` becomes true by the passing of time alone."""
    raised_ms = unit.plan.raised_ms
    if raised_ms is None:
        return None
    return max(raised_ms, unit.coming_up_since_ms) + LINKS_COME_UP_MS


def met(unit: Unit) -> bool:
    """HM-1: whether so many have failed that the unit has. "Meets" the number, not "exceeds"."""
    settings, count = unit.settings, unit.failed_count
    if not count:
        return False
    if not settings.interface_policy_percent:
        return count >= settings.interface_policy
    monitored = sum(i.monitored and not i.shutdown for i in settings.interfaces)
    return count * 100 >= settings.interface_policy * monitored


def causes(unit: Unit, now_ms: int) -> list[Cause]:
    """What follows for the unit; at most one cause."""
    if unit.state is UnitState.FAILED:
        heals = unit.my_fail_reason is FailReason.INTERFACE and not met(unit)
        return [Cause.INTERFACES_OK] if heals and not flapping(unit, now_ms) else []
    fails = unit.failed_count > 0 and met(unit) and settled(unit, now_ms)
    if not fails or unit.state is not UnitState.ACTIVE:
        unit.policy_met_ms = None
        stands_by = unit.state is UnitState.STANDBY_READY
        return [Cause.INTERFACES_FAILED] if fails and stands_by else []
    if unit.policy_met_ms is None:
        unit.policy_met_ms = now_ms
    lets_go = _mate_is_healthier(unit, now_ms) and not flapping(unit, now_ms)
    return [Cause.INTERFACES_FAILED] if lets_go else []


def _mate_is_healthier(unit: Unit, now_ms: int) -> bool:
    """HM-3: by a hello that was said after the fault had had its time to show there, too."""
    mate, met_ms = unit.mate, unit.policy_met_ms
    assert met_ms is not None
    if mate.lost or mate.failed or mate.hello is None or unit.link.failed:
        return False
    if now_ms < met_ms + SETTLES_MS or mate.hello_ms < met_ms:
        return False
    ready = mate.hello.state is UnitState.STANDBY_READY and mate.unfit is None
    return ready and mate.hello.failed_interfaces < unit.failed_count


def flapping(unit: Unit, now_ms: int) -> bool:
    """HM-6: whether there were too many turns of late."""
    return sum(now_ms - turn_ms < WINDOW_MS for turn_ms in unit.turns_ms) >= TURNS_MOST


def turned(unit: Unit, now_ms: int) -> None:
    """A switchover for interfaces' sake, or a unit failed for them: the beginning of one turn."""
    unit.turns_ms = (*unit.turns_ms, now_ms)[-TURNS_MOST:]
    if flapping(unit, now_ms):
        unit.log(MessageId.SWITCHING_BACK_AND_FORTH)


def healthier(unit: Unit, other: Hello, now_ms: int) -> bool | None:
    """Whether this unit has fewer failed interfaces than the mate; None: as many, or not known."""
    mine, theirs = reported(unit, now_ms), other.failed_interfaces
    if FAILED_UNKNOWN in (mine, theirs) or mine == theirs:
        return None
    return mine < theirs


def due_ms(unit: Unit, now_ms: int) -> int | None:
    """When the passing of time alone may call for something."""
    if not (unit.turns_ms or unit.coming_up_count) and unit.policy_met_ms is None:
        return None  # as nearly always
    dues = [turn_ms + WINDOW_MS for turn_ms in unit.turns_ms[-TURNS_MOST:][:1]]
    settled_ms = settled_due_ms(unit)
    if settled_ms is not None and unit.coming_up_count:
        dues.append(settled_ms)
    if unit.policy_met_ms is not None:
        dues.append(unit.policy_met_ms + SETTLES_MS)
    return min((due for due in dues if due > now_ms), default=None)
