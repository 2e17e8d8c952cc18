"""What one row of the command table says. Everything about a command comes from its row.

Help, completion, parsing, errors, privilege, whether the mate does it too, where the line stands
in the running configuration, and its page in docs/commands.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any

from firmware.core.management.cli.syntax import Pattern, compiled

if TYPE_CHECKING:
    from firmware.core.management.running.draft import Draft
    from firmware.core.management.running.model import Configuration, Entry


class Mode(StrEnum):
    """Where a command is typed. From CONFIG on, the value is what the prompt shows in brackets."""

    USER = "user"
    EXEC = "exec"
    CONFIG = "config"
    INTERFACE = "config-if"
    NETWORK_GROUP = "config-network"
    SERVICE_GROUP = "config-service"
    PROTOCOL_GROUP = "config-protocol"
    ICMP_GROUP = "config-icmp"
    DNS_GROUP = "config-dns-server-group"
    CLASS_MAP = "config-cmap"
    POLICY_MAP = "config-pmap"
    POLICY_PARAMETERS = "config-pmap-p"
    POLICY_CLASS = "config-pmap-c"
    CA_SERVER = "config-ca-server"
    SERVER_GROUP = "config-aaa-server-group"
    SERVER_HOST = "config-aaa-server-host"
    ISAKMP = "config-isakmp-policy"
    GROUP_POLICY = "config-group-policy"
    TUNNEL_GROUP = "config-tunnel"
    USER_ATTRIBUTES = "config-username"
    TIME_RANGE = "config-time-range"
    ROUTE_MAP = "config-route-map"
    ROUTER = "config-router"
    TCP_MAP = "config-tcp-map"
    TRUSTPOINT = "config-ca-trustpoint"
    WEBVPN = "config-webvpn"


class No(Enum):
    """What ``no`` and the command mean."""

    REMOVES = "takes the line away"
    KEPT = "is a line of its own, as `no shutdown`"
    ONLY = "is what is kept; the line itself holds anyway, as `monitor-interface`"
    REFUSED = "is not a command"


class Shown(Enum):
    """When a line that nobody typed is printed."""

    NEVER = "never"
    ALL = "show running-config all"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a matched line binds. Values are typed by their kinds; ``words`` is canonical text."""

    values: Mapping[str, Any]
    words: tuple[str, ...]
    keywords: frozenset[str] = frozenset()
    negated: bool = False  # of a kept `no` line, when it is read

    def __getitem__(self, name: str) -> Any:
        """The value bound to that name. Raises KeyError."""
        return self.values[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The value bound to that name, or the default."""
        return self.values.get(name, default)

    def all(self, name: str) -> tuple[Any, ...]:
        """Every value of a repeated argument, in order."""
        value = self.values.get(name, ())
        return value if isinstance(value, tuple) else (value,)

    def has(self, keyword: str) -> bool:
        """Whether that keyword was typed."""
        return keyword in self.keywords


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A line about to be taken: what a row's ``check`` and ``follow`` see."""

    arguments: Arguments
    negated: bool
    path: tuple[str, ...]  # headers it stands under
    sections: tuple[Entry, ...]  # the same, as entries, outermost first
    configuration: Configuration
    from_mate: bool = False
    former: Entry | None = None  # ``follow``: what this line replaced or took away


@dataclass(frozen=True, slots=True)
class Follow:
    """What else a line brings: a note for who typed it, lines taken after it (path, line)."""

    note: str = ""
    lines: tuple[tuple[tuple[str, ...], str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One command.

    ``key`` names the arguments that tell one such line from another of the same row; () is one
    line only, ("*",) the whole line. A row with an ``action`` is an order to the session, not a
    line that is kept.
    """

    syntax: str
    help: str
    mode: Mode = Mode.CONFIG
    name: str = ""  # empty: the keywords it begins with
    privilege: int = 15
    replicated: bool = True  # a line: goes to the mate. An order: the mate does it too
    action: str = ""
    key: tuple[str, ...] = ()
    opens: Mode | None = None
    no: No = No.REMOVES
    # Where it stands among lines of its row: None: by its text; (): as typed; names: by those
    # arguments first, then as typed. ``rank`` decides before that.
    ordered: tuple[str, ...] | None = None
    rank: Callable[[Entry, Configuration], Any] | None = None
    place: Callable[[Entry], int | None] | None = None  # 1-based position among its like
    sent: Callable[[Arguments], str] | None = None  # to the mate, where not the text that is kept
    repeats: bool = False  # the same line may stand several times, as the frame of a banner
    # What a ``no`` must name; it takes away every line that agrees with what was typed. None: key.
    least: tuple[str, ...] | None = None
    secret: str = ""  # the argument nobody may see as it was typed: a password, a community
    separated: bool = False  # `!` is printed around it
    enforced: bool = True  # False: known by name, kept, shown, not acted on
    check: Callable[[Typed], str] | None = None  # why it cannot be taken, or ""
    follow: Callable[[Typed], Follow] | None = None
    read: Callable[[Draft, Arguments, tuple[Entry, ...]], None] | None = None
    reads_no: bool = False  # ``read`` is called for a kept ``no`` line too (values empty)
    write: Callable[[Arguments], str] | None = None  # its canonical text, where not its words
    masked: Callable[[Arguments], str] | None = None  # as anybody may see it
    default: str = ""  # the line that holds where none was typed
    default_shown: Shown = Shown.NEVER
    # The same, where it depends on other lines: all that hold in that section.
    standing: Callable[[Configuration, tuple[Entry, ...]], tuple[str, ...]] | None = None
    # Lines (path, line) taken in its stead; None: itself, (): it says nothing that is not so.
    instead: Callable[[Typed], tuple[tuple[tuple[str, ...], str], ...] | None] | None = None
    choices: Mapping[str, str] = field(default_factory=dict)  # help of keywords and arguments
    manual: str = ""  # more for docs/commands.md
    source: str = "seed"  # seed, public, recall (a best guess) or ours
    pattern: Pattern = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", compiled(self.syntax))
        if not self.name:
            object.__setattr__(self, "name", " ".join(self.pattern.words))

    @property
    def kept(self) -> bool:
        """It is a line of the running configuration."""
        return not self.action


def families(rows: Iterable[Row]) -> Iterator[str]:
    """The first words of the lines that stand at the top, each once, in order."""
    kept = (row for row in rows if row.kept and row.mode is Mode.CONFIG and row.pattern.words)
    yield from dict.fromkeys(row.pattern.words[0] for row in kept)
