"""What a unit says of itself: system messages, history, MQTT. Called by every other part.

Decides what is published when: state at every change and every 10 s, alerts when they change,
events once. Knows nothing of brokers; a topic is relative to the unit's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields as fields_of

from firmware.core.failover.effects import StateChanged
from firmware.core.failover.view import HostView, UnitView
from firmware.core.management import history, messages, syslog, topics
from firmware.core.management.dates import iso_text, log_text
from firmware.core.management.events import HISTORY, ConsoleText, Keep, PublishTopic, SessionKind
from firmware.core.management.model import STANDBYS, Model
from firmware.core.management.running.entry import LoadFault
from firmware.core.management.session import secrets
from firmware.core.management.views import HistoryRow, active_time_s, is_active
from firmware.core.message_ids import MessageId
from firmware.core.wire.bodies import UnitState

FAULTS_TOLD = 20  # on the console, of one startup-config; `show startup-config errors` has all


def log(model: Model, message: MessageId, *arguments: str) -> None:
    """Say one system message: to memory and as an event, and where the `logging` lines send it."""
    seen = tuple(secrets.spoken(argument) for argument in arguments)  # a line may hold one
    said = model.logging
    severity = syslog.severity(said, int(message), messages.MESSAGES[message].severity)
    line = messages.line(message, seen, model.identity, model.facts.platform, severity)
    model.buffer.add(messages.Logged(model.wall_ms, message, line))
    went = syslog.destinations(said, int(message), severity, standby=_stands_by(model))
    fields: dict[str, topics.Json] = {
        "number": int(message),
        "severity": severity,
        "text": line,
    }
    publish(model, topics.MESSAGE_EVENT, {**fields, "to": list(went)})
    text = f"{log_text(model.wall_ms)}: {line}" if said.timestamp else line
    if syslog.BUFFER in went:
        model.buffer.show(text, said.buffer_size)
    if listeners := _listeners(model, went):
        model.out.append(ConsoleText(text, listeners))
    if syslog.MAIL in went:
        _mail(model, severity, fields)


def _stands_by(model: Model) -> bool:
    """Whether this unit is a standby now. History knows of a takeover before the picture does."""
    if model.history:
        return model.history[-1].change.after in STANDBYS
    return model.standby


def _listeners(model: Model, went: tuple[str, ...]) -> tuple[int, ...]:
    """The sessions that see a message: consoles, and whoever typed `terminal monitor`."""
    return tuple(
        number
        for number, session in model.sessions.items()
        if (syslog.CONSOLE in went and session.kind is SessionKind.CONSOLE)
        or (syslog.MONITOR in went and session.monitor)
    )


def _mail(model: Model, severity: int, fields: dict[str, topics.Json]) -> None:
    mail = syslog.mail(model.logging, severity, str(fields["text"]), model.hostname)
    if mail is None:
        return
    alert: dict[str, topics.Json] = {
        "status": "queued",
        "number": fields["number"],
        "severity": severity,
        "from": mail.sender,
        "recipients": list(mail.recipients),
        "subject": mail.subject,
        "text": mail.text,
        "smtp_servers": list(mail.servers),
    }
    publish(model, topics.EMAIL_ALERT_EVENT, alert)


def publish(model: Model, topic: topics.Topic, fields: dict[str, topics.Json]) -> None:
    """Say this on that topic, stamped."""
    model.sequence += 1
    payload = topics.stamp(model.boot, model.sequence, model.wall_ms) | fields
    model.out.append(PublishTopic(topic.name, payload, topic.retained))


def state_changed(model: Model, change: StateChanged) -> None:
    """One row of history; a switchover if who serves has changed with it."""
    model.history.append(HistoryRow(model.wall_ms, change))
    model.out.append(Keep(HISTORY, history.text(model.history)))
    publish(
        model,
        topics.HISTORY_EVENT,
        {"from": change.before.text, "to": change.after.text, "reason": change.reason},
    )
    _settle(model, change.after, model.wall_ms)


def viewed(model: Model, view: UnitView) -> None:
    """A new picture from the failover machine."""
    if model.serving is None and is_active(view.mine.state):
        # This process began in the middle: the unit became active as long ago as it is active.
        _settle(model, view.mine.state, model.wall_ms - 1000 * view.mine.active_time_s)
    before, model.view = model.view, view
    if before is None or _still(before) != _still(view):
        publish_state(model)


def publish_state(model: Model) -> None:
    """State, and alerts if they are others now."""
    view = model.view
    if view is None:
        model.state_due_ms = None
        return
    now = model.now_ms
    active_s = active_time_s(view.mine, view, now), active_time_s(view.other, view, now)
    last = "" if model.last_failover_ms is None else iso_text(model.last_failover_ms)
    fields = topics.state_payload(view, model.facts, model.hostname, last, active_s)
    publish(model, topics.STATE, fields)
    model.state_due_ms = now + topics.STATE_EVERY_MS
    differ = f"configurations differ: {model.mirror.told}" if model.mirror.told else ""
    alerts = (*topics.alerts(view), *((differ,) if differ else ()))
    if alerts != model.alerts:
        model.alerts = alerts
        publish(model, topics.ALERTS, {"alerts": list(alerts)})


def publish_all(model: Model) -> None:
    """A broker that was away has old news, or none."""
    model.alerts = None
    publish_state(model)


def list_faults(model: Model, faults: Sequence[LoadFault]) -> None:
    """Say which lines of startup-config were not taken, and why."""
    model.boot_faults = tuple(faults)
    for fault in faults[:FAULTS_TOLD]:
        said = f"*** Line {fault.number} of startup-config was not taken"
        model.out.append(ConsoleText(f"{said}: {secrets.spoken(fault.text)}: {fault.why}"))
    if faults:
        log(model, MessageId.LINES_NOT_TAKEN, str(len(faults)), str(faults[0].number))


def list_ignored(model: Model) -> None:
    """Say once that lines are kept and not acted on; again only when they are others."""
    ignored = model.configuration.not_enforced()
    if ignored and ignored != model.listed:
        log(model, MessageId.LINES_NOT_ACTED_ON, str(len(ignored)), ignored[0])
    model.listed = ignored


def _still(view: UnitView) -> tuple[object, ...]:
    """The picture without what moves by itself."""
    hosts = [getattr(host, name) for host in (view.mine, view.other) for name in _OF_HOST]
    return *(getattr(view, name) for name in _OF_PAIR), *hosts


_MOVES = {"at_ms", "late_worst_ms", "frames_ignored", "sent", "received", "active_time_s"}
_HOSTS = {"mine", "other"}
_OF_PAIR = tuple(one.name for one in fields_of(UnitView) if one.name not in _MOVES | _HOSTS)
_OF_HOST = tuple(one.name for one in fields_of(HostView) if one.name not in _MOVES)


def _settle(model: Model, state: UnitState, wall_ms: int) -> None:
    """``Last Failover at``: when this unit last began to serve, or to stand by."""
    if state in (UnitState.ACTIVE, UnitState.STANDBY_READY, UnitState.FAILED):
        serving = state is UnitState.ACTIVE
        if serving is not model.serving:
            model.last_failover_ms = wall_ms
        model.serving = serving
