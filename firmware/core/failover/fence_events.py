"""What happens to a unit's supervisor, and what its rules (fence.py) ask it to do.

Effects are carried out in the order of the list and at once; none of them reports back, except
that a started process speaks or dies, which are events.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from firmware.core.failover.events import TimePassed


class Process(Enum):
    """The processes that the supervisor starts."""

    FAILOVER = "failover"
    MANAGEMENT = "management"


EVERY_PROCESS = tuple(Process)


# What happens.


@dataclass(frozen=True, slots=True)
class PowerSwitched:
    """The power switch is now on or off. The first one ends the supervisor's own start."""

    on: bool


@dataclass(frozen=True, slots=True)
class LinkSwitched:
    """A link switch now lets that kernel NIC have its link, or not."""

    nic: str
    closed: bool


@dataclass(frozen=True, slots=True)
class FencingAsked:
    """The failover process is ready: the NICs to take down, and how often to look for it."""

    base_nics: tuple[str, ...]
    tick_ms: int  # TICK_MIN_MS to TICK_MAX_MS


@dataclass(frozen=True, slots=True)
class HeartbeatHeard:
    """The failover process goes round."""


@dataclass(frozen=True, slots=True)
class ProcessGone:
    """A process is dead: end of file on the failover process's heartbeat, or management's exit."""

    process: Process
    why: str


@dataclass(frozen=True, slots=True)
class ReloadAsked:
    """An operator typed ``reload``."""


@dataclass(frozen=True, slots=True)
class StopAsked:
    """The machine wants the unit ended in good order."""


SupervisorEvent = (
    PowerSwitched
    | LinkSwitched
    | FencingAsked
    | HeartbeatHeard
    | ProcessGone
    | ReloadAsked
    | StopAsked
    | TimePassed
)


# What is asked.


@dataclass(frozen=True, slots=True)
class FreezeProcesses:
    """Stop them where they stand, children and all: whoever still runs could say goodbye."""

    processes: tuple[Process, ...]


@dataclass(frozen=True, slots=True)
class TakeDown:
    """These kernel NICs down, in one batch."""

    nics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RaiseNics:
    """These kernel NICs up."""

    nics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetPowerOut:
    """The line that tells the mate this unit has power."""

    on: bool


@dataclass(frozen=True, slots=True)
class SayNotice:
    """The pre-sealed frames on the descriptors handed over; nothing where there are none."""


@dataclass(frozen=True, slots=True)
class KillProcesses:
    """End them now, children and all, and reap them."""

    processes: tuple[Process, ...]


@dataclass(frozen=True, slots=True)
class AskToEnd:
    """Ask them to let go of the data plane and end."""

    processes: tuple[Process, ...]


@dataclass(frozen=True, slots=True)
class EmptyRun:
    """Forget what does not survive a power cut."""


@dataclass(frozen=True, slots=True)
class StartProcess:
    """Start it."""

    process: Process


@dataclass(frozen=True, slots=True)
class SetLink:
    """Let that NIC have its link, or take it down and mark it so that nothing raises it."""

    nic: str
    closed: bool


@dataclass(frozen=True, slots=True)
class ReportFenced:
    """Tell management that the unit was taken off the network."""

    why: str


@dataclass(frozen=True, slots=True)
class ReportEnded:
    """Tell management that a process ended."""

    process: Process
    why: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Everything has ended; the supervisor may go."""


SupervisorEffect = (
    FreezeProcesses
    | TakeDown
    | RaiseNics
    | SetPowerOut
    | SayNotice
    | KillProcesses
    | AskToEnd
    | EmptyRun
    | StartProcess
    | SetLink
    | ReportFenced
    | ReportEnded
    | Finished
)
