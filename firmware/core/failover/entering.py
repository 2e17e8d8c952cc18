"""What entering a state means: the data plane first, then history, the message, and a hello.

Carries a row of the table out. Does not decide: the row is given. Addresses are let go before
anybody is told, and taken before anybody is told; whatever entering asks for stands before the
``StateChanged`` of it in the list of effects.

Clauses: ST-1 to ST-10, IF-2, DP-1.
"""

from __future__ import annotations

from firmware.core.failover import handover, interfaces, policy, speaking
from firmware.core.failover.effects import AssumeAddresses, ReleaseAddresses, StateChanged
from firmware.core.failover.model import Unit
from firmware.core.failover.states import REASONS, UNFIT, Cause, Row, is_active
from firmware.core.failover.view import FailReason, SyncStatus
from firmware.core.message_ids import MessageId
from firmware.core.wire.bodies import UnitState

LETTING_GO = (*UNFIT, Cause.STOOD_STILL)  # whatever the state it leads to


def enter(unit: Unit, row: Row, now_ms: int) -> None:
    """Go from ``row.state`` to ``row.target``."""
    before, target = unit.state, row.target
    unit.reason = REASONS[row.cause] or unit.reason
    _count_active_time(unit, target, now_ms)
    unit.state, unit.since_ms, unit.changed = target, now_ms, True
    unit.passive = row.cause in UNFIT
    negotiated = before is UnitState.NEGOTIATION and target is not UnitState.DISABLED
    unit.took_role = unit.took_role or negotiated
    _act(unit, row, now_ms)
    unit.out.append(StateChanged(before, target, unit.reason))
    if row.message in (MessageId.SWITCHING_TO_ACTIVE, MessageId.SWITCHING_TO_STANDBY):
        unit.log(row.message, unit.reason)
    elif row.message is not None:
        unit.log(row.message)
    _tell_line_protocol(unit, row)
    speaking.speak_now(unit)


def _tell_line_protocol(unit: Unit, row: Row) -> None:
    """FA-9: the document: at a switchover interfaces go down and come up again, logically."""
    settled = (UnitState.ACTIVE, UnitState.STANDBY_READY)
    goes = row.state in settled and row.target in (*settled, UnitState.JUST_ACTIVE)
    comes = row.target is UnitState.ACTIVE or (goes and row.target is UnitState.STANDBY_READY)
    for interface in unit.settings.interfaces:
        if goes and not interface.shutdown:
            unit.log(MessageId.LINE_PROTOCOL_DOWN, interface.name)
    for interface in unit.settings.interfaces:
        if comes and not interface.shutdown and unit.switchovers:
            unit.log(MessageId.LINE_PROTOCOL_UP, interface.name)


def _count_active_time(unit: Unit, target: UnitState, now_ms: int) -> None:
    was, will = unit.active_since_ms is not None, target is UnitState.ACTIVE
    if was and not is_active(target):
        assert unit.active_since_ms is not None
        unit.active_before_ms += now_ms - unit.active_since_ms
        unit.active_since_ms = None
    elif will and not was:
        unit.active_since_ms = now_ms


def _act(unit: Unit, row: Row, now_ms: int) -> None:
    target = row.target
    if target is UnitState.JUST_ACTIVE:
        unit.handover.drop_links_ms = None
        unit.switchovers += row.state is UnitState.STANDBY_READY
        if row.cause is Cause.MATE_FAILED and unit.other_fail_reason is FailReason.INTERFACE:
            policy.turned(unit, now_ms)
        unit.out.append(AssumeAddresses())
    elif target is UnitState.ACTIVE:
        interfaces.begin_anew(unit)  # IF-2: both sides wait for two hellos again
        unit.mate.not_active_since_ms = None
        handover.claimed(unit)
    elif target in (UnitState.COLD_STANDBY, UnitState.FAILED) or row.cause in LETTING_GO:
        _let_go(unit, row)
        if row.cause is Cause.SYNC_FAILED:
            unit.sync = SyncStatus.FAILED
            unit.sync_failures += 1
        if row.cause is Cause.INTERFACES_FAILED:
            unit.my_fail_reason = FailReason.INTERFACE
            policy.turned(unit, now_ms)
        elif target is UnitState.FAILED:
            unit.my_fail_reason = FailReason.OWN_FAULT
    elif target is UnitState.SYNC_CONFIG:
        unit.sync = SyncStatus.SYNCING
    elif target is UnitState.DISABLED:
        handover.forget(unit, "ERROR: failover was switched off meanwhile")
    elif row.state is UnitState.ACTIVE and target is UnitState.STANDBY_READY:
        unit.switchovers += 1
        interfaces.begin_anew(unit)  # IF-2
    elif row.cause is Cause.RESET:
        failed = [watched for watched in unit.watched.values() if watched.failed]
        interfaces.begin_anew(unit)  # OR-3: what was found is not held against it
        for watched in failed:
            watched.monitoring, watched.quiet_since_ms = True, now_ms  # and is looked at anew
        unit.turns_ms = ()


def _let_go(unit: Unit, row: Row) -> None:
    """A unit that never had the addresses, and is not just taking them, has nothing to do."""
    handover.forget(unit, "ERROR: this unit had to let the addresses go meanwhile")
    if unit.holding or is_active(row.state):
        unit.holding = False
        unit.out.append(ReleaseAddresses())
