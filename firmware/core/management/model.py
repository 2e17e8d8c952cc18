"""The state of the management machine. Each field names its single writer."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from firmware.core.failover.view import UnitView
from firmware.core.management.commands import Place
from firmware.core.management.events import Effect
from firmware.core.management.messages import Buffer
from firmware.core.management.replicate.state import Replication
from firmware.core.management.running.draft import LoggingDraft
from firmware.core.management.running.model import Configuration, LoadFault
from firmware.core.management.views import HISTORY_MAX, HistoryRow, is_active
from firmware.core.settings import Identity, Mode, Settings, UnitFacts
from firmware.core.wire.bodies import UnitState

SESSIONS_MAX = 64
ORDER_PATIENCE_MS = 5_000  # an order not answered by then is reported so


@dataclass(slots=True)
class Session:
    """One terminal. Written by shell.py."""

    interactive: bool
    place: Place
    path: tuple[str, ...] = ()  # where configuration lines go
    waits: bool = False  # for an order or for flash


@dataclass(slots=True)
class Order:
    """An order the failover machine has not answered yet. Written by shell.py."""

    session: int
    due_ms: int


@dataclass(slots=True, kw_only=True)
class Model:
    """Everything the management machine remembers."""

    facts: UnitFacts
    cable: bool  # the unit has the cable's GPIO
    boot: int  # u64, names this life in what is published
    started_ms: int = 0  # engine.py
    now_ms: int = 0  # engine.py, at every step
    wall_ms: int = 0  # engine.py, at every step
    out: list[Effect] = field(default_factory=list)  # everybody appends; engine.py takes
    configuration: Configuration
    settings: Settings = field(default_factory=Settings)  # engine.py, after every change
    hostname: str = ""  # engine.py, after every change
    logging: LoggingDraft = field(default_factory=LoggingDraft)  # mirror.py, after every change
    booted: bool = False  # engine.py: startup-config was read
    connected: bool = False  # engine.py: there is a failover process
    latched: Identity | None = None  # engine.py
    view: UnitView | None = None  # telling.py
    history: deque[HistoryRow] = field(default_factory=lambda: deque(maxlen=HISTORY_MAX))
    last_failover_ms: int | None = None  # telling.py, wall clock
    serving: bool | None = None  # telling.py: active or not, once it is settled
    buffer: Buffer = field(default_factory=Buffer)  # telling.py
    sequence: int = 0  # telling.py, of what is published
    alerts: tuple[str, ...] | None = None  # telling.py, as last published
    state_due_ms: int | None = None  # telling.py
    boot_faults: tuple[LoadFault, ...] = ()  # telling.py: lines of startup-config not taken
    listed: tuple[str, ...] = ()  # telling.py: lines already said to be not acted on
    sessions: dict[int, Session] = field(default_factory=dict)  # shell.py
    orders: dict[int, Order] = field(default_factory=dict)  # shell.py, by ticket
    tickets: int = 0  # shell.py
    writers: dict[str, deque[int]] = field(default_factory=dict)  # shell.py: who waits for flash
    mirror: Replication = field(default_factory=Replication)  # mirror.py

    @property
    def identity(self) -> Identity | None:
        """Who this unit is, as well as management knows."""
        if self.view is not None and self.view.mine.identity is not None:
            return self.view.mine.identity
        return self.settings.lan_identity if self.settings.mode is Mode.LAN else self.latched

    @property
    def active(self) -> bool:
        """This unit serves, with failover on: its lines go to the mate."""
        return self.view is not None and self.view.enabled and is_active(self.view.mine.state)

    @property
    def standby(self) -> bool:
        """This unit stands by or is about to: what is typed here goes nowhere else."""
        return self.view is not None and self.view.mine.state in STANDBYS

    @property
    def mate_there(self) -> bool:
        """There is a mate, or a unit that will be one, and it is not failed."""
        gone = (UnitState.NOT_DETECTED, UnitState.FAILED)
        return self.view is not None and self.view.other.state not in gone

    @property
    def mate_listens(self) -> bool:
        """There is a mate that keeps a copy of this unit's configuration."""
        return self.active and self.view is not None and self.view.other.state in STANDBYS


STANDBYS = (
    UnitState.COLD_STANDBY,
    UnitState.SYNC_CONFIG,
    UnitState.SYNC_FILE_SYSTEM,
    UnitState.BULK_SYNC,
    UnitState.STANDBY_READY,
    UnitState.FAILED,
)
