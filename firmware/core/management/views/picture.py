"""What ``show failover`` and its kin are made of, and what they say of a unit and its mate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from firmware.core.failover.effects import StateChanged
from firmware.core.failover.view import HostView, UnitView
from firmware.core.settings import Identity, Settings, UnitFacts
from firmware.core.wire.bodies import UnitState

HISTORY_MAX = 60  # rows kept, as a unit does

_ACTIVE = (
    UnitState.JUST_ACTIVE,
    UnitState.ACTIVE_DRAIN,
    UnitState.ACTIVE_APPLYING_CONFIG,
    UnitState.ACTIVE_CONFIG_APPLIED,
    UnitState.ACTIVE,
)


class Form(Enum):
    """Whose output it is: that of release 6.3, 7.2 (the document's own) or 9.x."""

    V6 = "6"
    V7 = "7"
    V9 = "9"


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One change of state and when it was."""

    wall_ms: int
    change: StateChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """All that ``show failover`` is made of."""

    view: UnitView
    settings: Settings
    facts: UnitFacts
    now_ms: int  # the clock of ``view.at_ms``
    last_failover_ms: int | None  # wall clock


def is_active(unit: UnitState) -> bool:
    """Active, or on its way there: its addresses are the active ones."""
    return unit in _ACTIVE


def active_time_s(host: HostView, view: UnitView, now_ms: int) -> int:
    """An active unit's time goes on between two pictures."""
    since_ms = max(0, now_ms - view.at_ms) if is_active(host.state) else 0
    return host.active_time_s + since_ms // 1000


def mate(view: UnitView) -> HostView:
    """The mate, called what it must be while it has not said so."""
    other = view.other
    if other.identity is not None or view.mine.identity is None:
        return other
    return replace(other, identity=view.mine.identity.other)


def witnesses(view: UnitView) -> str:
    """What each witness says, and that none is left; empty where there is none."""
    says = ", ".join(f"{witness.value} ({word.value})" for witness, word in view.witnesses)
    return says + ("; none left: takeover blocked" if view.takeover_blocked else "")


def name_of(identity: Identity | None) -> str:
    """``Primary``; ``Unknown`` before the strap has been read."""
    return identity.value if identity else "Unknown"


def text_of(lines: list[str]) -> str:
    """Lines, each ended."""
    return "".join(line + "\n" for line in lines)
