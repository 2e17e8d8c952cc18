"""All a unit can ask for, in the order it must be done.

``engine.step`` returns a list; the process carries it out from first to last and never reorders.
Within one list the engine keeps to this: addresses are *let go* before the mate is told so, and
*taken* before anybody is told so; frames before messages, messages before pictures of the state.
An effect is a request: the data-plane ones (``ReleaseAddresses`` to ``PrepareDataPlane``) come
back as ``Done(name)`` or ``Failed(name, why)``.

| class | done by | comes back |
|---|---|---|
| PrepareDataPlane ... ReleaseAddresses, as listed below | netlink | yes |
| HoldLease | netlink | no |
| ListenForActivity, StopListening, AskNeighbour, PingBroadcast | interface tests | ActivityHeard |
| SendFrame, SealFailedNotice | the channel's driver; supervisor | no |
| StartShortTimer | the process | ShortTimerExpired |
| everything else | management, GPIO | no |
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv4Interface, IPv6Interface

from firmware.core.failover.events import ShortTimer
from firmware.core.failover.view import UnitView
from firmware.core.message_ids import MessageId
from firmware.core.settings import FailoverLink, Identity, StaticRoute
from firmware.core.wire.bodies import Frame, UnitState


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """One data interface as the data plane sees it. It has an active address of some family."""

    physical: str
    name: str
    active: IPv4Interface | None
    standby: IPv4Interface | None
    active_mac: str
    standby_mac: str
    active6: IPv6Interface | None = None
    standby6: IPv6Interface | None = None
    standby_up: bool = True  # False: the standby persona stays down until "Mac set"
    mtu: int = 1500
    also: tuple[IPv4Address, ...] = ()  # held beside the active address, where that is
    static_arp: tuple[tuple[IPv4Address, str], ...] = ()  # address, MAC; in either role

    @property
    def by_ipv6(self) -> bool:
        """Whether it has IPv6 alone: it is tested by it."""
        return self.active is None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPlan:
    """Everything the batches are prepared from. Equal plans need no work."""

    personas: tuple[Persona, ...] = ()
    routes: tuple[StaticRoute, ...] = ()
    links: tuple[FailoverLink, ...] = ()  # failover and state links: fixed addresses
    identity: Identity = Identity.SECONDARY  # which of a link's two addresses is ours
    silent: tuple[str, ...] = ()  # NICs that are shut down in the configuration
    arp_timeout_s: int = 14_400


@dataclass(frozen=True, slots=True)
class PrepareDataPlane:
    """Make personas, give links their addresses, build the batches. Slow; off the hot path.

    Never changes who is active: addresses stay on the persona that has them. A changed active MAC
    on the active unit is set in place, followed by gratuitous ARP.
    """

    plan: DataPlan


@dataclass(frozen=True, slots=True)
class AssumeAddresses:
    """Become the forwarder, in one batch; then gratuitous ARP, repeated."""


@dataclass(frozen=True, slots=True)
class YieldAddresses:
    """Planned: standby addresses on, active ones off, active links up for stragglers."""


@dataclass(frozen=True, slots=True)
class DropActiveLinks:
    """Planned, later: the active links go down. Slow; off the hot path."""


@dataclass(frozen=True, slots=True)
class ReleaseAddresses:
    """Unplanned: stop being a forwarder now, then settle on the standby personas."""


@dataclass(frozen=True, slots=True)
class HoldLease:
    """LS-1: until then, on the core's clock, the kernel may let pass what goes by the active
    personas. Not in force by then, it is not to be put into force."""

    until_ms: int


@dataclass(frozen=True, slots=True)
class ListenForActivity:
    """Tell once, by ``ActivityHeard``, of the next frame that shows that this NIC hears somebody.

    What counts: any frame that the NIC hears, but for link-local control frames (spanning tree,
    LLDP and the like), whatever the pair itself says (hellos, either persona's MAC or base MAC as
    sender), and answers to the mate's tests. Listening again begins anew. ``persona`` is None for
    an interface without addresses: then nothing is known of the pair's MACs but our own NIC's.
    """

    physical: str
    persona: Persona | None
    holding: bool  # this unit has the active persona; the mate's answers go to the other one


@dataclass(frozen=True, slots=True)
class StopListening:
    """Nothing more is to be told of that NIC's activity."""

    physical: str


@dataclass(frozen=True, slots=True)
class AskNeighbour:
    """The ARP test: one request to the ``turn``-th newest entry of the interface's ARP table.

    Where the interface has IPv6 alone: one neighbour solicitation, and the neighbours it knows.
    ``turn`` counts from 0. An entry that is not there is no error: nothing is sent. The answer, as
    anything else that is heard meanwhile, comes as ``ActivityHeard``.
    """

    physical: str
    persona: Persona
    holding: bool
    turn: int


@dataclass(frozen=True, slots=True)
class PingBroadcast:
    """The broadcast ping test: one echo request to the interface's broadcast address, or, where it
    has IPv6 alone, to all nodes of the link."""

    physical: str
    persona: Persona
    holding: bool


@dataclass(frozen=True, slots=True)
class SendFrame:
    """Say this by that channel."""

    channel: str
    frame: Frame


@dataclass(frozen=True, slots=True)
class SealFailedNotice:
    """Frames for the supervisor to say, should it fence this process."""

    frames: tuple[SendFrame, ...]


@dataclass(frozen=True, slots=True)
class StartShortTimer:
    """Restart that timer. It comes back once."""

    timer: ShortTimer
    microseconds: int


@dataclass(frozen=True, slots=True)
class SetUnitTimers:
    """The supervisor's bound follows the hold time the mate waits."""

    hold_unit_ms: int


@dataclass(frozen=True, slots=True)
class LatchIdentity:
    """Keep in flash: this is what the strap said at boot."""

    identity: Identity


@dataclass(frozen=True, slots=True)
class StateChanged:
    """One row of `show failover history`."""

    before: UnitState
    after: UnitState
    reason: str


@dataclass(frozen=True, slots=True)
class Log:
    """A system message."""

    message: MessageId
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderAnswered:
    """An empty text is success; otherwise one line that says why not."""

    ticket: int
    text: str


@dataclass(frozen=True, slots=True)
class DeliverMessage:
    """The mate's management said this. Opaque here."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class StartSync:
    """Active unit: send the whole running configuration to the mate, which asked for it."""


@dataclass(frozen=True, slots=True)
class ResetReplication:
    """The ordered channel was lost or began anew; half-received messages are gone."""


@dataclass(frozen=True, slots=True)
class Publish:
    """The facts behind show commands, topics and pictures, whenever one of them changed."""

    view: UnitView


class Lamp(Enum):
    """Lamps of a unit's panel."""

    ACTIVE = "active"
    STANDBY = "standby"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class SetLamp:
    """Light or darken a lamp."""

    lamp: Lamp
    on: bool


Effect = (
    PrepareDataPlane
    | AssumeAddresses
    | YieldAddresses
    | DropActiveLinks
    | ReleaseAddresses
    | HoldLease
    | ListenForActivity
    | StopListening
    | AskNeighbour
    | PingBroadcast
    | SendFrame
    | SealFailedNotice
    | StartShortTimer
    | SetUnitTimers
    | LatchIdentity
    | StateChanged
    | Log
    | OrderAnswered
    | DeliverMessage
    | StartSync
    | ResetReplication
    | Publish
    | SetLamp
)
