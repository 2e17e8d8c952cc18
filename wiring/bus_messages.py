"""What is said on the pin bus: plain data that both ends import, and the name each travels under.

A message is a JSON array ``[name, {fields}]``, one per packet of a SOCK_SEQPACKET socket. Every
request is answered by one ``Answer`` with its ``ticket``, except that ticket 0 asks for no answer.
Pins are named by board and BCM number. A *claim* is how a unit's process uses a pin, one process a
pin, as on a real chip; a *hand* is the bench's: it drives any pin from outside. When a connection
ends, so do its claims and hands, and what they drove is high-impedance (unless the board latches).
Times are microseconds of CLOCK_MONOTONIC.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Greet:
    """Who this connection is, for the errors others read. Optional."""

    ticket: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimInput:
    """Use the pin as input; edges follow. Answered with the level now. Again: changes the claim."""

    ticket: int
    board: str
    bcm: int
    pull: str = "keep"  # up, down, floating, keep
    bounce_us: int = 0  # an edge is told once the level has held this long; at most 10 s


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimOutput:
    """Use the pin as output, at this level from the first moment on."""

    ticket: int
    board: str
    bcm: int
    level: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOutput:
    """Drive a claimed output."""

    ticket: int
    board: str
    bcm: int
    level: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclaim:
    """Give the pin back: high-impedance, with the pull it has after a reset."""

    ticket: int
    board: str
    bcm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """A hand drives the pin from outside. ``level`` None lets go of it."""

    ticket: int
    board: str
    bcm: int
    level: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Answered with the level of the pin's net."""

    ticket: int
    board: str
    bcm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """Answered with the pin's newest ``moments``, oldest first."""

    ticket: int
    board: str
    bcm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveContacts:
    """Open or close all of these in one instant."""

    ticket: int
    names: tuple[str, ...]
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AddContact:
    """Solder a new contact. An end is "BOARD:BCM", "gnd", "vcc" or the name of a point.

    A point that does not exist yet is made.
    """

    ticket: int
    name: str
    a: str
    b: str
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """From now on tell this connection every change of every pin, and every conflict."""

    ticket: int


Request = (
    Greet
    | ClaimInput
    | ClaimOutput
    | SetOutput
    | Unclaim
    | Drive
    | Read
    | Recall
    | MoveContacts
    | AddContact
    | Watch
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """``error`` is empty when it was done, otherwise one sentence: what, where, what to do."""

    ticket: int
    error: str = ""
    in_use: bool = False  # the error is that another process has claimed the pin
    level: bool = False
    moments: tuple[tuple[int, bool], ...] = ()  # (at_us, level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A pin took this level. To a claimant after its debounce, to a watcher at once."""

    board: str
    bcm: int
    level: bool
    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two or more drive one net to different levels; it is low. For watchers."""

    at_us: int
    nodes: tuple[str, ...]
    high: tuple[str, ...]
    low: tuple[str, ...]


Report = Answer | Edge | Conflict

REQUESTS: dict[str, type[Request]] = {
    kind.__name__: kind
    for kind in (
        Greet, ClaimInput, ClaimOutput, SetOutput, Unclaim, Drive,
        Read, Recall, MoveContacts, AddContact, Watch,
    )
}  # fmt: skip
REPORTS: dict[str, type[Report]] = {kind.__name__: kind for kind in (Answer, Edge, Conflict)}
PACKET_MAX = 65536  # bytes; a full history is about 8 kB
BUS_VARIABLE, BOARD_VARIABLE = "FOVER_PIN_BUS", "FOVER_PIN_BOARD"
