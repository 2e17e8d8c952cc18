"""Orders to the failover machine and to the unit: who is active, boot anew, ask the mate."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from firmware.core.failover.events import Order, OrderGiven
from firmware.core.management import mirror, views
from firmware.core.management.cli.row import Arguments
from firmware.core.management.events import (
    Cleared,
    ClearKernel,
    DropConnections,
    Ping,
    Pinged,
    Reload,
    ToFailover,
    ToSupervisor,
)
from firmware.core.management.model import ORDER_PATIENCE_MS, GivenOrder, Model
from firmware.core.management.replicate.remote import WENT_AWAY, Target, ours
from firmware.core.management.rules.hits import counters
from firmware.core.management.session.answers import NOTHING_DONE, answer, ask, refuse
from firmware.core.management.session.files import save
from firmware.core.management.session.session import Session
from firmware.core.management.settling import settle

# The frame of a printed configuration, and the lines that stay local.
_LOCAL = re.compile(r"[!:]|Cryptochecksum:|(PIX|ASA) Version|(no )?failover( lan unit .*)?$")

Handler = Callable[[Model, Session, Arguments], None]


def to_failover(order: Order) -> Handler:
    """Give an order; it is answered when the failover machine has."""

    def give(model: Model, session: Session, arguments: Arguments) -> None:
        if not model.connected:
            answer(model, session, NOTHING_DONE)
            return
        model.tickets += 1
        due_ms = model.now_ms + ORDER_PATIENCE_MS
        model.orders[model.tickets] = GivenOrder(session.number, due_ms)
        session.waits = True
        model.out.append(ToFailover(OrderGiven(order, model.tickets)))

    return give


def answered(model: Model, ticket: int, text: str) -> None:
    """The failover machine answered an order."""
    order = model.orders.pop(ticket, None)
    session = None if order is None else model.sessions.get(order.session)
    if session is not None:
        error = text if not text or text.startswith("ERROR") else f"ERROR: {text}"
        answer(model, session, f"{error}\n" if error else "")


def give_up(model: Model, why: str, *, all_of_them: bool) -> None:
    """Answer the orders that waited too long, or whose answer cannot come any more."""
    for ticket, order in list(model.orders.items()):
        if all_of_them or order.due_ms <= model.now_ms:
            answered(model, ticket, f"ERROR: {why}")


def failover_exec(model: Model, session: Session, arguments: Arguments) -> None:
    """Run a command on a unit of the pair; its answer ends the wait."""
    target = Target(arguments["unit"])
    line = arguments["command"]
    why = mirror.exec_on(model, session.number, target, line, configuring=session.configuring)
    if why:
        refuse(model, session, f"failover exec: {why}")


def failover_reload_standby(model: Model, session: Session, arguments: Arguments) -> None:
    """Boot the standby anew: what `failover exec standby reload noconfirm` does."""
    if not model.mate_listens:
        why = "failover reload-standby: this unit is not active with a standby unit that listens"
        refuse(model, session, why)
        return
    line = "reload noconfirm"
    # By the cable it may be gone before its answer is here: that is what was asked for.
    session.rewrites = lambda text: "" if text == WENT_AWAY else text
    why = mirror.exec_on(model, session.number, Target.STANDBY, line, configuring=False)
    if why:
        session.rewrites = None
        refuse(model, session, f"failover reload-standby: {why}")


def show_failover_exec(model: Model, session: Session, arguments: Arguments) -> None:
    """In which mode commands for that unit are run; the unit itself knows."""
    unit = arguments["unit"]
    if session.number < 0:
        answer(model, session, views.exec_mode(model.active, session.path))
    elif unit != "mate" and (model.active if unit == "active" else model.standby):
        counterpart = model.sessions.get(ours(session.number))
        path = () if counterpart is None else counterpart.path
        answer(model, session, views.exec_mode(model.active, path))
    else:
        _ask_mate(model, session, f"show failover exec {unit}")


def show_failover_config_diff(model: Model, session: Session, arguments: Arguments) -> None:
    """What differs between what runs here and on the mate, who is asked for it."""
    settle(model)

    def then(text: str) -> str:
        if text.startswith("ERROR"):
            return text
        return views.config_diff(_comparable(model.configuration.shown()), _comparable(text))

    session.rewrites = then
    _ask_mate(model, session, "show running-config")


def _ask_mate(model: Model, session: Session, line: str) -> None:
    why = mirror.exec_on(model, session.number, Target.MATE, line, configuring=False)
    if why:
        session.rewrites = None
        refuse(model, session, why)


def _comparable(shown: str) -> str:
    """A printed configuration without its frame and what is every unit's own."""
    return "".join(line + "\n" for line in shown.splitlines() if not _LOCAL.match(line))


def clear_connections(model: Model, session: Session, arguments: Arguments) -> None:
    """Forget every connection, and with them every translation."""
    model.out.append(DropConnections())
    answer(model, session, "")


def clear_arp(model: Model, session: Session, arguments: Arguments) -> None:
    """Forget what ARP learned; static entries stay."""
    _clear(model, session, Cleared.ARP)


def clear_access_list(model: Model, session: Session, arguments: Arguments) -> None:
    """Count the hits of a list from nothing."""
    name = arguments["name"]
    found = [one for one in model.rules.lists if one.name == name]
    if not found:
        refuse(model, session, f"access-list {name} does not exist")
        return
    names = tuple(one for ace in counters(found[0]) for one in ace)
    _clear(model, session, Cleared.COUNTERS, names)


def _clear(model: Model, session: Session, what: Cleared, names: tuple[str, ...] = ()) -> None:
    model.kernel_asked[session.number] = lambda facts: ""
    model.out.append(ClearKernel(session.number, what, names))


def ping(model: Model, session: Session, arguments: Arguments) -> None:
    """Send five echo requests; a named interface must be one of the configuration."""
    name = arguments.get("interface")
    interfaces = {one.name: one.physical for one in model.settings.interfaces}
    if name is not None and name not in interfaces:
        refuse(model, session, f"no interface is named {name}")
        return
    ask = Ping(session.number, str(arguments["address"]), interfaces.get(name or "", ""))
    model.out.append(ask)


def pinged(model: Model, event: Pinged) -> None:
    """What came of it: `!` for an answer, `.` for none."""
    session = model.sessions.get(event.session)
    if session is None:
        return
    if event.error is not None:
        refuse(model, session, f"ping: {event.error}")
        return
    times = [one for one in event.answers_ms if one is not None]
    marks = "".join("." if one is None else "!" for one in event.answers_ms)
    share = 100 * len(times) // len(event.answers_ms) if event.answers_ms else 0
    end = f"Success rate is {share} percent ({len(times)}/{len(event.answers_ms)})"
    if times:
        end += f", round-trip min/avg/max = {min(times)}/{sum(times) // len(times)}/{max(times)} ms"
    head = (
        "Type escape sequence to abort.\n"
        f"Sending {len(event.answers_ms)}, 100-byte ICMP Echos to {event.address}, "
        "timeout is 2 seconds:\n"
    )
    answer(model, session, f"{head}{marks}\n{end}\n")


def reload(model: Model, session: Session, arguments: Arguments) -> None:
    """Boot anew from startup-config. A person is asked, first whether to save."""
    if not session.interactive or arguments.has("noconfirm"):
        _reload(model, session)
    elif model.unsaved:
        question = "System config has been modified. Save? [Y]es/[N]o: "
        ask(model, session, question, _save_first)
    else:
        _confirm(model, session)


def _save_first(model: Model, session: Session, given: str) -> None:
    word = given.strip().lower()
    if word.startswith("n"):
        _confirm(model, session)
        return
    if word and not word.startswith("y"):
        question = "System config has been modified. Save? [Y]es/[N]o: "
        ask(model, session, question, _save_first)
        return
    save(model, session, then=partial(_confirm, model, session))


def _confirm(model: Model, session: Session) -> None:
    ask(model, session, "Proceed with reload? [confirm]", _confirmed)


def _confirmed(model: Model, session: Session, given: str) -> None:
    if confirms(given):
        _reload(model, session)
    else:
        answer(model, session, "")


def confirms(given: str) -> bool:
    """Enter or y; everything else is no."""
    return given.strip().lower() in ("", "y", "yes")


def _reload(model: Model, session: Session) -> None:
    answer(model, session, "")
    model.out.append(ToSupervisor(Reload()))
