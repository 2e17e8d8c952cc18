"""The facts behind `show failover` and the MQTT state, as the failover machine knows them.

A frozen picture. Management turns it into text and adds wall-clock time; nothing flows back.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from firmware.core.settings import Identity, Mode, Witness
from firmware.core.wire.bodies import InterfaceState, UnitState


class CableStatus(Enum):
    """The strings of the `Cable status:` line."""

    NORMAL = "Normal"
    NOT_CONNECTED_HERE = "My side not connected"
    NOT_CONNECTED_THERE = "Other side is not connected"
    POWERED_OFF_THERE = "Other side powered off"
    BAD = "Bad cable"  # present, not working: 101002 and 105011
    NOT_USED = "N/A - LAN-based failover enabled"


class LinkStatus(Enum):
    """The failover link in LAN mode, and the state link, as printed in brackets."""

    UP = "up"
    DOWN = "down"
    FAILED = "Failed - No Switchover"


class SyncStatus(Enum):
    """`show failover state`, configuration state. The standby adds " - STANDBY" itself."""

    NONE = ""
    SYNCING = "Config Syncing"
    DONE = "Sync Done"
    FAILED = "Sync Failed"


class FailReason(Enum):
    """`show failover state`, failed reason; sticky until the next one."""

    NONE = ""
    COMMUNICATION = "Comm Failure"
    INTERFACE = "Ifc Failure"
    OWN_FAULT = "Unit Failure"


class WitnessSays(Enum):
    """What a witness of the `failover witness` line says, as printed in brackets."""

    ALIVE = "mate alive"
    DEAD = "mate dead"
    SILENT = "silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceView:
    """One line of a host's interfaces. ``address`` is the IPv4 one, "0.0.0.0" where none was typed;
    the IPv6 one, or "::", where the interface has IPv6 alone."""

    name: str
    physical: str
    address: str
    state: InterfaceState


@dataclass(frozen=True, slots=True, kw_only=True)
class HostView:
    """`This host` or `Other host`."""

    identity: Identity | None
    state: UnitState
    active_time_s: int
    interfaces: tuple[InterfaceView, ...]
    fail_reason: FailReason = FailReason.NONE
    version: str = ""  # empty: not known
    chassis: str = ""  # serial number; empty: not known
    digest: int | None = None  # u32 of its running configuration; None: not known
    edited: bool = False  # it was typed at while standby, and goes its own way since


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitView:
    """Everything at one moment. ``at_ms`` is the core's clock."""

    at_ms: int
    enabled: bool
    mode: Mode
    conflict: bool  # both units claim one identity
    cable: CableStatus
    failover_link: LinkStatus
    state_link: LinkStatus
    mine: HostView
    other: HostView
    sync: SyncStatus
    macs_set: bool
    switchovers: int  # since boot
    frames_ignored: tuple[tuple[str, int], ...]  # "lan: no echo of this boot" -> how often
    late_worst_ms: int  # how late TimePassed came at worst, since boot
    real_time: bool
    lease_ms: int = 0  # what a renewal of the kernel's lease is good for; 0: nothing to be leased
    lease_lapses: int = 0  # how often it ran out, and this unit went on
    lease_lapsed_worst_ms: int = 0
    lease_refused: str = ""  # why the kernel holds none
    unfit: str = ""  # why the other unit cannot be a mate, as history prints it; empty: it can
    holding: bool = False  # this unit has the active addresses; it may, with failover off
    not_understood: bool = False  # the other unit lives, and its frames cannot be opened (KY-2)
    witnesses: tuple[tuple[Witness, WitnessSays], ...] = ()  # empty: the witness is off
    takeover_blocked: bool = False  # no witness is left to tell a dead mate from a cut
    sent: int = 0  # frames since the failover process began
    received: int = 0  # frames of the mate's that counted, since then
