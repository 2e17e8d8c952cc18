"""A planned switchover, in which nothing is lost and nobody is alone.

Decides who may let go of the addresses when, and takes them back if nobody claims them. Does not
touch an address: it returns causes, and asks for the data-plane batches.

The old active lets go first (standby links up, addresses moved, active ones removed; its active
links stay up, so what is still under way is forwarded), then says Yielded on every channel. The new
active takes the addresses, then says Claimed. 50 ms after Claimed the old one's active links go
down (HO-1). No Claimed within 500 ms: it takes them back, with a message (HO-3). Every step has
the number of its switchover, so a repeat is harmless (HO-4).

Clauses: HO-1 to HO-5, OR-1, OR-2, OR-5.
"""

from __future__ import annotations

from firmware.core.failover import monitor, speaking
from firmware.core.failover.effects import (
    AssumeAddresses,
    DropActiveLinks,
    OrderAnswered,
    ReleaseAddresses,
    YieldAddresses,
)
from firmware.core.failover.events import Order
from firmware.core.failover.model import Unit
from firmware.core.failover.states import REASONS, Cause, is_active
from firmware.core.message_ids import MessageId
from firmware.core.settings import Identity
from firmware.core.wire.bodies import Handover, HandoverStep, UnitState

NOT_UNDERSTOOD = "the other unit is not understood; enter the same failover key on both, then again"
CLAIM_MS = 500  # from Yielded to Claimed, else rolled back
AGAIN_MS = 50  # Yielded is said again this often meanwhile
GRANT_MS = 1_000  # from Request to Yielded, else the order has failed
DROP_LINKS_MS = 50  # from Claimed to the old active links going down


def order(unit: Unit, wanted: Order, ticket: int, now_ms: int) -> list[Cause]:
    """An operator's order. Answered at once when refused or void, later when it was carried out."""
    if wanted is Order.RESET:
        unit.out.append(OrderAnswered(ticket, ""))
        if unit.state is not UnitState.FAILED and unit.mate.failed and not unit.mate.lost:
            unit.send_everywhere(Handover(HandoverStep.RESET, _next_number(unit)))
        return [Cause.RESET]
    if unit.state is UnitState.DISABLED and unit.took_part:
        _forced(unit, wanted, ticket, now_ms)
        return []
    already = UnitState.ACTIVE if wanted is Order.ACTIVE else UnitState.STANDBY_READY
    if unit.state is already:
        unit.out.append(OrderAnswered(ticket, ""))
        return []
    why_not = _why_not(unit, wanted)
    if why_not:
        unit.out.append(OrderAnswered(ticket, f"ERROR: {why_not}"))
        return []
    unit.handover.ticket = ticket
    if wanted is Order.NO_ACTIVE:
        start_yield(unit, _next_number(unit), by_order=True)
    else:
        unit.handover.asked_ms = now_ms
        unit.send_everywhere(Handover(HandoverStep.REQUEST, _next_number(unit)))
    return []


def _forced(unit: Unit, wanted: Order, ticket: int, now_ms: int) -> None:
    """OR-5: with failover off the roles are frozen, and yet an order moves them.

    The one that serves lets go first, as ever; it does not wait for a claim, and does not take the
    addresses back: with failover off nothing but an order moves them.
    """
    mate = unit.mate.hello if not (unit.mate.lost or unit.link.silent_all) else None
    if wanted is Order.NO_ACTIVE:
        if unit.holding:
            _release(unit, _next_number(unit), "Set by the config command")
    elif not unit.holding and monitor.not_understood(unit, now_ms):
        unit.out.append(OrderAnswered(ticket, f"ERROR: {NOT_UNDERSTOOD}"))
        return
    elif not unit.holding and mate is not None and (mate.holding or is_active(mate.state)):
        unit.handover.ticket, unit.handover.asked_ms = ticket, now_ms
        unit.send_everywhere(Handover(HandoverStep.REQUEST, _next_number(unit)))
        return
    elif not unit.holding:
        _take(unit)
    unit.out.append(OrderAnswered(ticket, ""))


def _release(unit: Unit, number: int, why: str) -> None:
    """Let go with failover off, and say so: a mate that is Standby Ready takes over."""
    unit.holding, unit.changed, unit.handover.number = False, True, number
    unit.out.append(ReleaseAddresses())
    unit.log(MessageId.SWITCHING_TO_STANDBY, why)
    unit.send_everywhere(Handover(HandoverStep.YIELDED, number))
    speaking.speak_now(unit)


def resolve_frozen(unit: Unit) -> None:
    """OR-5: two with failover off that were both forced in one moment: the secondary lets go."""
    hello = unit.mate.hello if not unit.mate.lost else None
    if unit.state is not UnitState.DISABLED or not unit.holding or hello is None:
        return
    theirs = hello.state is UnitState.DISABLED and hello.holding
    if theirs and unit.identity is Identity.SECONDARY and hello.identity is Identity.PRIMARY:
        _release(unit, _next_number(unit), "Detected an Active mate")


def _take(unit: Unit) -> None:
    """Serve with failover off; ``holding`` follows when the addresses are there."""
    unit.out.append(AssumeAddresses())
    unit.log(MessageId.SWITCHING_TO_ACTIVE, "Set by the config command")


def _next_number(unit: Unit) -> int:
    """Odd for the primary, even for the secondary, so that two orders at once stay two."""
    parity = 1 if unit.identity is not None and unit.identity.value == "Primary" else 0
    number = unit.handover.number + 1
    unit.handover.number = number if number % 2 == parity else number + 1
    return unit.handover.number


def _why_not(unit: Unit, wanted: Order) -> str:
    """OR-1, OR-2: what stands in the way of a planned switchover, in words; empty if nothing."""
    mate, needed = unit.mate, UnitState.STANDBY_READY
    if wanted is Order.ACTIVE:
        needed = UnitState.ACTIVE
        if unit.state is not UnitState.STANDBY_READY:
            return f"this unit is {unit.state.text}; only a Standby Ready unit can become active"
    elif unit.state is not UnitState.ACTIVE:
        return f"this unit is {unit.state.text}, not Active"
    if busy(unit):
        return "a switchover is already under way; try again in a second"
    if unit.link.failed:
        return "the failover link is failed; restore it first, then try again"
    if monitor.not_understood(unit, unit.last_step_ms):
        return NOT_UNDERSTOOD
    if mate.lost or mate.hello is None:
        return "the other unit is not detected; see show failover"
    if mate.unfit is not None:
        return f"the other unit cannot be its mate ({REASONS[mate.unfit]})"
    frozen = mate.hello.state is UnitState.DISABLED and mate.hello.holding  # OR-5
    if mate.hello.state is not needed and not (frozen and wanted is Order.ACTIVE):
        return f"the other unit is {mate.hello.state.text}; it must be {needed.text}"
    return ""


def busy(unit: Unit) -> bool:
    """Whether a planned switchover is under way here."""
    handover = unit.handover
    lets_go, asks = handover.yielded_ms is not None, handover.asked_ms is not None
    return lets_go or asks or handover.claim is not None


def start_yield(unit: Unit, number: int, *, by_order: bool) -> None:
    """Let go of the addresses; ``yielded`` follows when that is done."""
    unit.handover.number = number
    unit.handover.by_order = by_order
    unit.handover.yielded_ms = unit.last_step_ms
    unit.out.append(YieldAddresses())


def yielded(unit: Unit, now_ms: int) -> list[Cause]:
    """The addresses are let go: become standby, then tell the mate."""
    handover = unit.handover
    if handover.yielded_ms is None:
        return []
    handover.yielded_ms, handover.again_ms = now_ms, now_ms
    return [Cause.YIELDED_BY_ORDER if handover.by_order else Cause.YIELDED_TO_MATE]


def refused_by_kernel(unit: Unit, why: str) -> None:
    """The addresses could not all be let go: take them back whole, and tell who ordered it."""
    unit.handover.yielded_ms = None
    unit.out.append(AssumeAddresses())
    answer(unit, f"ERROR: the addresses could not be let go: {why}")


def refused_by_kernel_in_claim(unit: Unit) -> None:
    """OR-5: with failover off nobody else takes what this unit was to take: say so."""
    if unit.state is UnitState.DISABLED:
        forget(unit, "ERROR: the addresses could not be taken; this unit's log says why")


def serves(unit: Unit) -> None:
    """OR-4, OR-5: the addresses are here, with failover off. The mate learns of it at once."""
    claimed(unit)
    speaking.speak_now(unit)


def answer(unit: Unit, text: str) -> None:
    """Answer the order that waits, if one does."""
    if unit.handover.ticket is not None:
        unit.out.append(OrderAnswered(unit.handover.ticket, text))
        unit.handover.ticket = None


def heard(unit: Unit, body: Handover, now_ms: int) -> list[Cause]:
    """One step said by the mate."""
    if body.step is HandoverStep.REQUEST:
        return _asked(unit, body)
    if body.step is HandoverStep.YIELDED:
        return _granted(unit, body)
    if body.step is HandoverStep.RESET:
        unit.handover.number = body.number
        return [Cause.RESET]
    if body.number != unit.handover.number:
        return []
    if body.step is HandoverStep.REFUSED and unit.handover.asked_ms is not None:
        unit.handover.asked_ms = None
        answer(unit, "ERROR: the other unit refused to become standby; see show failover there")
    if body.step is HandoverStep.CLAIMED:
        taken(unit, now_ms)
    return []


def taken(unit: Unit, now_ms: int) -> None:
    """The mate has the addresses we let go: it said Claimed, or its hello says Active."""
    if unit.handover.yielded_ms is not None:
        unit.handover.yielded_ms = None
        unit.handover.drop_links_ms = now_ms + DROP_LINKS_MS
        answer(unit, "")


def _asked(unit: Unit, body: Handover) -> list[Cause]:
    handover = unit.handover
    if body.number == handover.number:
        return []  # HO-4: a repeat by another channel
    if unit.state is UnitState.DISABLED and unit.took_part and unit.holding:
        _release(unit, body.number, "Other unit wants me Standby")
        return []
    if unit.state is not UnitState.ACTIVE or busy(unit):
        if unit.state is UnitState.ACTIVE:
            unit.send_everywhere(Handover(HandoverStep.REFUSED, body.number))
        return []
    start_yield(unit, body.number, by_order=False)
    return []


def _granted(unit: Unit, body: Handover) -> list[Cause]:
    handover = unit.handover
    mine = handover.asked_ms is not None and body.number == handover.number
    if unit.state is UnitState.DISABLED and mine:
        handover.asked_ms, handover.claim = None, body.number
        _take(unit)
        return []
    if unit.state is not UnitState.STANDBY_READY or handover.yielded_ms is not None:
        if unit.state is UnitState.ACTIVE and body.number == handover.number:
            unit.send_everywhere(Handover(HandoverStep.CLAIMED, body.number))
        return []
    handover.number, handover.claim, handover.asked_ms = body.number, body.number, None
    return [Cause.ORDER_GRANTED if mine else Cause.MATE_YIELDED]


def claimed(unit: Unit) -> None:
    """This unit has the addresses: say so to the one that let them go."""
    if unit.handover.claim is not None:
        unit.send_everywhere(Handover(HandoverStep.CLAIMED, unit.handover.claim))
        unit.handover.claim = None
    answer(unit, "")


def forget(unit: Unit, text: str) -> None:
    """The mate is gone or began anew: what was under way with it is over."""
    handover = unit.handover
    handover.yielded_ms = handover.asked_ms = handover.claim = None
    answer(unit, text)


def time_passed(unit: Unit, now_ms: int) -> list[Cause]:
    """Say Yielded again, roll back, give up an order, drop the links: whatever is due."""
    handover = unit.handover
    if handover.drop_links_ms is not None and now_ms >= handover.drop_links_ms:
        handover.drop_links_ms = None
        if unit.state is not UnitState.ACTIVE:
            unit.out.append(DropActiveLinks())
    if handover.asked_ms is not None and now_ms - handover.asked_ms >= GRANT_MS:
        handover.asked_ms = None
        answer(unit, "ERROR: the other unit did not answer within 1 s; look at both, then again")
    if handover.yielded_ms is None or unit.state is not UnitState.STANDBY_READY:
        return []
    if now_ms - handover.yielded_ms >= CLAIM_MS:
        handover.yielded_ms = None
        unit.log(MessageId.HANDOVER_ROLLED_BACK, str(CLAIM_MS))
        answer(unit, f"ERROR: the other unit did not claim the addresses within {CLAIM_MS} ms")
        return [Cause.HANDOVER_EXPIRED]
    if now_ms >= handover.again_ms:
        handover.again_ms = now_ms + AGAIN_MS
        unit.send_everywhere(Handover(HandoverStep.YIELDED, handover.number))
    return []


def due_ms(unit: Unit) -> int | None:
    """When ``time_passed`` has something to do."""
    handover = unit.handover
    if handover.yielded_ms is None and handover.asked_ms is None and handover.drop_links_ms is None:
        return None  # as nearly always
    dues = []
    if handover.drop_links_ms is not None:
        dues.append(handover.drop_links_ms)
    if handover.asked_ms is not None:
        dues.append(handover.asked_ms + GRANT_MS)
    if handover.yielded_ms is not None and unit.state is UnitState.STANDBY_READY:
        dues.append(min(handover.again_ms, handover.yielded_ms + CLAIM_MS))
    return min(dues, default=None)
