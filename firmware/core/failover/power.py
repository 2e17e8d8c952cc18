"""The cable's four facts, and the one failure it can tell at once: the mate has no power.

Decides the `Cable status:` and whether low POWER means a dead mate or a broken wire. Does not know
what follows: it returns causes.

POWER low is not believed at sight. A plug that is being pulled opens its contacts in any order, so
both plug facts must still hold one millisecond later (PS-2). Then every channel is probed once:
an answer within the window means a mate with power and a broken sense wire (101002, PS-3); silence
means it is gone, and no hold time is waited for (PS-1). A process that others may keep waiting
(not real-time) gives the mate, which may be kept waiting too, a wider window (PS-4).

Clauses: PS-1 to PS-5, CA-1 to CA-4.
"""

from __future__ import annotations

from firmware.core.failover import witness
from firmware.core.failover.effects import StartShortTimer
from firmware.core.failover.events import CableFacts, ShortTimer
from firmware.core.failover.model import Unit
from firmware.core.failover.monitor import mark_link_failed, mate_gone
from firmware.core.failover.states import Cause
from firmware.core.failover.view import CableStatus
from firmware.core.message_ids import MessageId
from firmware.core.settings import Mode
from firmware.core.wire.bodies import CABLE, Answer, Probe

SETTLE_US = 1_000
PLUG_SETTLES_MS = 100  # a plug's contacts close one after the other; an open strap reads Secondary
PROBE_US = 1_500
PROBE_NOT_REAL_TIME_US = 25_000  # docs/decisions/0004
PROBE_BY_CABLE_US = 100_000  # WI-5: no other way would answer, and a cable takes its time

JUDGED = (CableStatus.BAD, CableStatus.POWERED_OFF_THERE)
TOLD: dict[CableStatus, MessageId] = {
    CableStatus.NORMAL: MessageId.CABLE_OK,
    CableStatus.BAD: MessageId.CABLE_BAD,
    CableStatus.NOT_CONNECTED_HERE: MessageId.CABLE_NOT_CONNECTED_HERE,
    CableStatus.NOT_CONNECTED_THERE: MessageId.CABLE_NOT_CONNECTED_THERE,
    CableStatus.POWERED_OFF_THERE: MessageId.MATE_POWER_LOST,
}


def cable_changed(unit: Unit, facts: CableFacts) -> None:
    """New facts. Plugs are believed at once, power only after the settling time and a probe."""
    cable, before = unit.cable, unit.cable.facts
    cable.facts = facts
    if before is None or (facts.my_plug, facts.strap) != (before.my_plug, before.strap):
        cable.strap_changed_ms = unit.last_step_ms
    if not facts.my_plug or facts.strap is unit.identity:
        cable.strap_told = None
    judge(unit)


def strap_due_ms(unit: Unit) -> int | None:
    """CA-4: when a strap that is not as it was latched may be believed, and told once."""
    cable, facts = unit.cable, unit.cable.facts
    if facts is None or not facts.my_plug or unit.identity is None:
        return None
    if unit.settings.mode is Mode.LAN or facts.strap in (None, unit.identity, cable.strap_told):
        return None
    return cable.strap_changed_ms + PLUG_SETTLES_MS


def tell_strap(unit: Unit) -> None:
    """The end of the cable has become the other one; it counts at the next reload."""
    facts = unit.cable.facts
    assert facts is not None
    assert facts.strap is not None
    unit.cable.strap_told = facts.strap
    unit.log(MessageId.STRAP_CHANGED, facts.strap.value)


def judge(unit: Unit) -> None:
    """Bring the status in line with the facts, as far as they can be believed now."""
    cable, facts = unit.cable, unit.cable.facts
    if facts is None or not unit.settings.cable_used:
        cable.settling, cable.probe = False, None
        _set(unit, CableStatus.NOT_USED)
    elif not facts.my_plug:
        _unplugged(unit, CableStatus.NOT_CONNECTED_HERE)
    elif not facts.other_plug:
        _unplugged(unit, CableStatus.NOT_CONNECTED_THERE)
    elif facts.other_power:
        cable.settling, cable.probe = False, None
        _set(unit, CableStatus.NORMAL)
    elif cable.status not in JUDGED and not cable.settling and cable.probe is None:
        cable.settling = True
        unit.out.append(StartShortTimer(ShortTimer.POWER_SETTLE, SETTLE_US))


def _unplugged(unit: Unit, status: CableStatus) -> None:
    unit.cable.settling, unit.cable.probe = False, None
    _set(unit, status)
    if unit.settings.mode is Mode.LAN:
        witness.end_failed(unit, CABLE)
    elif unit.mate.boot and not unit.mate.lost:
        mark_link_failed(unit, told=True)


def _set(unit: Unit, status: CableStatus) -> None:
    """A new status, told once. The first Normal after boot is told too: the cable is OK."""
    if status is unit.cable.status:
        return
    unit.cable.status = status
    unit.changed = True
    if status is CableStatus.NORMAL and unit.settings.mode is Mode.CABLE:
        unit.hellos.next_link_ms = unit.last_step_ms  # LK-1
    if status in TOLD:
        unit.log(TOLD[status])


def settled(unit: Unit) -> None:
    """PS-2: both plug facts still hold, and power is still low: ask every channel."""
    cable = unit.cable
    if not cable.settling:
        return
    cable.settling = False
    unit.link.probe_number += 1
    cable.probe, cable.answered = unit.link.probe_number, False
    cable.asked_nobody = unit.mate.lost
    unit.send_everywhere(Probe(cable.probe))
    window_us = PROBE_US if unit.facts.real_time else PROBE_NOT_REAL_TIME_US
    if witness.only_cable_answers(unit, unit.last_step_ms):
        window_us = PROBE_BY_CABLE_US
    unit.out.append(StartShortTimer(ShortTimer.POWER_PROBE, window_us))


def answered(unit: Unit, body: Answer) -> None:
    """An answer to the power probe that is out: the wire is broken, not the mate."""
    cable = unit.cable
    if cable.probe is not None and body.number == cable.probe:
        cable.probe = None
        _set(unit, CableStatus.BAD)


def heard(unit: Unit) -> None:
    """PS-3: a mate that is heard while POWER is low has power; the wire is broken."""
    facts, powered_off = unit.cable.facts, CableStatus.POWERED_OFF_THERE
    if unit.cable.status is powered_off and facts is not None and not unit.mate.lost:
        _set(unit, CableStatus.NORMAL if facts.other_power else CableStatus.BAD)


def probe_expired(unit: Unit) -> list[Cause]:
    """PS-1: nobody answered. The mate has no power."""
    if unit.cable.probe is None:
        return []
    unit.cable.probe = None
    if unit.cable.asked_nobody and not unit.mate.lost:
        unit.cable.settling = True  # it was found meanwhile, and could not answer
        settled(unit)
        return []
    _set(unit, CableStatus.POWERED_OFF_THERE)
    return mate_gone(unit, Cause.MATE_POWER_LOST)
