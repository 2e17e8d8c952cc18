"""What it means that nothing is heard of the mate: asks, waits, and judges.

One silent channel is never a dead mate (EV-1). After two thirds of the hold time without a frame on
the failover link every channel is probed; at the hold time the mate is lost if no channel answered,
and the link is failed if one did (EV-2). A failed link blocks takeover until it is restored (FA-4).
Time in which this process itself was late is not held against the mate (EV-4).

With a witness the silence must prove something, too: of a mate that was heard by nothing but the
failover link it proves that the link failed (WI-4), and of one that was heard by a witness while
the link was failed it may prove that it is dead (WI-3). ``witness`` says what proves what.

Clauses: EV-1, EV-2, EV-4, EV-6, FA-4, WI-3, WI-4.
"""

from __future__ import annotations

from firmware.core.failover import witness
from firmware.core.failover.model import Unit
from firmware.core.failover.monitor import mark_link_failed, mate_gone
from firmware.core.failover.states import Cause
from firmware.core.failover.view import FailReason
from firmware.core.message_ids import MessageId
from firmware.core.wire.bodies import Probe


def forgive_lateness(unit: Unit, late_ms: int) -> None:
    """EV-4: while this process did not run it could not hear; do not hold that against the mate."""
    heard = unit.mate.heard_ms
    latest = unit.last_step_ms
    for channel in heard:
        heard[channel] = min(latest, heard[channel] + late_ms)
    if unit.link.probing_since_ms is not None:
        unit.link.probing_since_ms = min(latest, unit.link.probing_since_ms + late_ms)


def judge(unit: Unit, now_ms: int) -> list[Cause]:
    """Judge how long nothing came by the failover link. Probes, then decides."""
    mate = unit.mate
    if mate.lost or not mate.boot:
        return []
    if unit.link.failed:
        return _without_link(unit, now_ms)
    if not _unanswered(unit, _link_heard_ms(unit), now_ms):
        return []
    since_ms = unit.link.probing_since_ms
    assert since_ms is not None
    answered = any(ms >= since_ms for ms in _elsewhere(unit))
    if answered or (unit.settings.witness and not witness.proves(unit)):
        mark_link_failed(unit)
        return []
    unit.log(MessageId.NO_RESPONSE, "1")
    return mate_gone(unit, Cause.MATE_LOST)


def _link_heard_ms(unit: Unit) -> int:
    return unit.mate.heard_ms.get(unit.link_channel, unit.since_ms)


def _elsewhere(unit: Unit) -> list[int]:
    """When the mate was last heard by each way but the failover link."""
    heard = unit.mate.heard_ms
    return [heard[channel] for channel in unit.channels[1:] if channel in heard]


def _unanswered(unit: Unit, heard_ms: int, now_ms: int) -> bool:
    """Whether nothing was heard since then for the hold time, though every channel was probed."""
    if now_ms - heard_ms < probe_after_ms(_hold_ms(unit)):
        unit.link.probing_since_ms = None
        return False
    _probe(unit, now_ms)
    return now_ms >= _deadline_ms(unit, heard_ms)


def _hold_ms(unit: Unit) -> int:
    return witness.hold_ms(unit) if unit.link.failed else unit.settings.hold_unit_ms


def _deadline_ms(unit: Unit, heard_ms: int) -> int:
    """The end of the hold time; later if probing began late, so that an answer has its time."""
    hold_ms, since_ms = _hold_ms(unit), unit.link.probing_since_ms
    assert since_ms is not None
    answer_ms = max(hold_ms - probe_after_ms(hold_ms), witness.answer_ms(unit))
    return max(heard_ms + hold_ms, since_ms + answer_ms)


def probe_after_ms(hold_ms: int) -> int:
    """EV-2: two of the at least three hellos of a hold time are missing."""
    return hold_ms * 2 // 3


def _probe(unit: Unit, now_ms: int) -> None:
    link = unit.link
    if link.probing_since_ms is None:
        link.probing_since_ms, link.next_probe_ms = now_ms, now_ms
    if now_ms >= link.next_probe_ms:
        every_ms = witness.poll_ms(unit) if link.failed else unit.settings.poll_unit_ms
        link.next_probe_ms = now_ms + every_ms
        link.probe_number += 1
        unit.send_everywhere(Probe(link.probe_number))


def _without_link(unit: Unit, now_ms: int) -> list[Cause]:
    """FA-4: with the link failed, silence elsewhere too is told, but nobody takes over.

    WI-3: unless a witness was heard until then, and its silence is a proof.
    """
    silent = _silent_without_link(unit, now_ms)
    if silent and witness.proves(unit):
        unit.log(MessageId.NO_RESPONSE, "1")
        return mate_gone(unit, Cause.MATE_LOST)
    if silent != unit.link.silent_all:
        unit.link.silent_all = silent
        unit.changed = True
        if silent:
            unit.log(MessageId.NO_RESPONSE, "4")
            unit.other_fail_reason = FailReason.COMMUNICATION
    return []


def _silent_without_link(unit: Unit, now_ms: int) -> bool:
    if not unit.settings.witness:
        heard = _elsewhere(unit)
        return not heard or now_ms - max(heard) >= unit.settings.hold_interface_ms
    heard_ms = witness.heard_ms(unit)
    if heard_ms is None or unit.link.silent_all:
        return heard_ms is None or now_ms - heard_ms >= _hold_ms(unit)
    return _unanswered(unit, heard_ms, now_ms)


def due_ms(unit: Unit) -> int | None:
    """When silence must be looked at next."""
    mate, link = unit.mate, unit.link
    if mate.lost or not mate.boot:
        return None
    if not link.failed:
        return _asked_ms(unit, _link_heard_ms(unit))
    if not unit.settings.witness:
        heard = (ms + unit.settings.hold_interface_ms for ms in _elsewhere(unit))
        return min((ms for ms in heard if ms > unit.last_step_ms), default=None)
    heard_ms, now_ms = witness.heard_ms(unit), unit.last_step_ms
    if heard_ms is not None and not link.silent_all:
        return _asked_ms(unit, heard_ms)
    changes = _silent_without_link(unit, now_ms) != link.silent_all or witness.proves(unit)
    return now_ms if changes else None


def _asked_ms(unit: Unit, heard_ms: int) -> int:
    link = unit.link
    if link.probing_since_ms is None:
        return heard_ms + probe_after_ms(_hold_ms(unit))
    return min(_deadline_ms(unit, heard_ms), link.next_probe_ms)
