"""The running configuration and its copy on the mate: what a change here means elsewhere.

Decides what is told to the failover machine, kept, and replicated when lines change; takes over
what the mate's management sends. Configurations flow from active to standby only: what comes to an
active unit is counted and ignored.
"""

from __future__ import annotations

from firmware.core.failover.events import MessageQueued, SettingsChanged, SyncEnded, SyncOutcome
from firmware.core.management import replicate, telling
from firmware.core.management.config import Entered, Rejected
from firmware.core.management.events import (
    STARTUP_CONFIG,
    ConsoleText,
    KeepRunning,
    ToFailover,
    WriteFlash,
)
from firmware.core.management.model import Model
from firmware.core.message_ids import MessageId

NOBODY = -1  # the session of a command that came from the mate


def configuration_changed(model: Model) -> None:
    """The lines are others now: draw the typed facts from them and tell who must know."""
    model.settings = model.configuration.settings()
    model.hostname = model.configuration.hostname
    if model.connected:
        model.out.append(ToFailover(SettingsChanged(model.settings)))
    model.out.append(KeepRunning(model.configuration.text))


def enter(model: Model, section: str, line: str) -> Entered | Rejected:
    """A line typed here: taken into the configuration, and sent to a mate that listens."""
    entered = model.configuration.enter(section, line)
    if isinstance(entered, Rejected):
        return entered
    if model.mate_listens and entered.replicated:
        model.line_number = (model.line_number + 1) & 0xFFFFFFFF
        _send(model, replicate.Replicate(model.line_number, entered.under, entered.line))
    if entered.changed:
        configuration_changed(model)
    return entered


def send_whole(model: Model) -> None:
    """Active: everything, from the beginning."""
    model.out.append(ConsoleText("Beginning configuration replication: Sending to mate."))
    telling.log(model, MessageId.REPLICATION_SENDING)
    for payload in replicate.whole(model.configuration.text, model.line_number):
        model.out.append(ToFailover(MessageQueued(payload)))
    model.out.append(ToFailover(SyncEnded(SyncOutcome.SENT)))
    model.out.append(ConsoleText("End Configuration Replication to mate"))
    telling.log(model, MessageId.REPLICATION_SENT)


def send_save(model: Model) -> None:
    """Active: the mate is to write its flash too."""
    if model.mate_listens:
        _send(model, replicate.Save())


def receive(model: Model, payload: bytes) -> None:
    """Something came from the mate's management."""
    if model.active:
        model.inbox.bad += 1
        return
    said = model.inbox.receive(payload)
    if isinstance(said, replicate.Begin):
        model.out.append(ConsoleText("Beginning configuration replication from mate."))
        telling.log(model, MessageId.REPLICATION_RECEIVING)
    elif isinstance(said, replicate.Whole):
        _take_over(model, said.text)
    elif isinstance(said, replicate.Replicate):
        _do_too(model, said)
    elif isinstance(said, replicate.Save):
        save(model, NOBODY)
    elif isinstance(said, replicate.Bad) and said.lost:
        telling.log(model, MessageId.REPLICATION_INCOMPLETE)
        model.out.append(ToFailover(SyncEnded(SyncOutcome.FAILED)))


def save(model: Model, session: int) -> None:
    """Write startup-config; ``session`` hears how it ended."""
    model.writers[STARTUP_CONFIG].append(session)
    model.out.append(WriteFlash(STARTUP_CONFIG, model.configuration.text))


def _send(model: Model, message: replicate.Message) -> None:
    model.out.append(ToFailover(MessageQueued(replicate.encode(message))))


def _take_over(model: Model, text: str) -> None:
    model.configuration.load_from_mate(text)
    # The settings first: Standby Ready means ready with the mate's configuration.
    configuration_changed(model)
    model.out.append(ToFailover(SyncEnded(SyncOutcome.RECEIVED)))
    model.out.append(ConsoleText("End configuration replication from mate."))
    telling.log(model, MessageId.REPLICATION_RECEIVED)
    telling.list_ignored(model)


def _do_too(model: Model, said: replicate.Replicate) -> None:
    entered = model.configuration.enter(said.section, said.line)
    if isinstance(entered, Rejected):
        telling.log(model, MessageId.REPLICATION_COMMAND_FAILED, said.line.strip())
    elif entered.changed:
        configuration_changed(model)
