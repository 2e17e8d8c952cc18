"""Hears the mate: which frames count, what they say of it, and when silence means something.

Decides whether a frame counts at all, and what it says of the mate and of the failover link. What
is made of silence is ``silence``'s. Does not know what to do about it: it returns causes.

A frame counts only if it echoes this boot's random number, so a recording is worth nothing after a
restart; within one boot a channel's sequence only grows, and a life of the mate that ended does not
begin again. A unit whose frame echoes another boot is
answered with a hello that lets it echo ours, and is otherwise nothing. The chassis of the mate is
latched when a frame over the failover link first counts; a stranger is ignored until the mate is
lost. Data interfaces only confirm a mate, they never introduce one: cut the failover link at boot
and the document's "both units become active" holds (FA-5). Unless they are a witness: then they
introduce one once the failover link has been silent for a while, and what is heard by the link
later outranks whom they introduced (WI-2).

A frame that cannot be opened, from where only the mate is, proves that it lives and nothing else
(KY-2). While nothing else is heard of it, its claim to serve or not is all there is to go by, and
only the primary acts on it (KY-3).

Clauses: EV-3, EV-5, FA-4, KY-2, KY-3, NC-1 to NC-5, WI-2.
"""

from __future__ import annotations

from dataclasses import replace

from firmware.core.failover import beside, mates_interfaces, policy
from firmware.core.failover.events import FrameUnreadable
from firmware.core.failover.lives import next_life
from firmware.core.failover.model import Unit
from firmware.core.failover.states import Cause, is_active
from firmware.core.failover.view import CableStatus, FailReason
from firmware.core.message_ids import MessageId
from firmware.core.settings import Identity, Mode
from firmware.core.wire.bodies import (
    CABLE,
    HELLO_INTERFACES,
    Answer,
    FailedNotice,
    Frame,
    Hello,
    Interfaces,
    InterfaceState,
    Probe,
    UnitState,
)
from firmware.core.wire.replay import SequenceWindow

CANDIDATE_REPLY_MS = 100  # a stranger's boot number is answered at most this often
ANSWERS_MS = 50  # between two hellos on the link at least, when one answers the mate's
CABLE_EMPTIES_MS = 250  # a dead mate's last words may still be in the cable
FORMER_LIVES = 4096  # of the mate, remembered in one life of ours
UNPLUGGED = (CableStatus.NOT_CONNECTED_HERE, CableStatus.NOT_CONNECTED_THERE)
CANDIDATES = 8  # and this many of them are remembered
UNREAD_TOLD_MS = 60_000  # a key mismatch is told at most this often
ALONE_ON_LINK_MS = 2_000  # so long the failover link comes first in finding a mate
IDLE_MS = 2_000  # a mate that is not understood must have said so long that it does not serve


def counts(unit: Unit, channel: str, frame: Frame, now_ms: int) -> bool:
    """Whether a frame is the mate's, of this life, and new. What does not count is counted."""
    header = frame.header
    if header.boot == unit.boot:
        return False  # a broadcast of our own, back from the link
    if header.echo != unit.boot:
        unit.ignore(channel, "does not echo this boot")
        if beside.heard(unit, channel, frame, now_ms):
            mark_link_failed(unit, told=unit.cable.status in UNPLUGGED)
        _answer_candidate(unit, channel, frame, now_ms)
        return False
    if header.boot != unit.mate.boot and not _adopt(unit, channel, frame):
        return False
    if isinstance(frame.body, Hello) and frame.body.chassis != unit.mate.chassis:
        unit.ignore(channel, "a stranger's chassis")
        return False
    if not unit.mate.sequences.setdefault(channel, SequenceWindow()).fresh(header.sequence):
        unit.ignore(channel, "heard already, or too old to tell")
        return False
    unit.mate.heard_ms[channel] = unit.mate.understood_ms = now_ms
    if channel == unit.link_channel:
        unit.mate.by_link, unit.link.beside_since_ms = True, None
    unit.testimony.broken.pop(channel, None)
    if channel == unit.link_channel:
        unit.link.beside_since_ms = None
    unit.mate.unread_ms = unit.mate.idle_since_ms = None
    return True


def unreadable(unit: Unit, event: FrameUnreadable, now_ms: int) -> None:
    """KY-2: a frame that cannot be opened came from the mate's place. The mate lives."""
    mate, channel = unit.mate, event.channel
    if not not_understood(unit, now_ms):
        mate.idle_since_ms = None  # what was claimed before it was last understood
    mate.unread_ms = now_ms
    if event.serves is not None:
        idle_ms = now_ms if mate.idle_since_ms is None else mate.idle_since_ms
        mate.idle_since_ms = None if event.serves else idle_ms
    if mate.boot and not mate.lost:
        mate.heard_ms[channel] = now_ms
        unit.testimony.broken.pop(channel, None)
    if mate.unread_told_ms is None or now_ms - mate.unread_told_ms >= UNREAD_TOLD_MS:
        mate.unread_told_ms = now_ms
        unit.log(MessageId.KEY_MISMATCH)
    if event.probe:
        unit.send(channel, hello(unit, now_ms))  # it is not understood, but it is heard


def not_understood(unit: Unit, now_ms: int) -> bool:
    """Whether the mate is heard from its place, and nothing of it was understood for a hold time.

    Somebody who can speak from that place cannot with this undo what the mate itself says.
    """
    mate, hold_ms = unit.mate, unit.settings.hold_unit_ms
    if mate.unread_ms is None or now_ms - mate.unread_ms >= hold_ms:
        return False
    return mate.understood_ms is None or now_ms - mate.understood_ms >= hold_ms


def show_mismatch(unit: Unit, now_ms: int) -> None:
    """The picture changes when the mate is not understood any more, and when it is again."""
    mismatch = not_understood(unit, now_ms)
    if mismatch is not unit.mate.unread_shown:
        unit.mate.unread_shown = mismatch
        unit.changed = True


def left_to_us(unit: Unit, now_ms: int) -> bool:
    """KY-3: whether a mate that is not understood leaves it to this unit to serve.

    Only a configured primary may think so: two that do not understand each other must not both
    act on a claim.
    """
    since_ms = unit.mate.idle_since_ms
    idle = since_ms is not None and now_ms - since_ms >= IDLE_MS
    may = unit.identity is Identity.PRIMARY and unit.settings.configured
    return may and idle and not_understood(unit, now_ms)


def _answer_candidate(unit: Unit, channel: str, frame: Frame, now_ms: int) -> None:
    """Let an unknown boot number echo ours. Only hellos are answered, and each seldom."""
    body = frame.body
    if not isinstance(body, Hello) or not _may_introduce(unit, channel, body):
        return
    candidates = unit.hellos.candidates
    if now_ms - candidates.get(frame.header.boot, -CANDIDATE_REPLY_MS) < CANDIDATE_REPLY_MS:
        return
    candidates.pop(frame.header.boot, None)
    candidates[frame.header.boot] = now_ms
    if len(candidates) > CANDIDATES:
        del candidates[next(iter(candidates))]
    unit.send(channel, hello(unit, now_ms), echo=frame.header.boot)


def _may_introduce(unit: Unit, channel: str, body: Hello) -> bool:
    """Whether a hello of an unknown boot by this channel could be our mate's."""
    mate = unit.mate
    gone = mate.lost or (unit.link.failed and unit.link.silent_all)
    if mate.chassis is None or (gone and body.chassis != mate.chassis):
        waited = unit.last_step_ms - unit.since_ms >= ALONE_ON_LINK_MS
        listens = waited or channel not in unit.data_channels
        return channel in unit.introducing and listens
    outranks = channel == unit.link_channel and not mate.by_link
    return body.chassis == mate.chassis or outranks


def _adopt(unit: Unit, channel: str, frame: Frame) -> bool:
    """Take a boot that echoed ours as the mate's: first contact, restart or replacement."""
    body, mate = frame.body, unit.mate
    if not isinstance(body, Hello):
        unit.ignore(channel, "of a boot not introduced by a hello")
        return False
    if not _may_introduce(unit, channel, body):
        unit.ignore(channel, "a stranger's chassis")
        return False
    if frame.header.boot in mate.former:
        unit.ignore(channel, "of a life of the mate that ended")
        return False
    if body.chassis == mate.chassis and frame.header.boot == next_life(mate.boot):
        _renewed(unit, frame.header.boot)
        return True
    if body.chassis != mate.chassis:
        mate.identify = mate.unfit = None
        mate.by_link = False
    elif mate.boot:
        _bury(unit)
    mate.chassis, mate.boot = body.chassis, frame.header.boot
    mate.newest = mate.states_said = 0
    mate.heard_us = mate.sync_served = False
    mate.hello, mate.states = None, ()
    mate.sequences.clear()
    mate.heard_ms.clear()
    mate.hellos.clear()
    unit.hellos.candidates.clear()
    return True


def _renewed(unit: Unit, boot: int) -> None:
    """NC-5: the mate goes on in another life. What it said of itself holds; its numbers end."""
    mate = unit.mate
    _bury(unit)
    if mate.identified == mate.boot:
        mate.identified = boot
    mate.boot, mate.sync_served = boot, False
    mate.newest = mate.states_said = 0
    mate.sequences.clear()
    unit.hellos.candidates.clear()


def _bury(unit: Unit) -> None:
    """NC-1: a chassis that began anew never takes up the life before. That life's frames echoed us,
    and a recording of them would be heard as one more restart."""
    former = unit.mate.former
    former[unit.mate.boot] = None
    if len(former) > FORMER_LIVES:
        del former[next(iter(former))]


def hello(unit: Unit, now_ms: int) -> Hello:
    """What this unit says of itself now."""
    assert unit.identity is not None
    return Hello(
        identity=unit.identity,
        state=unit.state,
        chassis=unit.chassis,
        configured=unit.settings.configured,
        hears_link=hears_link(unit, now_ms),
        macs_set=unit.plan.macs_set,
        failed=unit.state is UnitState.FAILED,
        holding=unit.holding,
        active_time_s=active_ms(unit, now_ms) // 1000,
        edited=unit.settings.edited,
        digest=unit.settings.digest,
        failed_interfaces=policy.reported(unit, now_ms),
        interfaces=interface_states(unit, HELLO_INTERFACES),
    )


def interface_states(unit: Unit, most: int | None = None) -> tuple[InterfaceState, ...]:
    """What is printed of each data interface, or of the first few, in the configuration's order."""
    watched = (unit.watched.get(i.physical) for i in unit.settings.interfaces[:most])
    states = (None if one is None else one.state for one in watched)
    return tuple(InterfaceState.UNKNOWN if state is None else state for state in states)


def active_ms(unit: Unit, now_ms: int) -> int:
    """How long this unit has been active since it booted, all turns together."""
    running = now_ms - unit.active_since_ms if unit.active_since_ms is not None else 0
    return unit.active_before_ms + running


def hears_link(unit: Unit, now_ms: int) -> bool:
    """Whether the mate was heard on the failover link within the hold time."""
    heard = unit.mate.heard_ms.get(unit.link_channel)
    return heard is not None and now_ms - heard < unit.settings.hold_unit_ms


def note(unit: Unit, channel: str, frame: Frame, now_ms: int) -> list[Cause]:
    """What a frame that counts says of the mate and of the channel it came by."""
    body, mate = frame.body, unit.mate
    if isinstance(body, Probe):
        unit.send(channel, Answer(body.number))
    elif isinstance(body, FailedNotice):
        mate.newest = frame.header.sequence  # what is still under way says nothing any more
        return mate_gone(unit, Cause.MATE_FAILED)
    elif isinstance(body, Interfaces):
        mates_interfaces.heard(unit, frame.header.sequence, body)
    elif isinstance(body, Hello):
        _count_hello(unit, channel, now_ms)
        in_cable = channel == CABLE and mate.lost and now_ms - mate.lost_ms < CABLE_EMPTIES_MS
        if unit.link.failed and channel == unit.link_channel and not body.hears_link:
            _answer(unit, now_ms)  # LK-1: it is whole again, and the mate cannot know
        if frame.header.sequence > mate.newest and not in_cable:
            mate.newest = frame.header.sequence
            return _note_hello(unit, body, now_ms)
    return []


def _answer(unit: Unit, now_ms: int) -> None:
    """On the failover link, soon; two units that answer each other do not for ever."""
    soon_ms = max(now_ms, unit.hellos.spoken_ms + ANSWERS_MS)
    unit.hellos.next_link_ms = min(unit.hellos.next_link_ms, soon_ms)


def _count_hello(unit: Unit, channel: str, now_ms: int) -> None:
    """IF-2: the two hellos must be a poll apart; one said out of turn tells nothing of a switch."""
    mate, apart_ms = unit.mate, unit.settings.poll_interface_ms // 2
    if now_ms - mate.counted_ms.get(channel, now_ms - apart_ms) >= apart_ms:
        mate.counted_ms[channel] = now_ms
        mate.hellos[channel] = min(mate.hellos.get(channel, 0) + 1, 2)


def _note_hello(unit: Unit, body: Hello, now_ms: int) -> list[Cause]:
    mate, before = unit.mate, unit.mate.hello
    mate.hello, mate.hello_ms = body, now_ms
    reloaded = before is None and not mate.lost
    news = body.failed and not (mate.failed and not mate.lost)
    if mate.lost or mate.failed:
        unit.changed = True
    mate.lost, mate.failed = False, body.failed
    if before is None or _picture(before) != _picture(body):
        unit.changed = True
    if before is not None and body.failed_interfaces != before.failed_interfaces:
        unit.hellos.next_link_ms = now_ms  # HM-3: it may be waiting to hear how we are
    mates_interfaces.heard_in_hello(unit, body)
    if body.state is not UnitState.SYNC_CONFIG:
        mate.sync_served = False
    _note_their_hearing(unit, body)
    if body.state is UnitState.NEGOTIATION and unit.state is not UnitState.NEGOTIATION:
        unit.hellos.next_link_ms = now_ms  # HE-1: it looks for us, and may know nothing
    if body.failed:
        return _says_failed(unit, body) if news else []
    if reloaded and not is_active(body.state) and not body.holding:
        return [Cause.MATE_RELOADED]
    return []


def _says_failed(unit: Unit, body: Hello) -> list[Cause]:
    """EV-3: it has removed itself from the network, and goes on saying so on the failover link."""
    unit.mate.hellos.clear()
    unit.other_fail_reason = (
        FailReason.INTERFACE if body.failed_interfaces else FailReason.OWN_FAULT
    )
    unit.changed = True
    return [Cause.MATE_FAILED]


def _picture(body: Hello) -> tuple[object, ...]:
    """What of a hello changes the picture others have of the mate; its active time does not."""
    said = (body.identity, body.state, body.configured, body.macs_set, body.failed)
    return (*said, body.digest, body.edited)


def _note_their_hearing(unit: Unit, body: Hello) -> None:
    """LK-3: a mate that stopped hearing us on the link marks it failed, and so do we."""
    if body.hears_link:
        unit.mate.heard_us = True
    elif unit.mate.heard_us:
        unit.mate.heard_us = False
        mark_link_failed(unit)


def note_handover(unit: Unit, sequence: int, state: UnitState | None) -> None:
    """A step of a switchover is newer word of the mate's state than the hello before it.

    With failover off there the state stays, and what moves is whether it forwards.
    """
    unit.mate.newest = sequence
    before = unit.mate.hello
    if state is None or before is None:
        return
    off = before.state is UnitState.DISABLED
    after = replace(before, state=before.state if off else state, holding=is_active(state))
    if after != before:
        unit.mate.hello = after
        unit.changed = True  # the hello that follows says nothing new


def forget_state(unit: Unit) -> None:
    """LS-4: what the mate said of itself is from before this unit stood still."""
    unit.mate.hello = None


def mate_gone(unit: Unit, cause: Cause) -> list[Cause]:
    """The mate is dead or says it is failed: forget its turn, and let the table answer."""
    mate = unit.mate
    if mate.lost:
        return []
    mate.lost = mate.failed = True
    mate.lost_ms = unit.last_step_ms
    mate.heard_us = mate.sync_served = False
    mate.hellos.clear()
    unit.link.probing_since_ms = None
    unit.other_fail_reason = FailReason.COMMUNICATION
    unit.changed = True
    return [cause]


def mark_link_failed(unit: Unit, *, told: bool = False) -> None:
    """FA-4: the failover link is failed; said once, on both sides, and nobody takes over.

    ``told``: the reason was a message of its own (a pulled plug).
    """
    link = unit.link
    if link.failed:
        return
    link.failed, link.silent_all, link.told = True, False, told
    unit.mate.heard_ms.pop(unit.link_channel, None)  # what was heard before says nothing now
    link.probing_since_ms = None
    unit.changed = True
    if unit.settings.mode is Mode.LAN:
        unit.log(MessageId.FAILOVER_LINK_FAILED)
    elif not told:
        unit.log(MessageId.CABLE_COMMUNICATION_FAILURE)
    if unit.mate.boot and not unit.mate.lost:
        # Tell the mate at once, by the ways that are left.
        unit.hellos.next_data_ms = unit.hellos.next_witness_ms = 0


def restore_link(unit: Unit, now_ms: int) -> None:
    """A frame came by the link, and the mate hears us there: the link is good again.

    Only after such a frame: what was heard before it failed says nothing (FA-4).
    """
    mate = unit.mate
    unplugged = unit.settings.mode is Mode.CABLE and unit.cable.status in UNPLUGGED
    if unit.link.failed and mate.heard_us and hears_link(unit, now_ms) and not unplugged:
        unit.link.failed = unit.link.silent_all = False
        _answer(unit, now_ms)
        unit.changed = True
        if unit.settings.mode is Mode.LAN:
            unit.log(MessageId.FAILOVER_LINK_OK)
        elif not unit.link.told:
            unit.log(MessageId.CABLE_OK)
