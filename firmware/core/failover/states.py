"""THE TABLE: what a unit does about a cause, in every state.

What it decides: the next state and the reason that `show failover history` prints. What it does not
know: time, frames, addresses. A *cause* is one sentence about the world that some other module of
this machine has already established; ``engine`` looks the pair up and carries out what entering the
new state means. One lookup, one row fires. ``STAY`` is an answer: the pair was thought about.

The path to active is always Just Active (addresses asked for), Active Drain (what the mate still
had under way is dropped), Active Applying Config, Active Config Applied, Active; the path to
standby is Cold Standby, Sync Config, Sync File System, Bulk Sync, Standby Ready. ``PROGRESS``
walks them.

Clauses: ST-1 to ST-9, FA-1 to FA-5, PS-1, PS-3, HO-1 to HO-4, HM-2 to HM-7 in docs/behaviour.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from firmware.core.message_ids import MessageId
from firmware.core.wire.bodies import UnitState

S = UnitState


class Cause(Enum):
    """Why a unit might change its state. ``REASONS`` has what history prints for it."""

    ENABLED = auto()
    DISABLED = auto()
    NO_ACTIVE_UNIT = auto()
    MATE_ELECTED = auto()
    ACTIVE_MATE = auto()
    MATE_NOT_ACTIVE = auto()
    MATE_LOST = auto()
    MATE_POWER_LOST = auto()
    MATE_FAILED = auto()
    MATE_RELOADED = auto()
    MATE_YIELDED = auto()
    ORDER_GRANTED = auto()
    YIELDED_BY_ORDER = auto()
    YIELDED_TO_MATE = auto()
    HANDOVER_EXPIRED = auto()
    BOTH_ACTIVE = auto()
    EMPTY_YIELDS = auto()
    BOTH_STANDBY = auto()
    SYNC_RECEIVED = auto()
    SYNC_FAILED = auto()
    MISMATCH = auto()
    PROGRESS = auto()
    ADDRESSES_REFUSED = auto()
    RESET = auto()
    TRIED_AGAIN = auto()
    VERSION_DIFFERS = auto()
    CHASSIS_DIFFERS = auto()
    MODE_DIFFERS = auto()
    CARD_DIFFERS = auto()
    LICENCE_DIFFERS = auto()
    MATE_FITS = auto()
    STOOD_STILL = auto()
    INTERFACES_FAILED = auto()
    INTERFACES_OK = auto()


REASONS: dict[Cause, str] = {
    Cause.ENABLED: "Set by the config command",
    Cause.DISABLED: "Set by the config command",
    Cause.NO_ACTIVE_UNIT: "No Active unit found",
    Cause.MATE_ELECTED: "Failover state check",
    Cause.ACTIVE_MATE: "Detected an Active mate",
    Cause.MATE_NOT_ACTIVE: "HA state progression failed",
    Cause.MATE_LOST: "HELLO not heard from mate",
    Cause.MATE_POWER_LOST: "No power detected from peer",
    Cause.MATE_FAILED: "Other unit reports that it is failed",
    Cause.MATE_RELOADED: "Peer unit just reloaded",
    Cause.MATE_YIELDED: "Other unit want me Active",
    Cause.ORDER_GRANTED: "Set by the config command",
    Cause.YIELDED_BY_ORDER: "Set by the config command",
    Cause.YIELDED_TO_MATE: "Other unit wants me Standby",
    Cause.HANDOVER_EXPIRED: "ACK not received for failover message",
    Cause.BOTH_ACTIVE: "Detected an Active mate",
    Cause.EMPTY_YIELDS: "Other unit wants me Standby",
    Cause.BOTH_STANDBY: "No Active unit found",
    Cause.SYNC_RECEIVED: "Configuration synchronization done",
    Cause.SYNC_FAILED: "Configuration synchronization failed",
    Cause.MISMATCH: "Configuration mismatch",
    Cause.PROGRESS: "",  # keeps the reason of the state before
    Cause.ADDRESSES_REFUSED: "HA state progression failed",
    Cause.RESET: "Set by the config command",
    Cause.TRIED_AGAIN: "Failover state check",
    Cause.VERSION_DIFFERS: "Other unit has different software version",
    Cause.CHASSIS_DIFFERS: "Other unit chassis configuration is different",
    Cause.MODE_DIFFERS: "Other unit operating mode is different",
    Cause.CARD_DIFFERS: "Other unit card configuration is different",
    Cause.LICENCE_DIFFERS: "Other unit license is different",
    Cause.MATE_FITS: "Failover state check",
    Cause.STOOD_STILL: "This unit did not run",
    Cause.INTERFACES_FAILED: "Interface check",
    Cause.INTERFACES_OK: "Interface check",
}


@dataclass(frozen=True, slots=True)
class Row:
    """What follows from one (state, cause). ``target`` equal to ``state`` is STAY."""

    state: UnitState
    cause: Cause
    target: UnitState
    message: MessageId | None
    clause: str


ACTIVE_PATH = (
    S.JUST_ACTIVE,
    S.ACTIVE_DRAIN,
    S.ACTIVE_APPLYING_CONFIG,
    S.ACTIVE_CONFIG_APPLIED,
    S.ACTIVE,
)
STANDBY_PATH = (S.COLD_STANDBY, S.SYNC_CONFIG, S.SYNC_FILE_SYSTEM, S.BULK_SYNC, S.STANDBY_READY)
STATES = (S.DISABLED, S.NEGOTIATION, *STANDBY_PATH, *ACTIVE_PATH, S.FAILED)

ON, OFF = MessageId.SWITCHING_TO_ACTIVE, MessageId.SWITCHING_TO_STANDBY
BROKEN = MessageId.SWITCHING_TO_FAILED
SYNCING = (S.SYNC_CONFIG, S.SYNC_FILE_SYSTEM, S.BULK_SYNC)
UNFIT = (
    Cause.VERSION_DIFFERS,
    Cause.MODE_DIFFERS,
    Cause.CHASSIS_DIFFERS,
    Cause.CARD_DIFFERS,
    Cause.LICENCE_DIFFERS,
)
TAKEOVERS = (Cause.MATE_LOST, Cause.MATE_POWER_LOST, Cause.MATE_FAILED, Cause.MATE_RELOADED)


def _rows(
    states: tuple[UnitState, ...],
    cause: Cause,
    target: UnitState,
    message: MessageId | None,
    clause: str,
) -> tuple[Row, ...]:
    return tuple(Row(state, cause, target, message, clause) for state in states)


ACTING: tuple[Row, ...] = (
    # Boot and election
    Row(S.DISABLED, Cause.ENABLED, S.NEGOTIATION, MessageId.FAILOVER_ENABLED, "ST-1"),
    *_rows(STATES[1:], Cause.DISABLED, S.DISABLED, MessageId.FAILOVER_DISABLED, "ST-2"),
    Row(S.NEGOTIATION, Cause.NO_ACTIVE_UNIT, S.JUST_ACTIVE, ON, "ST-3"),
    Row(S.NEGOTIATION, Cause.MATE_ELECTED, S.COLD_STANDBY, OFF, "ST-4"),
    Row(S.NEGOTIATION, Cause.ACTIVE_MATE, S.COLD_STANDBY, OFF, "FA-2"),
    # Units that must not be a pair
    *(
        row
        for cause in UNFIT
        for row in _rows(
            (S.NEGOTIATION, *STANDBY_PATH), cause, S.DISABLED, MessageId.FAILOVER_DISABLED, "ST-8"
        )
    ),
    Row(S.DISABLED, Cause.MATE_FITS, S.NEGOTIATION, MessageId.FAILOVER_ENABLED, "MT-6"),
    # The way to Standby Ready
    Row(S.COLD_STANDBY, Cause.ACTIVE_MATE, S.SYNC_CONFIG, None, "ST-5"),
    Row(S.COLD_STANDBY, Cause.MATE_NOT_ACTIVE, S.NEGOTIATION, None, "ST-5"),
    Row(S.SYNC_CONFIG, Cause.SYNC_RECEIVED, S.SYNC_FILE_SYSTEM, None, "ST-5"),
    Row(S.SYNC_CONFIG, Cause.SYNC_FAILED, S.COLD_STANDBY, None, "ST-5"),
    Row(S.STANDBY_READY, Cause.MISMATCH, S.COLD_STANDBY, None, "FE-4"),
    Row(S.SYNC_FILE_SYSTEM, Cause.PROGRESS, S.BULK_SYNC, None, "ST-5"),
    Row(S.BULK_SYNC, Cause.PROGRESS, S.STANDBY_READY, None, "ST-5"),
    *(
        row
        for cause in TAKEOVERS
        for row in _rows((S.COLD_STANDBY, *SYNCING), cause, S.NEGOTIATION, None, "ST-6")
    ),
    # Takeover
    Row(S.STANDBY_READY, Cause.MATE_LOST, S.JUST_ACTIVE, ON, "FA-1"),
    Row(S.STANDBY_READY, Cause.MATE_POWER_LOST, S.JUST_ACTIVE, ON, "PS-1"),
    Row(S.STANDBY_READY, Cause.MATE_FAILED, S.JUST_ACTIVE, ON, "FE-2"),
    Row(S.STANDBY_READY, Cause.MATE_RELOADED, S.JUST_ACTIVE, ON, "ST-7"),
    Row(S.STANDBY_READY, Cause.BOTH_STANDBY, S.JUST_ACTIVE, ON, "ST-9"),
    Row(S.JUST_ACTIVE, Cause.PROGRESS, S.ACTIVE_DRAIN, None, "ST-3"),
    Row(S.ACTIVE_DRAIN, Cause.PROGRESS, S.ACTIVE_APPLYING_CONFIG, None, "ST-3"),
    Row(S.ACTIVE_APPLYING_CONFIG, Cause.PROGRESS, S.ACTIVE_CONFIG_APPLIED, None, "ST-3"),
    Row(S.ACTIVE_CONFIG_APPLIED, Cause.PROGRESS, S.ACTIVE, None, "ST-3"),
    Row(S.JUST_ACTIVE, Cause.ADDRESSES_REFUSED, S.FAILED, BROKEN, "DP-6"),
    Row(S.ACTIVE, Cause.ADDRESSES_REFUSED, S.FAILED, BROKEN, "DP-6"),
    # Planned switchover
    Row(S.ACTIVE, Cause.YIELDED_BY_ORDER, S.STANDBY_READY, OFF, "HO-1"),
    Row(S.ACTIVE, Cause.YIELDED_TO_MATE, S.STANDBY_READY, OFF, "HO-2"),
    Row(S.STANDBY_READY, Cause.MATE_YIELDED, S.JUST_ACTIVE, ON, "HO-1"),
    Row(S.STANDBY_READY, Cause.ORDER_GRANTED, S.JUST_ACTIVE, ON, "HO-2"),
    Row(S.STANDBY_READY, Cause.HANDOVER_EXPIRED, S.JUST_ACTIVE, ON, "HO-3"),
    # Two actives meet
    *_rows(ACTIVE_PATH, Cause.BOTH_ACTIVE, S.COLD_STANDBY, OFF, "FA-5"),
    *_rows(ACTIVE_PATH, Cause.EMPTY_YIELDS, S.COLD_STANDBY, OFF, "ST-10"),
    # Away for longer than the mate waits
    *_rows((S.STANDBY_READY, *ACTIVE_PATH), Cause.STOOD_STILL, S.NEGOTIATION, None, "LS-4"),
    # Interfaces
    Row(S.ACTIVE, Cause.INTERFACES_FAILED, S.FAILED, BROKEN, "HM-2"),
    Row(S.STANDBY_READY, Cause.INTERFACES_FAILED, S.FAILED, BROKEN, "HM-4"),
    Row(S.FAILED, Cause.INTERFACES_OK, S.NEGOTIATION, MessageId.SWITCHING_TO_OK, "HM-5"),
    *(
        Row(S.FAILED, cause, S.NEGOTIATION, MessageId.SWITCHING_TO_OK, "HM-7")
        for cause in TAKEOVERS
    ),
    # Repair
    Row(S.FAILED, Cause.RESET, S.NEGOTIATION, MessageId.SWITCHING_TO_OK, "OR-3"),
    Row(S.FAILED, Cause.TRIED_AGAIN, S.NEGOTIATION, MessageId.SWITCHING_TO_OK, "FW-5"),
)

# What is answered by staying, and why that is right.
STAYING: tuple[tuple[Cause, str], ...] = (
    (Cause.ENABLED, "already enabled"),
    (Cause.DISABLED, "already disabled"),
    (Cause.NO_ACTIVE_UNIT, "only an election asks this"),
    (Cause.MATE_ELECTED, "only an election asks this"),
    (Cause.ACTIVE_MATE, "FA-2: nothing preempts, and a standby expects an active mate"),
    (Cause.MATE_NOT_ACTIVE, "only Cold Standby waits for it"),
    (Cause.MATE_LOST, "FA-3: an active unit marks its mate failed and goes on"),
    (Cause.MATE_POWER_LOST, "FA-3: likewise"),
    (Cause.MATE_FAILED, "FA-3: likewise"),
    (Cause.MATE_RELOADED, "FA-2: the mate will come back as standby"),
    (Cause.MATE_YIELDED, "nothing to take over for a unit that is not Standby Ready"),
    (Cause.ORDER_GRANTED, "likewise"),
    (Cause.YIELDED_BY_ORDER, "only an active unit can yield"),
    (Cause.YIELDED_TO_MATE, "likewise"),
    (Cause.HANDOVER_EXPIRED, "only a unit that yielded waits"),
    (Cause.BOTH_ACTIVE, "only an active unit can meet another"),
    (Cause.EMPTY_YIELDS, "only an active unit can yield"),
    (Cause.BOTH_STANDBY, "only Standby Ready can notice"),
    (Cause.SYNC_RECEIVED, "only Sync Config waits for it"),
    (Cause.SYNC_FAILED, "likewise"),
    (Cause.MISMATCH, "only a standby takes a configuration over"),
    (Cause.PROGRESS, "a resting state"),
    (Cause.ADDRESSES_REFUSED, "no addresses were asked for"),
    (Cause.RESET, "OR-3: there is no failure to clear"),
    (Cause.TRIED_AGAIN, "likewise"),
    (Cause.VERSION_DIFFERS, "an active unit goes on, a passive one is passive already"),
    (Cause.MODE_DIFFERS, "likewise"),
    (Cause.CHASSIS_DIFFERS, "likewise"),
    (Cause.CARD_DIFFERS, "likewise"),
    (Cause.LICENCE_DIFFERS, "likewise"),
    (Cause.MATE_FITS, "only a passive unit waits for it"),
    (Cause.STOOD_STILL, "only what serves, or is ready to, may act on old news"),
    (Cause.INTERFACES_FAILED, "only a unit that serves, or is ready to, can be failed for them"),
    (Cause.INTERFACES_OK, "only a unit that was failed for them mends"),
)


def _table() -> dict[tuple[UnitState, Cause], Row]:
    table = {
        (state, cause): Row(state, cause, state, None, why)
        for cause, why in STAYING
        for state in STATES
    }
    seen: set[tuple[UnitState, Cause]] = set()
    for row in ACTING:
        assert (row.state, row.cause) not in seen, f"two rows for {row.state.text}, {row.cause}"
        seen.add((row.state, row.cause))
        table[row.state, row.cause] = row
    return table


TABLE = _table()


def is_active(state: UnitState) -> bool:
    """Whether a unit in this state holds, or is taking, the active addresses."""
    return state in ACTIVE_PATH


def is_standby(state: UnitState) -> bool:
    """Whether a unit in this state has decided to be standby."""
    return state in STANDBY_PATH


def markdown() -> str:
    """docs/states.md, made from the table: a diagram, then every acting row."""
    arrows: dict[tuple[UnitState, UnitState], list[str]] = {}
    for row in ACTING:
        if row.cause is not Cause.DISABLED:
            causes = arrows.setdefault((row.state, row.target), [])
            causes.append(row.cause.name.replace("_", " ").lower())
    diagram = "".join(
        f"    {_node(a)} --> {_node(b)} : {', '.join(causes)}\n"
        for (a, b), causes in arrows.items()
    )
    rows = "".join(
        f"| {r.state.text} | {r.cause.name} | {r.target.text} | {REASONS[r.cause]} "
        f"| {'' if r.message is None else int(r.message)} | {r.clause} |\n"
        for r in ACTING
    )
    stays = "".join(f"| {cause.name} | {why} |\n" for cause, why in STAYING)
    return (
        "# What a unit does about what\n\n"
        "Made from `firmware/core/failover/states.py`; a test holds it current.\n"
        "`no failover` leads from every state to Disabled and is left out of the picture.\n\n"
        f"```mermaid\nstateDiagram-v2\n{diagram}```\n\n"
        "| in state | cause | to state | printed reason | message | clause |\n"
        f"|---|---|---|---|---|---|\n{rows}\n"
        "In every other pair of state and cause the unit stays as it is:\n\n"
        f"| cause | because |\n|---|---|\n{stays}"
    )


def _node(state: UnitState) -> str:
    return state.text.replace(" ", "")
