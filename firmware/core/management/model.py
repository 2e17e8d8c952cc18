"""The state of the management machine. Each field names its single writer."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from firmware.core.failover.view import UnitView
from firmware.core.management.events import Effect, FlashRead
from firmware.core.management.kernel import KernelFacts
from firmware.core.management.messages import Buffer
from firmware.core.management.replicate.state import Replication
from firmware.core.management.rules.ruleset import RuleSet
from firmware.core.management.running.draft import LoggingDraft
from firmware.core.management.running.model import Configuration, LoadFault
from firmware.core.management.session.configured import Terminal
from firmware.core.management.session.guard import Guard
from firmware.core.management.session.passwords import Salts
from firmware.core.management.session.session import Session
from firmware.core.management.views import HISTORY_MAX, HistoryRow, Modified, is_active
from firmware.core.settings import Identity, Mode, Settings, UnitFacts
from firmware.core.wire.bodies import UnitState

SESSIONS_MAX = 64
ORDER_PATIENCE_MS = 5_000  # an order not answered by then is reported so


@dataclass(slots=True)
class GivenOrder:
    """An order the failover machine has not answered yet. Written by session/orders.py."""

    session: int
    due_ms: int


@dataclass(frozen=True, slots=True)
class AskedView:
    """A session that waits for a fresh picture, and what it makes of it."""

    session: int
    then: Callable[[UnitView], str]
    due_ms: int


@dataclass(slots=True)
class Loading:
    """The packet rules on their way into the kernel. Written by loading.py."""

    rules: RuleSet | None = None  # as last asked for
    number: int = 0  # of the last LoadRules
    done: int = 0  # of the last that went well; 0: none yet
    told: str = ""  # the error last said
    unset: str = ""  # likewise, of the times that go with the rules
    retry_due_ms: int | None = None
    then: Callable[[], None] | None = None  # what waits for ``done`` to be ``number``
    drawn: Callable[[], None] | None = None  # the same, before the rules are drawn at all


@dataclass(slots=True, kw_only=True)
class Model:
    """Everything the management machine remembers."""

    facts: UnitFacts
    cable: bool  # the unit has the cable's GPIO
    boot: int  # u64, names this life in what is published
    salts: Salts
    enforces: bool = False  # somebody carries out LoadRules
    ssh_port: int | None = None
    management_path: bool = False  # there is a NIC of its own that SSH may always come by
    started_ms: int = 0  # engine.py
    now_ms: int = 0  # engine.py, at every step
    wall_ms: int = 0  # engine.py, at every step
    out: list[Effect] = field(default_factory=list)  # everybody appends; engine.py takes
    configuration: Configuration
    settle_due_ms: int | None = None  # settling.py: what follows was not drawn since a change
    settings: Settings = field(default_factory=Settings)  # settling.py
    hostname: str = ""  # settling.py
    terminal: Terminal = field(default_factory=Terminal)  # settling.py
    rules: RuleSet = field(default_factory=RuleSet)  # settling.py
    loading: Loading = field(default_factory=Loading)  # loading.py
    modified: Modified | None = None  # settling.py
    logging: LoggingDraft = field(default_factory=LoggingDraft)  # settling.py
    booted: bool = False  # engine.py: startup-config was read
    boot_faults: tuple[LoadFault, ...] = ()  # telling.py: lines of it not taken
    connected: bool = False  # engine.py: there is a failover process
    latched: Identity | None = None  # engine.py
    goes_on: bool = False  # engine.py: the unit lived before this process, or before failover's
    view: UnitView | None = None  # telling.py
    history: deque[HistoryRow] = field(default_factory=lambda: deque(maxlen=HISTORY_MAX))
    last_failover_ms: int | None = None  # telling.py, wall clock
    serving: bool | None = None  # telling.py: active or not, once it is settled
    buffer: Buffer = field(default_factory=Buffer)  # telling.py
    sequence: int = 0  # telling.py, of what is published
    alerts: tuple[str, ...] | None = None  # telling.py, as last published
    state_due_ms: int | None = None  # telling.py
    listed: tuple[str, ...] = ()  # telling.py: lines already said to be not acted on
    mirror: Replication = field(default_factory=Replication)  # mirror.py
    # All below: session/
    sessions: dict[int, Session] = field(default_factory=dict)
    guard: Guard = field(default_factory=Guard)
    orders: dict[int, GivenOrder] = field(default_factory=dict)  # by ticket
    tickets: int = 0
    writers: dict[str, deque[int]] = field(default_factory=dict)  # by file: who waits for flash
    readers: dict[str, list[tuple[int, Callable[[FlashRead], None]]]] = field(default_factory=dict)
    listers: deque[int] = field(default_factory=deque)
    kernel_asked: dict[int, Callable[[KernelFacts], str]] = field(default_factory=dict)
    holds_stale: bool = True  # forgetting.py: connections of a time when this unit served
    saved: int | None = None  # generation of the configuration that flash has; None: not known
    saving: int | None = None  # the same, on its way there
    counted: tuple[int, int] = (0, 0)  # frames sent and received when they were last cleared
    view_asked: deque[AskedView] = field(default_factory=deque)
    debug_due_ms: int = 0  # debugging.py: when frames are counted next
    most_conns: int = 0
    most_xlates: int = 0

    @property
    def identity(self) -> Identity | None:
        """Who this unit is, as well as management knows."""
        if self.view is not None and self.view.mine.identity is not None:
            return self.view.mine.identity
        return self.settings.lan_identity if self.settings.mode is Mode.LAN else self.latched

    @property
    def serves(self) -> bool:
        """This unit has the active addresses, failover on or off."""
        view = self.view
        return view is not None and (view.holding if not view.enabled else self.active)

    @property
    def active(self) -> bool:
        """This unit serves, with failover on: its lines go to the mate."""
        view = self.view
        return view is not None and view.enabled and is_active(view.mine.state)

    @property
    def standby(self) -> bool:
        """This unit stands by or is about to: what is typed here goes nowhere else."""
        return self.view is not None and self.view.mine.state in STANDBYS

    @property
    def mate_there(self) -> bool:
        """There is a mate, or a unit that will be one, and it is heard. A dead one is called
        Failed, but so is one that heals as soon as a line says so."""
        if self.view is None or self.view.other.state is UnitState.NOT_DETECTED:
            return False
        failed = self.view.other.state is UnitState.FAILED
        return not failed or (self.view.other.digest is not None and not self.view.unfit)

    @property
    def mate_listens(self) -> bool:
        """There is a mate that keeps a copy of this unit's configuration."""
        return self.active and self.view is not None and self.view.other.state in STANDBYS

    @property
    def unsaved(self) -> bool:
        """What runs is not what flash has."""
        return self.configuration.generation != self.saved


STANDBYS = (
    UnitState.COLD_STANDBY,
    UnitState.SYNC_CONFIG,
    UnitState.SYNC_FILE_SYSTEM,
    UnitState.BULK_SYNC,
    UnitState.STANDBY_READY,
    UnitState.FAILED,
)
