"""Everything that can happen to a unit, as the failover process sees it.

An event is a fact. It is never a request, and nothing here is text a person typed. Outcomes of
effects come back as ``Done`` or ``Failed``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from firmware.core.settings import Identity, Settings, UnitFacts
from firmware.core.wire.bodies import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class CableFacts:
    """Four facts from GPIO lines. ``strap`` is None while the plug is out (the strap floats)."""

    my_plug: bool
    other_plug: bool
    other_power: bool
    strap: Identity | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The process is up. ``boot`` is a random non-zero u64 of this life of the process."""

    facts: UnitFacts
    boot: int
    cable: CableFacts | None  # None: a unit without GPIO, LAN mode only
    latched: Identity | None  # the identity last latched in flash
    goes_on: bool = False  # it was, or was in use, in this life of the unit: CA-4
    carriers: tuple[tuple[str, bool], ...] = ()  # physical name, carrier


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """The running configuration now says this. The first one after Started ends the boot."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class TimePassed:
    """``next_due_ms`` has come. Carries nothing: time is the argument of ``step``."""


@dataclass(frozen=True, slots=True)
class FrameReceived:
    """A well-formed frame came in by a channel; whose it is, is the engine's to judge."""

    channel: str
    frame: Frame


@dataclass(frozen=True, slots=True)
class FrameUnreadable:
    """A frame that cannot be opened came from the mate's known place: alive, not understood.

    The rest is its own claim, which only ever counts while the mate is not understood.
    """

    channel: str
    probe: bool = False  # it asks for an answer
    serves: bool | None = None  # a hello: the sender has, or has not, the active addresses


@dataclass(frozen=True, slots=True)
class BadFrameReceived:
    """Bytes came in that are no frame."""

    channel: str
    why: str


@dataclass(frozen=True, slots=True)
class CarrierChanged:
    """A NIC's carrier, by its physical name. The failover and state links have one too."""

    physical: str
    up: bool
    gone: bool = False  # the machine has no such NIC any more, as when an adapter is pulled


@dataclass(frozen=True, slots=True)
class ActivityHeard:
    """That NIC heard a frame that counts (``ListenForActivity`` says which), the first since."""

    physical: str


@dataclass(frozen=True, slots=True)
class CableChanged:
    """The cable's facts are now these."""

    facts: CableFacts


class ShortTimer(Enum):
    """Waits finer than the core's millisecond, kept by the process on request."""

    POWER_SETTLE = "power settle"
    POWER_PROBE = "power probe"


@dataclass(frozen=True, slots=True)
class ShortTimerExpired:
    """A ``StartShortTimer`` ran out."""

    timer: ShortTimer


class Order(Enum):
    """What an operator can ask of a unit."""

    ACTIVE = "failover active"
    NO_ACTIVE = "no failover active"
    RESET = "failover reset"


@dataclass(frozen=True, slots=True)
class OrderGiven:
    """An operator's order; ``ticket`` comes back in ``OrderAnswered``."""

    order: Order
    ticket: int


@dataclass(frozen=True, slots=True)
class MessageQueued:
    """Management wants this carried to the mate, in order. Opaque here."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class SyncWanted:
    """Standby: management wants the mate's whole configuration anew."""


class SyncOutcome(Enum):
    """How the replication of the whole configuration ended, said by management."""

    SENT = "sent"  # active: the mate runs it
    RECEIVED = "received"  # standby: all of it is in the running configuration
    FAILED = "failed"  # standby: it could not be taken over; active: the mate says so


@dataclass(frozen=True, slots=True)
class SyncEnded:
    """Management finished replicating a whole configuration."""

    outcome: SyncOutcome


@dataclass(frozen=True, slots=True)
class Done:
    """The data-plane effect of this name was carried out."""

    effect: str  # class name of the effect: "AssumeAddresses"


@dataclass(frozen=True, slots=True)
class Failed:
    """The data-plane effect of this name was refused by the world."""

    effect: str
    why: str


@dataclass(frozen=True, slots=True)
class SnapshotWanted:
    """Management wants a fresh ``Publish``."""


@dataclass(frozen=True, slots=True)
class ManagementBack:
    """A new management process speaks: what the one before was replicating is lost."""


Event = (
    Started
    | SettingsChanged
    | TimePassed
    | FrameReceived
    | FrameUnreadable
    | BadFrameReceived
    | CarrierChanged
    | ActivityHeard
    | CableChanged
    | ShortTimerExpired
    | OrderGiven
    | MessageQueued
    | SyncWanted
    | SyncEnded
    | Done
    | Failed
    | ManagementBack
    | SnapshotWanted
)
