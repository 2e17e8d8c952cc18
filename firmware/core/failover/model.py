"""The unit's state, one record per concern. Each record names its single writer.

Mutable and slotted on purpose: rebuilding a frozen state every step was several times slower, and
exploration wants many schedules. ``report.view`` makes the frozen picture for everybody else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from firmware.core.failover.effects import DataPlan, Effect, Log, SendFrame
from firmware.core.failover.events import CableFacts
from firmware.core.failover.states import Cause
from firmware.core.failover.view import CableStatus, FailReason, SyncStatus, WitnessSays
from firmware.core.message_ids import MessageId
from firmware.core.settings import Identity, Mode, Settings, UnitFacts, Witness
from firmware.core.wire.bodies import (
    CABLE,
    LAN,
    Body,
    Frame,
    Header,
    Hello,
    Identify,
    InterfaceState,
    MoreIdentity,
    TestEntry,
    TestStage,
    UnitState,
)
from firmware.core.wire.replay import SequenceWindow


@dataclass(slots=True)
class Told:
    """What the mate has told of itself so far. Written by ``identifying``."""

    boot: int = 0  # the life that told it
    first: Identify | None = None
    pieces: dict[int, MoreIdentity] = field(default_factory=dict)  # by their first place


@dataclass(slots=True)
class Mate:
    """What is known of the other unit. Written by ``monitor``; states by ``mates_interfaces``."""

    chassis: int | None = None  # latched at negotiation; strangers are ignored
    by_link: bool = False  # and heard by the failover link since, not by a witness alone
    boot: int = 0  # verified: this life has echoed ours
    former: dict[int, None] = field(default_factory=dict)  # lives that ended, oldest first
    hello: Hello | None = None  # the newest, by its sequence
    hello_ms: int = 0  # when it was heard
    states: tuple[InterfaceState, ...] = ()  # of all its data interfaces
    states_said: int = 0  # sequence of the newest word of those that have no place in a hello
    identify: Identify | None = None  # whole: of all its interfaces
    told: Told = field(default_factory=Told)
    identified: int = 0  # the boot whose Identify that is; fitness
    unfit: Cause | None = None  # why it cannot be our mate; fitness
    judged: tuple[object, ...] = ()  # what was last told of that; fitness
    newest: int = 0  # sequence of the newest thing that said something about its state
    lost: bool = True  # declared dead, or never detected
    failed: bool = False  # it says so, or was lost after having been heard: printed Failed
    lost_ms: int = 0
    heard_ms: dict[str, int] = field(default_factory=dict)  # by channel
    sequences: dict[str, SequenceWindow] = field(default_factory=dict)  # by channel
    hellos: dict[str, int] = field(default_factory=dict)  # by channel, since it began to wait
    counted_ms: dict[str, int] = field(default_factory=dict)  # by channel, when last counted
    understood_ms: int | None = None  # when a frame last counted
    unread_ms: int | None = None  # when one from its place could not be opened
    unread_told_ms: int | None = None
    unread_shown: bool = False  # the picture says that it is alive and not understood
    idle_since_ms: int | None = None  # frames that cannot be opened say: I do not serve
    heard_us: bool = False  # this life of the mate has said hears_link
    sync_served: bool = False  # its request for the configuration was passed on
    sync_ended_ms: int | None = None  # when management had done with that request
    not_active_since_ms: int | None = None  # neither unit is active since


@dataclass(slots=True)
class Watched:
    """One data interface as this unit watches it. Written by ``interfaces`` and ``ladder``."""

    quiet_since_ms: int  # the last verdict, or when it was first looked at
    state: InterfaceState | None = None  # as printed
    monitoring: bool = False  # two hellos were heard: missing ones mean something
    faulty: bool = False  # counts for the interface policy
    linked_once: bool = False  # since it was raised: a missing link is not on its way up
    coming_up: bool = False  # without a link so far
    failed: bool = False  # by a test, and nobody was heard since
    unknown: bool = False  # tested, and neither unit heard anybody
    stage: TestStage | None = None  # of the test under way
    quietly: bool = False  # it repeats one whose outcome is known: without messages
    begun_ms: int = 0
    stage_ends_ms: int = 0
    next_ms: int = 0  # when the test goes on
    turn: int = 0  # questions asked in this stage
    passed: TestStage | None = None  # in which stage of the last test somebody was heard
    mate_stage: TestStage | None = None  # what the mate last told of its test
    mate_heard: TestStage | None = None  # in which stage of this test the mate heard somebody


@dataclass(slots=True)
class Link:
    """The failover link. Written by ``monitor``; ``cable`` and the power facts by ``power``."""

    told: bool = False  # by a message of the cable's
    failed: bool = False  # marked failed: the mate is heard elsewhere only, or the cable is out
    silent_all: bool = False  # failed, and nothing is heard elsewhere either
    beside_since_ms: int | None = None  # since when somebody says hello elsewhere: ``beside``
    beside_ms: int = 0  # and when that was last heard
    probing_since_ms: int | None = None
    next_probe_ms: int = 0
    probe_number: int = 0


@dataclass(slots=True)
class Testimony:
    """What the witnesses say. Written by ``witness``."""

    broken: dict[str, None] = field(default_factory=dict)  # ways whose end here failed meanwhile
    says: tuple[tuple[Witness, WitnessSays], ...] = ()  # as shown
    none_since_ms: int | None = None  # no listed way is alive since
    blocked: bool = False  # and so nobody takes over from a silent mate; told
    due_ms: int | None = None  # when to look again


@dataclass(slots=True)
class Cable:
    """The cable's facts and what they mean. Written by ``power``."""

    facts: CableFacts | None = None
    status: CableStatus = CableStatus.NOT_USED
    strap_changed_ms: int = 0  # or my plug came in; before the boot counts as long ago
    strap_told: Identity | None = None  # not as latched, and told
    settling: bool = False
    probe: int | None = None  # the number of the power probe that is out
    answered: bool = False
    asked_nobody: bool = False  # the mate was not known when the probe went out


@dataclass(slots=True)
class Handover:
    """A planned switchover under way. Written by ``handover``."""

    number: int = 0  # of the last one we started or took part in
    yielded_ms: int | None = None  # we let go, and wait for "claimed"
    again_ms: int = 0  # say Yielded again
    asked_ms: int | None = None  # we asked the mate, and wait for "yielded"
    ticket: int | None = None  # of the order that waits for an answer
    drop_links_ms: int | None = None  # claimed: our active links go down then
    claim: int | None = None  # number of the one we are claiming
    by_order: bool = False


@dataclass(slots=True)
class Plan:
    """What the data plane was asked to be. Written by ``dataplan``."""

    wanted: DataPlan | None = None
    made_of: tuple[object, ...] = ()
    ready: bool = False
    refused: str = ""
    retry_ms: int | None = None
    macs_set: bool = False
    raised_ms: int | None = None  # when the first plan was carried out: NICs have been up since


@dataclass(slots=True)
class Lease:
    """What the kernel was last told. Written by ``lease``."""

    until_ms: int | None = None  # nothing passes by the active personas any more; None: not held
    renewed_ms: int = 0
    lapses: int = 0  # it was over for a while, and this unit went on
    lapsed_worst_ms: int = 0
    drained_ms: int = 0  # when all that had come in was last heard
    listens_until_ms: int = 0  # this unit stood still: what waited to be heard is old


@dataclass(slots=True)
class Hellos:
    """When to speak next. Written by ``speaking``; the piece by ``identifying``."""

    next_link_ms: int = 0
    next_data_ms: int = 0
    spoken_ms: int = 0  # the last hello on the failover link
    next_witness_ms: int = 0
    sequence: int = 0
    data_turn_ms: int = 0  # when the turn by all data interfaces began
    data_place: int = 0  # of the channel that is next in that turn
    next_piece: int = 0  # place of the interface that the next MoreIdentity begins with
    candidates: dict[int, int] = field(default_factory=dict)  # unverified boot -> answered at


@dataclass(slots=True)
class Unit:
    """Everything. The fields of its own are written by ``engine``."""

    facts: UnitFacts
    boot: int
    chassis: int
    settings: Settings = field(default_factory=Settings)
    link_channel: str = CABLE  # the failover link in the mode the settings select
    data_channels: tuple[str, ...] = ()  # data interfaces that can carry hellos: not shut down
    hello_channels: tuple[str, ...] = ()  # those of them that are monitored
    channels: tuple[str, ...] = (CABLE,)  # every way to the mate, the failover link first
    witness_links: tuple[str, ...] = ()  # the other mode's failover link, where it is a witness
    listed: tuple[str, ...] = ()  # the ways whose silence may prove the mate dead
    introducing: tuple[str, ...] = (CABLE,)  # the ways by which a mate may be found
    booted: bool = False  # the first settings have arrived
    took_part: bool = False  # failover was on at some time of this life
    took_role: bool = False  # it left Negotiation for another state than Disabled in this life
    passive: bool = False  # Disabled because the mate does not fit; entering
    sync_failures: int = 0  # in a row
    identity: Identity | None = None
    latched: Identity | None = None
    goes_on: bool = False  # a process before this one was that, since the unit was switched on
    state: UnitState = UnitState.DISABLED
    reason: str = ""
    since_ms: int = 0  # in this state
    renewed_ms: int | None = None  # a new life began without a restart; renewal
    last_step_ms: int = 0
    due_ms: int | None = None
    late_worst_ms: int = 0
    active_since_ms: int | None = None
    active_before_ms: int = 0  # active time of earlier turns
    switchovers: int = 0
    conflict: bool = False
    holding: bool = False  # the active addresses are here; `no failover` freezes it
    sync: SyncStatus = SyncStatus.NONE
    my_fail_reason: FailReason = FailReason.NONE
    other_fail_reason: FailReason = FailReason.NONE
    carriers: dict[str, bool] = field(default_factory=dict)
    data_places: dict[str, int] = field(default_factory=dict)  # physical name -> its index
    watched: dict[str, Watched] = field(default_factory=dict)  # by physical name; interfaces
    held_since_ms: int = 0  # since when the interfaces' hold time is what it is
    watch_due_ms: int | None = None  # look at all of them then; interfaces
    watch_seen: tuple[object, ...] = ()  # what they were last looked at beside; interfaces
    failed_count: int = 0  # monitored interfaces that have failed; interfaces
    coming_up_count: int = 0  # of these, not seen with a link yet; interfaces
    coming_up_since_ms: int = 0  # when the last of these was raised; interfaces
    tests_told: list[TestEntry] = field(default_factory=list)  # for the mate; ladder
    policy_met_ms: int | None = None  # active, and the interface policy met since; policy
    turns_ms: tuple[int, ...] = ()  # switchovers and failures for interfaces; policy
    ignored: dict[str, int] = field(default_factory=dict)
    received: int = 0  # frames that counted
    lamps: tuple[bool, bool, bool] = (False, False, False)
    changed: bool = False
    owes: bool = False  # hellos and a picture that may be due now; engine
    mate: Mate = field(default_factory=Mate)
    link: Link = field(default_factory=Link)
    testimony: Testimony = field(default_factory=Testimony)
    cable: Cable = field(default_factory=Cable)
    handover: Handover = field(default_factory=Handover)
    plan: Plan = field(default_factory=Plan)
    lease: Lease = field(default_factory=Lease)
    hellos: Hellos = field(default_factory=Hellos)
    out: list[Effect] = field(default_factory=list)

    def take_settings(self, settings: Settings) -> None:
        """New settings, and the channels that follow from them."""
        self.settings = settings
        self.link_channel = LAN if settings.mode is Mode.LAN else CABLE
        self.data_channels = tuple(i.physical for i in settings.interfaces if not i.shutdown)
        self.witness_links = _witness_links(settings)
        self.channels = (self.link_channel, *self.witness_links, *self.data_channels)
        self.hello_channels = tuple(
            i.physical for i in settings.interfaces if i.monitored and not i.shutdown
        )
        self.data_places = {i.physical: n for n, i in enumerate(settings.interfaces)}
        links = (self.link_channel, *self.witness_links)
        listed = [witness.value for witness in settings.witness]
        proving = self.hello_channels if Witness.INTERFACES in settings.witness else ()
        self.listed = (*(link for link in links if link in listed), *proving)
        self.introducing = (*links, *proving)

    def frame(self, body: Body, *, echo: int | None = None, sequence: int | None = None) -> Frame:
        """A frame of ours, numbered, that echoes the mate's boot unless told otherwise."""
        if sequence is None:
            self.hellos.sequence = sequence = self.hellos.sequence + 1
        return Frame(Header(sequence, self.boot, self.mate.boot if echo is None else echo), body)

    def send(self, channel: str, body: Body, *, echo: int | None = None) -> None:
        """Ask for one frame to be said."""
        self.out.append(SendFrame(channel, self.frame(body, echo=echo)))

    def send_everywhere(self, body: Body) -> None:
        """Ask for it on every channel."""
        for channel in self.channels:
            self.send(channel, body)

    def log(self, message: MessageId, *arguments: str) -> None:
        """Ask for a system message."""
        self.out.append(Log(message, arguments))

    def ignore(self, channel: str, why: str) -> None:
        """Count a frame that counts for nothing; told when it is ten, a hundred, a thousand ...

        Bounded: channels and reasons are ours. A few are usual while two units meet.
        """
        key = f"{channel}: {why}"
        count = self.ignored[key] = self.ignored.get(key, 0) + 1
        if count >= 10 and count == 10 ** (len(str(count)) - 1):
            self.log(MessageId.FRAMES_IGNORED, str(count), channel, why)
            self.changed = True


def _witness_links(settings: Settings) -> tuple[str, ...]:
    """The other mode's failover link, where it is a witness."""
    if settings.mode is Mode.LAN:
        return (CABLE,) if Witness.CABLE in settings.witness else ()
    link = settings.failover_link
    usable = link is not None and link.primary is not None and not link.shutdown
    return (LAN,) if Witness.LAN in settings.witness and usable else ()
