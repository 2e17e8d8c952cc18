"""What is typed: sessions, their modes and prompts, and who does what the command table names.

A command answers at once, or later when the failover machine (an order) or flash (a save) has; the
session waits meanwhile. Knows nothing of sockets.
"""

from __future__ import annotations

from collections.abc import Callable

from firmware.core.failover import events as failover_events
from firmware.core.management import mirror, telling, views
from firmware.core.management.commands import (
    LINE_MAX,
    Place,
    Row,
    candidates,
    resolve,
)
from firmware.core.management.events import (
    LATCHED_IDENTITY,
    STARTUP_CONFIG,
    CloseSession,
    CommandEntered,
    EraseFlash,
    FlashWritten,
    Reload,
    Reply,
    SessionOpened,
    ToFailover,
    ToSupervisor,
)
from firmware.core.management.model import (
    ORDER_PATIENCE_MS,
    SESSIONS_MAX,
    Model,
    Order,
    Session,
)
from firmware.core.management.running.model import Refused
from firmware.core.management.running.render import shown
from firmware.core.message_ids import MessageId

WARNING = (
    "**** WARNING ****\n"
    "\tConfiguration Replication is NOT performed from Standby unit to Active unit.\n"
    "\tConfigurations are no longer synchronized.\n"
)
SAVED = "Building configuration...\n[OK]\n"
# Words that begin commands only: a slip after them is a slip, not a configuration line.


def opened(model: Model, event: SessionOpened) -> None:
    """A session that is not interactive types configuration lines and commands alike."""
    place = Place.EXEC if event.interactive else Place.CONFIG
    model.sessions[event.session] = Session(event.interactive, place)
    if event.interactive:
        _reply(model, event.session, "")


def entered(model: Model, event: CommandEntered) -> None:
    """A line was typed. A session nobody opened is one that is not interactive."""
    session = model.sessions.get(event.session)
    if session is None:
        if len(model.sessions) >= SESSIONS_MAX:
            text = f"ERROR: {SESSIONS_MAX} sessions are open\n"
            model.out.append(Reply(event.session, text, True))
            return
        session = model.sessions[event.session] = Session(False, Place.CONFIG)
    refusal = _refusal(session, event.line)
    if refusal:
        _reply(model, event.session, f"ERROR: {refusal}\n")
        return
    line = event.line.rstrip()
    if line.endswith("?"):
        _reply(model, event.session, candidates(tuple(line[:-1].split())))
    elif not line:
        _reply(model, event.session, "")
    else:
        _dispatch(model, event.session, session, line)


def answered(model: Model, ticket: int, text: str) -> None:
    """The failover machine answered an order."""
    order = model.orders.pop(ticket, None)
    if order is not None:
        error = text if not text or text.startswith("ERROR") else f"ERROR: {text}"
        finish(model, order.session, f"{error}\n" if error else "")


def written(model: Model, event: FlashWritten) -> None:
    """Flash answered a write, in the order they were asked for."""
    if event.name == LATCHED_IDENTITY and event.error:
        telling.log(model, MessageId.FLASH_UNREADABLE, event.name, event.error)
    waiting = model.writers.get(event.name)
    if not waiting:
        return
    session = waiting.popleft()
    if session != mirror.NOBODY:
        finish(model, session, f"ERROR: {event.name}: {event.error}\n" if event.error else SAVED)
    elif event.error:
        mirror.save_failed(model, event.error)


def give_up(model: Model, why: str, *, all_of_them: bool) -> None:
    """Answer the orders that waited too long, or whose answer cannot come any more."""
    for ticket, order in list(model.orders.items()):
        if all_of_them or order.due_ms <= model.now_ms:
            answered(model, ticket, f"ERROR: {why}")


def _refusal(session: Session, line: str) -> str:
    if session.waits:
        return "the command before is not answered yet"
    if len(line) > LINE_MAX:
        return f"a line of {len(line)} characters; {LINE_MAX} at most"
    if any(ord(c) < 32 and c != "\t" for c in line.rstrip("\r\n")):
        return "control characters in the line"
    return ""


def _dispatch(model: Model, number: int, session: Session, line: str) -> None:
    words = tuple(line.split())
    row = resolve(words, session.place)
    if isinstance(row, Row) and row.handler != "line":
        HANDLERS[row.handler](model, number)
    elif not isinstance(row, Row) and session.place is Place.EXEC:
        _reply(model, number, f"ERROR: {shown(line)}: {row.why}\n")
    else:
        _configure_line(model, number, session, line)


def _configure_line(model: Model, number: int, session: Session, line: str) -> None:
    was_standby = model.standby
    if line.split()[0][0] in "!:":
        _reply(model, number, "")
        return
    outcome = mirror.enter(model, session.path, line)
    if isinstance(outcome, Refused):
        detail = f"; {outcome.detail}" if outcome.detail else ""
        _reply(model, number, shown(outcome.text + detail) + "\n")
        return
    session.path = outcome.path
    session.place = Place.INTERFACE if outcome.path else Place.CONFIG
    note = shown(outcome.note) + "\n" if outcome.note else ""
    _reply(model, number, (WARNING if was_standby else "") + note)


def _reply(model: Model, number: int, text: str) -> None:
    session = model.sessions[number]
    prompt = f"{model.hostname}{session.place.value} " if session.interactive else ""
    model.out.append(Reply(number, text, True, prompt))


def finish(model: Model, number: int, text: str) -> None:
    """Answer a session that waited, if it is still there."""
    session = model.sessions.get(number)
    if session is not None:
        session.waits = False
        _reply(model, number, text)


def _picture(model: Model, number: int) -> views.Picture | None:
    if model.view is None:
        _reply(model, number, "ERROR: the failover process does not answer; it is being started\n")
        return None
    return views.Picture(
        view=model.view,
        settings=model.settings,
        facts=model.facts,
        now_ms=model.now_ms,
        last_failover_ms=model.last_failover_ms,
    )


def _show_failover(model: Model, number: int) -> None:
    picture = _picture(model, number)
    if picture is not None:
        _reply(model, number, views.failover(picture))


def _show_state(model: Model, number: int) -> None:
    picture = _picture(model, number)
    if picture is not None:
        _reply(model, number, views.state(picture.view))


def _show_history(model: Model, number: int) -> None:
    _reply(model, number, views.history(tuple(model.history)))


def _show_links(model: Model, number: int) -> None:
    _reply(model, number, views.links(model.settings, model.identity))


def _show_running(model: Model, number: int) -> None:
    _reply(model, number, model.configuration.shown())


def _show_running_failover(model: Model, number: int) -> None:
    _reply(model, number, model.configuration.shown_failover)


def _show_version(model: Model, number: int) -> None:
    up_ms = model.now_ms - model.started_ms
    granted = None if model.view is None else model.view.real_time
    _reply(model, number, views.version(model.facts, model.hostname, up_ms, granted))


def _show_logging(model: Model, number: int) -> None:
    _reply(model, number, model.buffer.text())


def _order(order: failover_events.Order) -> Callable[[Model, int], None]:
    def give(model: Model, number: int) -> None:
        if not model.connected:
            _reply(model, number, "ERROR: the failover process does not answer; nothing was done\n")
            return
        model.tickets += 1
        model.orders[model.tickets] = Order(number, model.now_ms + ORDER_PATIENCE_MS)
        model.sessions[number].waits = True
        model.out.append(ToFailover(failover_events.OrderGiven(order, model.tickets)))

    return give


def _save(model: Model, number: int) -> None:
    mirror.send_save(model)
    why = mirror.save(model, number)
    if why:
        _reply(model, number, f"ERROR: {why}\n")
    else:
        model.sessions[number].waits = True


def _write_erase(model: Model, number: int) -> None:
    model.sessions[number].waits = True
    model.writers[STARTUP_CONFIG].append(number)
    model.out.append(EraseFlash(STARTUP_CONFIG))


def _write_standby(model: Model, number: int) -> None:
    why = mirror.write_standby(model)
    _reply(model, number, f"ERROR: write standby: {why}\n" if why else "")


def _reload(model: Model, number: int) -> None:
    _reply(model, number, "")
    model.out.append(ToSupervisor(Reload()))


def _configure(model: Model, number: int) -> None:
    session = model.sessions[number]
    session.place, session.path = Place.CONFIG, ()
    _reply(model, number, WARNING if model.standby else "")


def _end(model: Model, number: int) -> None:
    session = model.sessions[number]
    # A session that is not interactive has no other mode to go to.
    session.place = Place.EXEC if session.interactive else Place.CONFIG
    session.path = ()
    _reply(model, number, "")


def _leave(model: Model, number: int) -> None:
    session = model.sessions[number]
    if session.path:
        session.path = session.path[:-1]
        session.place = Place.INTERFACE if session.path else Place.CONFIG
        _reply(model, number, "")
    elif session.place is Place.CONFIG:
        _end(model, number)
    else:
        model.out.append(Reply(number, "Logoff\n", True))
        model.out.append(CloseSession(number))


HANDLERS: dict[str, Callable[[Model, int], None]] = {
    "show_failover": _show_failover,
    "show_state": _show_state,
    "show_history": _show_history,
    "show_links": _show_links,
    "show_running": _show_running,
    "show_running_failover": _show_running_failover,
    "show_version": _show_version,
    "show_logging": _show_logging,
    "order_active": _order(failover_events.Order.ACTIVE),
    "order_no_active": _order(failover_events.Order.NO_ACTIVE),
    "order_reset": _order(failover_events.Order.RESET),
    "save": _save,
    "write_standby": _write_standby,
    "write_erase": _write_erase,
    "reload": _reload,
    "configure": _configure,
    "end": _end,
    "leave": _leave,
}
