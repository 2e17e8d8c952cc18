"""One terminal as the machine remembers it. Only this package writes its fields."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firmware.core.management.events import SessionKind
from firmware.core.management.session.sieve import Sieve

if TYPE_CHECKING:
    from firmware.core.management.model import Model

UNPRIVILEGED, PRIVILEGED = 1, 15
HISTORY_MAX = 20  # lines a session remembers

Answering = Callable[["Model", "Session", str], None]


@dataclass(frozen=True, slots=True)
class Question:
    """Asked of the session; the next line is its answer, not a command."""

    text: str
    then: Answering
    secret: bool = False


@dataclass(slots=True)
class Late:
    """An answer that is held back until then, for a password that was wrong."""

    due_ms: int
    then: Callable[[], None]


@dataclass(slots=True)
class Session:
    """Who sits there, where, and what was said last. A negative number: for `failover exec`."""

    number: int
    kind: SessionKind
    level: int = UNPRIVILEGED
    configuring: bool = False
    path: tuple[str, ...] = ()  # header lines of the section it stands in
    user: str = ""  # who logged in; empty: nobody by name
    peer: str = ""
    width: int = 80
    page: int | None = None  # lines; None: what the configuration says
    monitor: bool = False  # terminal monitor
    history: deque[str] = field(default_factory=lambda: deque(maxlen=HISTORY_MAX))
    debug: set[str] = field(default_factory=set)
    waits: bool = False  # the command before is not answered yet
    question: Question | None = None
    tries: int = 0  # passwords given wrong in a row
    sieve: Sieve | None = None  # of the command that is being answered
    prompt: str = ""  # as last shown
    late: Late | None = None
    saved: Callable[[], None] | None = None  # what a save that went well is followed by
    rewrites: Callable[[str], str] | None = None  # the mate's answer into this session's
    idle_since_ms: int = 0

    @property
    def interactive(self) -> bool:
        """Somebody reads prompts there and can be asked."""
        return self.kind is not SessionKind.PROGRAM

    @property
    def privileged(self) -> bool:
        """Its prompt ends in ``#``."""
        return self.level > UNPRIVILEGED

    @property
    def who(self) -> str:
        """The name `show curpriv` gives: the user's, or that of the level."""
        return self.user or f"enable_{self.level}"
