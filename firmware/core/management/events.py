"""All that can happen to the management machine, and all it can ask for.

An event is a fact: a line was typed, the failover machine said something, flash answered. An
effect is a request the owner of the machine carries out, from first to last, never reordered.
Events of the failover machine and its effects travel inside ``FromFailover`` and ``ToFailover``
untouched. The three facts of the supervisor stand here because both ends must know them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from firmware.core.failover import effects as failover_effects
from firmware.core.failover import events as failover_events
from firmware.core.management.kernel import KernelFacts, Wanted
from firmware.core.management.topics import Json
from firmware.core.settings import Identity

STARTUP_CONFIG = "startup-config"
RUNNING_CONFIG = "running-config"  # kept in <run>: survives this process, not a power cut
HISTORY = "history"  # likewise: the rows of `show failover history`
LATCHED_IDENTITY = "latched-identity"
LINE_MAX = 510  # characters of one typed line


@dataclass(frozen=True, slots=True)
class SwitchMoved:
    """A power or link switch of the panel moved. ``signal`` is its name in wiring/pins.toml."""

    signal: str
    on: bool


@dataclass(frozen=True, slots=True)
class ProcessEnded:
    """One of the unit's processes ended and is started again."""

    process: str
    why: str


@dataclass(frozen=True, slots=True)
class Fenced:
    """The supervisor took this unit off the network."""

    why: str


@dataclass(frozen=True, slots=True)
class Reload:
    """Boot the unit anew from its startup-config. An effect, and a message to the supervisor."""


@dataclass(frozen=True, slots=True)
class FlashRead:
    """What flash holds under a name. Text None and error None: there is no such file."""

    name: str
    text: str | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class FlashWritten:
    """The outcome of ``WriteFlash``; error None is success."""

    name: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class FlashFile:
    """One file of flash. ``size`` is bytes, ``modified_ms`` wall clock."""

    name: str
    size: int
    modified_ms: int


@dataclass(frozen=True, slots=True)
class FlashListed:
    """The answer to ``ListFlash``, in the order of names; error None is success."""

    files: tuple[FlashFile, ...]
    error: str | None = None


@dataclass(frozen=True, slots=True)
class CommandEntered:
    """A line came from a terminal session. Up to ``LINE_MAX`` characters."""

    session: int
    line: str


class SessionKind(Enum):
    """Where a session came from."""

    CONSOLE = "console"  # fover-unit attach: somebody who may read this unit's files anyway
    SSH = "ssh"
    PROGRAM = "program"  # fover-unit exec, and the bench: no prompts, configuration mode at once


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """A terminal session began. ``user`` and ``peer`` (dotted) are an SSH session's."""

    session: int
    kind: SessionKind
    width: int = 80  # columns
    height: int = 24  # lines
    user: str = ""
    peer: str = ""

    @property
    def interactive(self) -> bool:
        """It sees console messages and gets prompts."""
        return self.kind is not SessionKind.PROGRAM


@dataclass(frozen=True, slots=True)
class WindowChanged:
    """The terminal of a session has another size now."""

    session: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class HelpAsked:
    """``?`` was typed after this beginning of a line. The answer gives the beginning back."""

    session: int
    line: str


@dataclass(frozen=True, slots=True)
class CompletionAsked:
    """Tab was typed after this beginning of a line. The answer gives it back, longer if it can."""

    session: int
    line: str


@dataclass(frozen=True, slots=True)
class Interrupted:
    """Ctrl-C: the line is dropped. ``ends``: Ctrl-Z, which leaves configuration mode too."""

    session: int
    ends: bool = False


@dataclass(frozen=True, slots=True)
class ConnectionAsked:
    """Somebody connected to the SSH port: may he go on? Answered by ``ConnectionAnswered``."""

    connection: int
    peer: str  # his address, dotted or with colons
    local: str  # the address he called


@dataclass(frozen=True, slots=True)
class LoginAsked:
    """A password was given over SSH. Answered by ``LoginAnswered``."""

    connection: int
    user: str
    password: str
    peer: str


@dataclass(frozen=True, slots=True)
class RulesLoaded:
    """The outcome of ``LoadRules``; error None is success: the rules are in force.

    ``unset``: why a time that goes with them could not be set, in words; empty if all were.
    """

    number: int
    error: str | None = None
    unset: str = ""


@dataclass(frozen=True, slots=True)
class KernelTold:
    """The answer to ``AskKernel``; error None is success."""

    session: int
    facts: KernelFacts | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Pinged:
    """The answer to ``Ping``: for every request the milliseconds its answer took, or None."""

    session: int
    address: str
    answers_ms: tuple[int | None, ...]
    error: str | None = None


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """A terminal session ended; what it waited for is nobody's now."""

    session: int


@dataclass(frozen=True, slots=True)
class FromFailover:
    """The failover machine asked for this (a management part of its effects)."""

    effect: failover_effects.Effect


@dataclass(frozen=True, slots=True)
class FailoverConnected:
    """There is a failover process to speak to; it knows nothing yet."""


@dataclass(frozen=True, slots=True)
class FailoverLost:
    """The failover process went away; its last view is stale, its orders unanswered."""


@dataclass(frozen=True, slots=True)
class BrokerChanged:
    """The broker came or went; ``why`` is empty when it came."""

    broker: str
    reachable: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """``next_due_ms`` has come. Carries nothing: time is an argument of ``step``."""


Event = (
    SwitchMoved
    | ProcessEnded
    | Fenced
    | FlashRead
    | FlashWritten
    | FlashListed
    | CommandEntered
    | SessionOpened
    | SessionClosed
    | WindowChanged
    | HelpAsked
    | CompletionAsked
    | Interrupted
    | ConnectionAsked
    | LoginAsked
    | RulesLoaded
    | KernelTold
    | Pinged
    | FromFailover
    | FailoverConnected
    | FailoverLost
    | BrokerChanged
    | TimePassed
)


@dataclass(frozen=True, slots=True)
class Reply:
    """Text for one session.

    ``done``: the command is over; an interactive session is shown ``prompt``, behind it ``line``
    as if it had been typed (after ``?`` and Tab). ``secret``: what is typed next is a password,
    not echoed, not remembered. ``page``: lines after which to ask ``<--- More --->``; 0: never.
    """

    session: int
    text: str
    done: bool
    prompt: str = ""
    line: str = ""
    secret: bool = False
    page: int = 0


@dataclass(frozen=True, slots=True)
class LineForgotten:
    """The line this session typed last holds a secret: it must not be recalled."""

    session: int


@dataclass(frozen=True, slots=True)
class PromptChanged:
    """The prompt of a session that waits for a line reads otherwise now (the unit's state)."""

    session: int
    prompt: str


@dataclass(frozen=True, slots=True)
class ConnectionAnswered:
    """Whether this SSH connection may go on; ``why`` is for the log of the driver."""

    connection: int
    allowed: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class LoginAnswered:
    """Whether the password was right. Answer the client only after ``wait_ms``."""

    connection: int
    allowed: bool
    wait_ms: int = 0


@dataclass(frozen=True, slots=True)
class LoadRules:
    """Put these packet rules into the kernel in one step; comes back as ``RulesLoaded``.

    ``script`` is a whole nftables script. Numbers grow; a newer one may overtake an older.
    """

    number: int
    script: str
    timeouts: tuple[tuple[str, int], ...] = ()  # nf_conntrack sysctl name, seconds


@dataclass(frozen=True, slots=True)
class DropConnections:
    """Forget every tracked connection: this unit serves no more, or serves anew."""


@dataclass(frozen=True, slots=True)
class AskKernel:
    """What the kernel has of these; comes back as ``KernelTold``."""

    session: int
    wanted: tuple[Wanted, ...]


class Cleared(Enum):
    """What of the kernel's can be cleared."""

    ARP = "arp"  # what was learned
    COUNTERS = "counters"  # of packet rules, by name


@dataclass(frozen=True, slots=True)
class ClearKernel:
    """Clear this in the kernel; comes back as ``KernelTold`` with empty facts."""

    session: int
    what: Cleared
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ping:
    """Send five echo requests; comes back as ``Pinged``. ``physical`` is empty: as routed."""

    session: int
    address: str
    physical: str


@dataclass(frozen=True, slots=True)
class CloseSession:
    """The session asked to end."""

    session: int


@dataclass(frozen=True, slots=True)
class ConsoleText:
    """A line for every interactive session, or for these: replication and system messages."""

    text: str
    sessions: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class SendBootFacts:
    """Tell the failover process the identity last latched in flash. Before any ToFailover."""

    latched: Identity | None
    goes_on: bool = False  # it was latched, or in use, since the unit was switched on


@dataclass(frozen=True, slots=True)
class ToFailover:
    """Step the failover machine with this."""

    event: failover_events.Event


@dataclass(frozen=True, slots=True)
class ToSupervisor:
    """Ask this of the supervisor."""

    request: Reload


@dataclass(frozen=True, slots=True)
class WriteFlash:
    """Keep this text under that name, atomically; comes back as ``FlashWritten``."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class ReadFlash:
    """What is kept under that name; comes back as ``FlashRead``."""

    name: str


@dataclass(frozen=True, slots=True)
class ListFlash:
    """The files whose names begin so; comes back as ``FlashListed``."""

    prefix: str


@dataclass(frozen=True, slots=True)
class RenameFlash:
    """Keep under ``to``, where nothing is, what is kept under ``name``.

    Comes back as ``FlashWritten`` of ``name``.
    """

    name: str
    to: str


@dataclass(frozen=True, slots=True)
class EraseFlash:
    """Remove that name; comes back as ``FlashWritten``."""

    name: str


@dataclass(frozen=True, slots=True)
class Keep:
    """RUNNING_CONFIG or HISTORY is now this. Kept in <run> for a management that died."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class PublishTopic:
    """Say this to the broker. ``topic`` is relative to fover/v1/<site>/<pair>/<chassis>/.

    ``payload`` is a tree of plain values; whoever talks to the broker makes JSON of it.
    """

    topic: str
    payload: dict[str, Json]
    retain: bool


Effect = (
    Reply
    | LineForgotten
    | PromptChanged
    | ConnectionAnswered
    | LoginAnswered
    | LoadRules
    | DropConnections
    | AskKernel
    | ClearKernel
    | Ping
    | CloseSession
    | ConsoleText
    | SendBootFacts
    | ToFailover
    | ToSupervisor
    | WriteFlash
    | ReadFlash
    | ListFlash
    | RenameFlash
    | EraseFlash
    | Keep
    | PublishTopic
)
