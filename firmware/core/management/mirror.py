"""The running configuration and its copy on the mate: what a change here means elsewhere.

Decides what is told to the failover machine, kept, and replicated when lines change; takes over
what the mate's management sends. Configurations flow from active to standby only. A line that was
still under way at a switchover is taken by the new active unit: it was typed on the active one.

For who owns the sessions: ``enter`` takes a typed line, ``send_save`` and ``save`` write flash on
both units, ``write_standby``, ``exec_on`` and ``session_closed`` are commands, ``out_of_sync`` is
for what is shown. For the engine: ``receive``, ``send_whole``, ``reset``, ``watch``,
``time_passed``, ``due_ms``, ``catch_replies``.

Clauses: CF-3, CF-4, RP-1 to RP-9.
"""

from __future__ import annotations

import re
from functools import partial

from firmware.core.failover.events import (
    MessageQueued,
    SyncEnded,
    SyncOutcome,
    SyncWanted,
)
from firmware.core.failover.view import LinkStatus, UnitView
from firmware.core.management import clearing, keeping, loading, settling, telling
from firmware.core.management.cli.matching import Matched
from firmware.core.management.events import (
    STARTUP_CONFIG,
    CloseSession,
    ConsoleText,
    Reply,
    ToFailover,
    WriteFlash,
)
from firmware.core.management.model import Model
from firmware.core.management.replicate import messages as say
from firmware.core.management.replicate.drift import Look
from firmware.core.management.replicate.inbox import Whole
from firmware.core.management.replicate.outbox import Under
from firmware.core.management.replicate.remote import Target, ours, refusal
from firmware.core.management.running.model import Entered, Path, Refused
from firmware.core.management.session import secrets
from firmware.core.message_ids import MessageId
from firmware.core.settings import Mode
from firmware.core.wire.bodies import UnitState

NOBODY = -1  # the session of a command that came from the mate
SAVE = "copy running-config startup-config"
TAKING_OVER = (UnitState.SYNC_CONFIG, UnitState.SYNC_FILE_SYSTEM, UnitState.BULK_SYNC)
FAILURES_TOLD = 16  # of one batch or one configuration; the rest is the same trouble
_KEY = "failover key "
# What ends a replication that cannot go on, and the key without which the mate is not understood.
_ALWAYS = re.compile(r"\s*(no\s+failover\s*$|(no\s+)?failover\s+key\b)")
_KEY_LINE = re.compile(rf"^{_KEY}[^\n]*\n", re.MULTILINE)


# -- what is typed here ------------------------------------------------------------------------


def enter(model: Model, path: Path, line: str | Matched) -> Entered | Refused:
    """A line typed here: taken into the configuration, and sent to a mate that listens."""
    mirror = model.mirror
    if why := typing_refused(model, line if isinstance(line, str) else line.whole):
        return Refused(f"ERROR: {why}")
    sealed = _sealed(model)
    if isinstance(line, Matched):
        entered = model.configuration.take(path, line)
    else:
        entered = model.configuration.enter(path, line)
    if isinstance(entered, Refused):
        return entered
    if entered.replicated:
        _replicate(model, entered, sealed=sealed)
        if entered.line.startswith(_KEY):
            mirror.key_from_mate = False
        mirror.edited = mirror.edited or (entered.changed and model.standby)
    if entered.changed:
        settling.changed(model, entered.line)
    return entered


def pass_on(model: Model, line: str) -> None:
    """An order that changed this unit's configuration: the mate does it too."""
    if model.active and model.mate_there:
        _have_done(model, say.Line((), line))
    model.mirror.edited = model.mirror.edited or model.standby


def typing_refused(model: Model, line: str) -> str:
    """Why nothing may be typed into the configuration now, or nothing."""
    taking = model.view is not None and model.view.mine.state in TAKING_OVER
    if not (taking or model.mirror.inbox.receiving) or _ALWAYS.match(line):
        return ""
    return (
        "the configuration is being replicated from the active unit and would overwrite this; "
        "type it on the active unit, or wait for the end of the replication"
    )


def _replicate(model: Model, entered: Entered, *, sealed: bool) -> None:
    if not model.active or not model.mate_there or not entered.line.strip():
        return
    if not sealed and entered.line.startswith(_KEY):
        return  # a key never travels in clear
    if model.mirror.outbox.under is Under.WHOLE:
        telling.log(model, MessageId.TYPED_DURING_SYNC, entered.line.strip())
    _have_done(model, say.Line(entered.under, entered.line))


def send_save(model: Model) -> None:
    """Active: the mate is to write its flash too, after all that was typed before."""
    if model.active and model.mate_there:
        _have_done(model, say.Save())


def _have_done(model: Model, item: say.Item) -> None:
    """On the mate too. Without room for it the whole configuration goes there, and soon."""
    if not model.mirror.outbox.add(item):
        telling.log(model, MessageId.MESSAGE_BLOCK_FAILED)
    _pump(model)


def save(model: Model, session: int) -> str:
    """Write startup-config; ``session`` hears how it ended. Not empty: why it cannot be done."""
    settling.settle(model)
    text = model.configuration.saved
    if why := _no_room(model, len(text.encode("utf-8", "replace"))):
        if session == NOBODY:
            save_failed(model, why)
        return why
    model.writers[STARTUP_CONFIG].append(session)
    model.out.append(WriteFlash(STARTUP_CONFIG, text))
    return ""


def save_failed(model: Model, why: str) -> None:
    """What the mate asked to be saved is not: both units say so."""
    telling.log(model, MessageId.REPLICATION_COMMAND_FAILED, f"{SAVE} ({why})")
    _send(model, say.Failure(SAVE, why))


def write_standby(model: Model) -> str:
    """Have the standby clear its configuration and take this one. Not empty: why not."""
    if not (model.mate_listens and model.mate_there):
        return "this unit is not active with a standby unit that listens; see show failover"
    model.mirror.drift.begin_anew()
    _resync(model)
    return ""


def exec_on(model: Model, session: int, target: Target, line: str, *, configuring: bool) -> str:
    """``failover exec``: run a line there. Empty: the session waits, ``remote.finish`` answers it.

    Not empty: why it was not run. ``configuring``: the session is in configuration mode.
    """
    remote, view = model.mirror.remote, model.view
    if why := refusal(line):
        return why
    wants_active = target is Target.ACTIVE
    if target is not Target.MATE and (model.active if wants_active else model.standby):
        return remote.here(session, line, configuring=configuring)
    state = UnitState.NOT_DETECTED if view is None else view.other.state
    if not model.mate_there:
        return f"the other unit is {state.text}; see show failover"
    if not _sealed(model) and secrets.tells(line):
        return "it holds a password or a key, and nothing is sealed on the way; type it there"
    asked = remote.ask(session, line, model.now_ms, configuring=configuring)
    if isinstance(asked, str):
        return asked
    _send(model, asked)
    return ""


def session_closed(model: Model, session: int) -> None:
    """A terminal session ended."""
    leave = model.mirror.remote.closed(session)
    model.sessions.pop(ours(session), None)
    if leave is not None:
        _send(model, leave)


def out_of_sync(model: Model) -> str:
    """Why the two units run different configurations, as far as this unit knows; empty: they do
    not, or it is being mended."""
    return model.mirror.drift.words


# -- a whole configuration ---------------------------------------------------------------------


def send_whole(model: Model) -> None:
    """Active: everything, from the beginning. How it ended is the mate's to say."""
    outbox = model.mirror.outbox
    outbox.start_whole(model.now_ms)
    model.out.append(ConsoleText("Beginning configuration replication: Sending to mate."))
    telling.log(model, MessageId.REPLICATION_SENDING)
    text = model.configuration.replica(key=_sealed(model))
    payloads = say.whole(text, outbox.number)
    if len(text.encode("utf-8", "replace")) > say.TEXT_MAX:
        del payloads[1:]  # the mate refuses it at its beginning, and says so
    for payload in payloads:
        model.out.append(ToFailover(MessageQueued(payload)))


def _sent(model: Model, refused: str) -> None:
    """The mate said how it ended."""
    if model.mirror.outbox.under is not Under.WHOLE:
        return
    model.mirror.outbox.whole_ended()
    if refused:
        telling.log(model, MessageId.REPLICATION_INCOMPLETE)
        model.out.append(ConsoleText(f"Configuration replication to mate failed: {refused}"))
        model.out.append(ToFailover(SyncEnded(SyncOutcome.FAILED)))
        return
    model.out.append(ToFailover(SyncEnded(SyncOutcome.SENT)))
    model.out.append(ConsoleText("End Configuration Replication to mate"))
    telling.log(model, MessageId.REPLICATION_SENT)
    _set_edited(model, False)
    watch(model)


def _begun(model: Model, begin: say.Begin) -> None:
    model.out.append(ConsoleText("      Beginning configuration replication from mate."))
    telling.log(model, MessageId.REPLICATION_RECEIVING)
    why = _no_room(model, begin.size)
    if why:
        model.mirror.inbox.skip()
        _not_taken(model, why)


def _taken_over(model: Model, text: str) -> None:
    mirror = model.mirror
    mirror.outbox.reset()
    faults = model.configuration.load_from_mate(text)
    mirror.edited = False
    mirror.key_from_mate = mirror.key_from_mate or _KEY_LINE.search(text) is not None
    for fault in faults[:FAILURES_TOLD]:
        _failed(model, fault.text.strip(), fault.why)
    _send(model, say.Took())
    # Standby Ready means ready with the mate's settings, and its packet rules in the kernel.
    settling.settle_next(model, partial(_ready, model))


def _ready(model: Model) -> None:
    model.out.append(ToFailover(SyncEnded(SyncOutcome.RECEIVED)))
    model.out.append(ConsoleText("      End configuration replication from mate."))
    telling.log(model, MessageId.REPLICATION_RECEIVED)
    telling.list_ignored(model)


def _not_taken(model: Model, why: str) -> None:
    """Standby: what runs here stays whole."""
    _send(model, say.Refused(why))
    telling.log(model, MessageId.REPLICATION_INCOMPLETE)
    model.out.append(ConsoleText(f"      Configuration replication from mate failed: {why}"))
    model.out.append(ToFailover(SyncEnded(SyncOutcome.FAILED)))


def _lost(model: Model, why: str) -> None:
    """Something of the mate's did not arrive whole. Only a whole configuration mends that."""
    if model.view is None or model.view.mine.state is UnitState.SYNC_CONFIG:
        _not_taken(model, why)
    elif not model.mirror.edited:
        model.out.append(ToFailover(SyncWanted()))


def _no_room(model: Model, size: int) -> str:
    room = model.facts.flash_mb << 20
    if size <= room:
        return ""
    return f"the configuration has {size} bytes, the flash of this unit {room}"


# -- what the mate says ------------------------------------------------------------------------


def receive(model: Model, payload: bytes) -> None:
    """Something came from the mate's management."""
    inbox = model.mirror.inbox
    said = inbox.receive(payload)
    if isinstance(said, say.Begin | Whole | say.Resync) and model.active:
        inbox.skip()  # configurations flow from active to standby
        inbox.bad += 1
        return
    match said:
        case say.Begin():
            _begun(model, said)
        case Whole():
            _taken_over(model, said.text)
        case say.Batch():
            _do_too(model, said)
        case say.Bad(why, True):
            _lost(model, why)
        case say.Resync():
            model.out.append(ToFailover(SyncWanted()))
        case say.Exec():
            refused = model.mirror.remote.serve(said)
            if refused is not None:
                _send(model, refused)
            _end_counterparts(model)
        case _:
            _answered(model, said)


def _answered(model: Model, said: say.Message | Whole | say.Bad | None) -> None:
    """What the mate says of something we sent."""
    mirror = model.mirror
    match said:
        case say.Took():
            _sent(model, "")
        case say.Refused(why):
            _sent(model, why)
        case say.Done(number):
            mirror.outbox.done(number)
            watch(model)
        case say.Failure(line, why):
            telling.log(model, MessageId.REPLICATION_COMMAND_FAILED, f"{line} ({why})")
            mirror.drift.refused = mirror.drift.refused if line == SAVE else line
        case say.Answer():
            mirror.remote.answered(said)
        case say.Leave(session):
            mirror.remote.left(session)
            _end_counterparts(model)


def _do_too(model: Model, batch: say.Batch) -> None:
    """Lines typed on the active unit: each is tried, and those that fail are told of."""
    mirror, changed, failures = model.mirror, False, 0
    if model.active and not mirror.inbox.in_order:
        mirror.inbox.bad += 1
        return
    for item in batch.items:
        if isinstance(item, say.Save):
            save(model, NOBODY)
            continue
        if clearing.clears(model.configuration, item.line, from_mate=True):
            changed = True
            continue
        if keeping.carries_out(model, item.line, NOBODY):
            continue
        mirror.key_from_mate = mirror.key_from_mate or item.line.startswith(_KEY)
        entered = model.configuration.enter(item.path, item.line, from_mate=True)
        if not isinstance(entered, Refused):
            changed = changed or entered.changed
        elif (failures := failures + 1) <= FAILURES_TOLD:
            _failed(model, item.line, entered.text)
    if changed:
        settling.settle(model, anew=True)
    _send(model, say.Done(batch.last))


def _failed(model: Model, line: str, why: str) -> None:
    telling.log(model, MessageId.REPLICATION_COMMAND_FAILED, line)
    _send(model, say.Failure(line, why.removeprefix("ERROR: ")))


# -- what the failover machine and time say ----------------------------------------------------


def reset(model: Model) -> None:
    """The ordered channel began anew: what was under way both ways is gone."""
    loading.when_loaded(model, None)
    model.mirror.inbox.reset()
    model.mirror.outbox.reset()
    model.mirror.remote.mate_lost()
    _end_counterparts(model)


def watch(model: Model) -> None:
    """The picture changed, or time passed: are the two units' configurations the same?"""
    mirror, view = model.mirror, model.view
    if view is None:
        mirror.drift.wait()  # nothing to look at: nor is anything due
        return
    theirs = view.other.digest
    equal = theirs == model.settings.digest and theirs is not None
    if model.standby and equal:
        _set_edited(model, False)
    if not model.mate_there:
        mirror.outbox.reset()  # what comes is synchronised from the beginning
    _pump(model)
    # What is typed is drawn a little later: until then our own digest is an old one.
    unsettled = mirror.outbox.under is Under.WHOLE or model.settle_due_ms is not None
    if not model.active or not model.mate_there:
        mirror.drift.forget()
    elif unsettled or view.other.state is not UnitState.STANDBY_READY or _link_failed(view):
        mirror.drift.wait()
    else:
        if equal:
            _set_edited(model, False)
        _compare(model, equal, theirs_edited=view.other.edited)
    _tell(model, equal)


def _link_failed(view: UnitView) -> bool:
    """Nothing replicated arrives, and the digest heard may be old."""
    return view.failover_link is LinkStatus.FAILED


def _compare(model: Model, equal: bool, *, theirs_edited: bool) -> None:
    mirror, poll_ms = model.mirror, model.settings.poll_unit_ms
    if mirror.outbox.owed:
        mirror.outbox.reset()
        if not theirs_edited:
            _resync(model)
            return
    seen = Look(
        equal=equal,
        ours_edited=mirror.edited,
        theirs_edited=theirs_edited,
        idle=mirror.outbox.idle,
        poll_ms=poll_ms,
    )
    if mirror.drift.look(seen, model.now_ms):
        _resync(model)


def _tell(model: Model, equal: bool) -> None:
    why = out_of_sync(model)
    if why == model.mirror.told:
        return
    model.mirror.told = why
    if why:
        telling.log(model, MessageId.OUT_OF_SYNC, why)
    elif equal:
        telling.log(model, MessageId.IN_SYNC)
    if model.view is not None:
        telling.publish_state(model)


def time_passed(model: Model) -> None:
    """Whatever is due."""
    model.mirror.outbox.time_passed(model.now_ms)
    model.mirror.remote.time_passed(model.now_ms)
    watch(model)


def due_ms(model: Model) -> int | None:
    """When ``time_passed`` has something to do."""
    mirror = model.mirror
    dues = (
        mirror.outbox.due_ms(),
        mirror.remote.due_ms(),
        mirror.drift.due_ms(model.settings.poll_unit_ms),
    )
    return min((due for due in dues if due is not None), default=None)


def catch_replies(model: Model) -> None:
    """What the counterparts of failover exec printed goes to who asked, not to a terminal."""
    remote = model.mirror.remote
    while any(isinstance(e, Reply | CloseSession) and e.session < NOBODY for e in model.out):
        effects, model.out = model.out, []
        for effect in effects:
            if isinstance(effect, Reply) and effect.session < NOBODY:
                answer = remote.caught(effect.session, effect.text, done=effect.done)
                if answer is not None:
                    _send(model, answer)
            elif not (isinstance(effect, CloseSession) and effect.session < NOBODY):
                model.out.append(effect)


def _end_counterparts(model: Model) -> None:
    """Sessions of the mate here that nobody asks for any more."""
    served = model.mirror.remote.served
    for number in [n for n in model.sessions if n < NOBODY and n % 2 and n not in served]:
        del model.sessions[number]


def _set_edited(model: Model, edited: bool) -> None:
    if model.mirror.edited is not edited:
        model.mirror.edited = edited
        settling.settle(model, anew=True)


def _sealed(model: Model) -> bool:
    """Nobody but the mate reads what is sent now. The cable is never sealed."""
    return model.settings.mode is Mode.LAN and model.settings.key is not None


def _resync(model: Model) -> None:
    model.mirror.outbox.reset()
    _send(model, say.Resync())


def _pump(model: Model) -> None:
    if model.active and not model.mate_listens:
        return  # a picture from before a switchover, or two active units: wait for the next one
    batch = model.mirror.outbox.next(model.now_ms)
    if batch is not None:
        _send(model, batch)


def _send(model: Model, message: say.Message) -> None:
    model.out.append(ToFailover(MessageQueued(say.encode(message))))
