"""Who this unit is, and who of two units that meet becomes active.

Decides identity at boot and the election. ``elect`` reads, answers and changes nothing.

| the mate is | this unit becomes | clause |
|---|---|---|
| active, and not an empty unit against a configured one | standby | FA-2 |
| negotiating, one of the two has no configuration | the configured one active | ST-10 |
| negotiating, of equal health | primary active, secondary standby | ST-4 |
| negotiating, one with fewer failed interfaces | that one active | ST-4 |
| waiting for an active mate, or failed | active | ST-4 |
| not heard, wait over | active; with a witness a secondary stays passive | ST-3, WI-2 |
| heard and not understood | nothing; a primary whose mate does not serve: active | KY-3 |
| of the same identity | nothing: it stays out and says so | ID-2 |

Clauses: ID-1 to ID-3, ST-3, ST-4, ST-8, ST-10, FA-2, FA-5, KY-3, WI-2.
"""

from __future__ import annotations

from enum import Enum, auto

from firmware.core.failover import monitor, policy, speaking
from firmware.core.failover.effects import LatchIdentity
from firmware.core.failover.fitness import identified
from firmware.core.failover.model import Unit
from firmware.core.failover.power import PLUG_SETTLES_MS
from firmware.core.failover.states import Cause, is_active
from firmware.core.failover.view import CableStatus
from firmware.core.settings import Identity, Mode
from firmware.core.wire.bodies import FAILED_UNKNOWN, Hello, UnitState

WAIT_MS = 5_000  # for a mate that may still be booting
WAIT_ALONE_MS = 1_000  # the cable says nobody is there; a broken wire still lets a live mate speak
AFTER_PRIMARY_MS = 2_000  # longer than a primary takes to say that it serves


class Verdict(Enum):
    """What an election can say besides a cause."""

    WAIT = auto()
    CONFLICT = auto()


def identity(unit: Unit) -> Identity | None:
    """ID-1: LAN mode as configured; cable: the strap, else the last one latched, else nobody.

    CA-4: a strap counts when the unit is switched on, not when a process of it begins anew.
    """
    if unit.settings.mode is Mode.LAN:
        return unit.settings.lan_identity
    facts = unit.cable.facts
    if unit.goes_on and unit.latched is not None:
        return unit.latched
    if facts is not None and facts.my_plug and facts.strap is not None:
        return facts.strap
    return unit.latched


def plugged_due_ms(unit: Unit) -> int | None:
    """ID-3: when a unit that knew nobody to be may believe the strap of a plug that came in.

    A plug's contacts close one after the other, and an open strap reads as one of the two ends.
    """
    if unit.identity is not None:
        return None
    facts, settings = unit.cable.facts, unit.settings
    if not settings.enabled or settings.mode is Mode.LAN or facts is None or not facts.my_plug:
        return None
    return unit.cable.strap_changed_ms + PLUG_SETTLES_MS


def strap_taken(unit: Unit) -> bool:
    """CA-4: whether a unit that has had no role yet is whom the settled strap says from now on.

    Its strap was read wrong while it was switched on: a contact that closed late, or bounced.
    """
    facts, in_operation = unit.cable.facts, unit.took_role or unit.goes_on
    if in_operation or unit.state is not UnitState.NEGOTIATION or facts is None:
        return False
    assert facts.strap is not None, "strap_due_ms is of a strap that reads"
    unit.identity = unit.latched = facts.strap
    unit.out.append(LatchIdentity(facts.strap))
    unit.changed = True
    speaking.seal_notice(unit)
    speaking.speak_now(unit)
    return True


def forget_the_silent(unit: Unit) -> None:
    """FA-5: failover is switched on with the failover link failed and nobody heard by any way.

    What a mate said that may be dead since is no mate to stand by.
    """
    if unit.link.silent_all and not unit.mate.lost:
        monitor.mate_gone(unit, Cause.MATE_LOST)
        unit.mate.failed = False  # nobody has proved it: WI-2 holds


def alone(unit: Unit, now_ms: int) -> bool:
    """OR-4: whether a unit whose failover was never on in this life serves by itself.

    One that could have a mate listens first: its mate may be serving, and taking part or not is
    forgotten in a restart.
    """
    if unit.settings.enabled or unit.took_part or unit.state is not UnitState.DISABLED:
        return False
    if unit.identity is None:
        return True
    hello = unit.mate.hello if not unit.mate.lost else None
    served = hello is not None and (hello.holding or is_active(hello.state))
    if monitor.not_understood(unit, now_ms) and not monitor.left_to_us(unit, now_ms):
        return False
    return not served and now_ms - unit.since_ms >= _alone_wait_ms(unit)


def _alone_wait_ms(unit: Unit) -> int:
    """OR-4: of two that hear each other the primary is the gateway."""
    heard = unit.mate.hello is not None and not unit.mate.lost
    second = heard and unit.identity is Identity.SECONDARY
    return wait_ms(unit) + (AFTER_PRIMARY_MS if second else 0)


def alone_due_ms(unit: Unit, now_ms: int) -> int | None:
    """When ``alone`` may become true by the passing of time."""
    if unit.settings.enabled or unit.took_part or unit.holding or unit.identity is None:
        return None
    due = unit.since_ms + _alone_wait_ms(unit)
    return due if due > now_ms else None


def wait_ms(unit: Unit) -> int:
    """How long a unit listens for a mate before it becomes active alone."""
    nobody = (
        CableStatus.NOT_CONNECTED_HERE,
        CableStatus.NOT_CONNECTED_THERE,
        CableStatus.POWERED_OFF_THERE,
    )
    # With a witness somebody may still be heard by a way that comes up later than the cable.
    cable_mode = unit.settings.mode is Mode.CABLE and not unit.settings.witness
    return WAIT_ALONE_MS if cable_mode and unit.cable.status in nobody else WAIT_MS


def must_stay_passive(unit: Unit) -> bool:
    """WI-2: with a witness a secondary that never heard its mate does not serve for that.

    Its ways to the mate may all be cut. Unless the cable says that the mate has no power.
    """
    if not unit.settings.witness or unit.identity is not Identity.SECONDARY:
        return False
    no_mate = unit.mate.failed or unit.cable.status is CableStatus.POWERED_OFF_THERE
    return not no_mate and not unit.holding


def stays_passive(unit: Unit, now_ms: int) -> bool:
    """WI-6: whether that is all that keeps this unit from serving now."""
    if unit.state is not UnitState.NEGOTIATION or not unit.mate.lost:
        return False
    return now_ms - unit.since_ms >= wait_ms(unit) and must_stay_passive(unit)


def elect(unit: Unit, now_ms: int) -> Cause | Verdict:
    """One answer for a unit in Negotiation."""
    verdict = _elect(unit, now_ms)
    if verdict is Cause.NO_ACTIVE_UNIT and now_ms < unit.lease.listens_until_ms:
        return Verdict.WAIT  # LS-4
    return verdict


def _elect(unit: Unit, now_ms: int) -> Cause | Verdict:
    mate, over = unit.mate, now_ms - unit.since_ms >= wait_ms(unit)
    if not unit.plan.ready:
        return Verdict.WAIT
    if monitor.not_understood(unit, now_ms):
        return Cause.NO_ACTIVE_UNIT if over and monitor.left_to_us(unit, now_ms) else Verdict.WAIT
    if mate.lost or mate.hello is None:
        alone = (over or unit.holding) and not must_stay_passive(unit)
        return Cause.NO_ACTIVE_UNIT if alone else Verdict.WAIT
    if mate.hello.identity is unit.identity:
        return Verdict.CONFLICT
    if not identified(unit) and not over:
        return Verdict.WAIT  # it goes by the failover link only, which may have died meanwhile
    if mate.unfit is not None:
        return _beside_unfit(unit, mate.hello, mate.unfit, now_ms)
    if not over and not _both_settled(unit, mate.hello, now_ms):
        return Verdict.WAIT  # ST-4: of equal health; a link may still be coming up
    return _between(unit, mate.hello, over, now_ms)


def _both_settled(unit: Unit, other: Hello, now_ms: int) -> bool:
    negotiates = other.state is UnitState.NEGOTIATION
    known = policy.settled(unit, now_ms) and other.failed_interfaces != FAILED_UNKNOWN
    return known or not negotiates


def _beside_unfit(unit: Unit, other: Hello, why: Cause, now_ms: int) -> Cause | Verdict:
    """ST-8: one of two that cannot be a pair may serve; the other stays passive."""
    mine, theirs = unit.settings.configured, other.configured
    if is_active(other.state):
        return Verdict.WAIT if mine and not theirs else why
    if other.state is UnitState.NEGOTIATION:
        return Cause.NO_ACTIVE_UNIT if _leads(unit, other, now_ms) else why
    if other.holding:
        return why
    if other.state in (UnitState.DISABLED, UnitState.FAILED):
        return Cause.NO_ACTIVE_UNIT
    return Verdict.WAIT  # it is about to become passive itself, or active for our restart


def _between(unit: Unit, other: Hello, over: bool, now_ms: int) -> Cause | Verdict:
    """Two units that hear each other and may be a pair."""
    mine, theirs = unit.settings.configured, other.configured
    if is_active(other.state):
        return Verdict.WAIT if mine and not theirs else Cause.ACTIVE_MATE
    if other.state is UnitState.NEGOTIATION:
        return Cause.NO_ACTIVE_UNIT if _leads(unit, other, now_ms) else Cause.MATE_ELECTED
    if unit.holding and not other.holding and mine:
        return Cause.NO_ACTIVE_UNIT  # ST-2: it serves already
    if other.holding or (theirs and not mine):
        return Verdict.WAIT  # OR-4: failover is off there, and its role is frozen active
    if other.state in (UnitState.COLD_STANDBY, UnitState.FAILED, UnitState.DISABLED):
        return Cause.NO_ACTIVE_UNIT
    return Cause.NO_ACTIVE_UNIT if over else Verdict.WAIT  # it is about to act on our restart


def _leads(unit: Unit, other: Hello, now_ms: int) -> bool:
    """Of two that negotiate: the configured one, else the one that serves already, else the one of
    better health, else the primary."""
    if unit.settings.configured != other.configured:
        return unit.settings.configured
    if unit.holding != other.holding:
        return unit.holding
    better = policy.healthier(unit, other, now_ms)
    return unit.identity is Identity.PRIMARY if better is None else better


def stays_active(unit: Unit, other: Hello, now_ms: int) -> bool:
    """FA-5, ID-2, ST-10: of two active units that hear each other, whether this one goes on.

    The configured one; else the one of better health; else the primary.
    """
    if unit.settings.configured != other.configured:
        return unit.settings.configured
    better = policy.healthier(unit, other, now_ms)
    if better is not None:
        return better
    if other.identity is not unit.identity:
        return unit.identity is Identity.PRIMARY
    return unit.chassis < other.chassis
