"""``show ...`` of what the unit knows itself; what the kernel must be asked is kernel_shows.py."""

from __future__ import annotations

from collections.abc import Callable

from firmware.core.failover.events import SnapshotWanted
from firmware.core.failover.view import UnitView
from firmware.core.management import mirror, syslog, views
from firmware.core.management.cli import manual
from firmware.core.management.cli.arguments import physical_name
from firmware.core.management.cli.row import Arguments
from firmware.core.management.events import ToFailover
from firmware.core.management.model import ORDER_PATIENCE_MS, AskedView, Model
from firmware.core.management.session import secrets
from firmware.core.management.session.answers import answer, finish, page_of
from firmware.core.management.session.session import Session
from firmware.core.management.settling import settle
from firmware.core.settings import BLOCK_BYTES

FORMS = {"6": views.Form.V6, "7": views.Form.V7, "9": views.Form.V9}
ABSENT = "ERROR: the failover process does not answer; it is being started\n"
HELP_MAX = 20  # rows that `help` prints
HELP = (
    "Help may be requested at any point in a command by typing '?'.\n"
    "Type the beginning of a word and '?' for what could continue it, 'help <command>' for its\n"
    "page. Words may be abbreviated to what tells them apart.\n"
)

Text = Callable[[Model, Session, Arguments], str]
Handler = Callable[[Model, Session, Arguments], None]


def shows(text: Text) -> Handler:
    """A handler that answers with a text, of the configuration as it is now."""

    def show(model: Model, session: Session, arguments: Arguments) -> None:
        settle(model)
        answer(model, session, text(model, session, arguments))

    return show


def picture(model: Model) -> views.Picture | None:
    """What `show failover` is made of; None: the failover process is away."""
    if model.view is None:
        return None
    return views.Picture(
        view=model.view,
        settings=model.settings,
        facts=model.facts,
        now_ms=model.now_ms,
        last_failover_ms=model.last_failover_ms,
    )


# -- the pair ------------------------------------------------------------------------------------


def failover(model: Model, session: Session, arguments: Arguments) -> str:
    """`show failover [form ...]`"""
    found = picture(model)
    form = FORMS[arguments.get("form", model.terminal.show_form)]
    return ABSENT if found is None else views.failover(found, form)


def failover_state(model: Model, session: Session, arguments: Arguments) -> str:
    """`show failover state`"""
    form = FORMS[model.terminal.show_form]
    return ABSENT if model.view is None else views.state(model.view, form)


def failover_history(model: Model, session: Session, arguments: Arguments) -> str:
    """`show failover history`"""
    return views.history(tuple(model.history))


def failover_interface(model: Model, session: Session, arguments: Arguments) -> str:
    """`show failover interface`"""
    return views.links(model.settings, model.identity)


def failover_statistics(model: Model, session: Session, arguments: Arguments) -> None:
    """`show failover statistics`: asked of the failover machine, which counts."""

    def then(view: UnitView) -> str:
        sent, received = model.counted
        return views.statistics(max(0, view.sent - sent), max(0, view.received - received))

    _ask_view(model, session, then)


def clear_failover_statistics(model: Model, session: Session, arguments: Arguments) -> None:
    """Count from now on."""

    def then(view: UnitView) -> str:
        model.counted = (view.sent, view.received)
        return ""

    _ask_view(model, session, then)


def viewed(model: Model) -> None:
    """A picture came: whoever asked for one is answered. None: the failover process went away."""
    asked, view = tuple(model.view_asked), model.view
    model.view_asked.clear()
    for one in asked:
        finish(model, one.session, ABSENT if view is None else one.then(view))


def view_due_ms(model: Model) -> int | None:
    """When ``time_passed`` has something to do."""
    return model.view_asked[0].due_ms if model.view_asked else None


def time_passed(model: Model) -> None:
    """Who waited too long for a picture is told that there is none."""
    while model.view_asked and model.view_asked[0].due_ms <= model.now_ms:
        finish(model, model.view_asked.popleft().session, ABSENT)


def _ask_view(model: Model, session: Session, then: Callable[[UnitView], str]) -> None:
    if not model.connected:
        answer(model, session, ABSENT)
        return
    session.waits = True
    due_ms = model.now_ms + ORDER_PATIENCE_MS
    model.view_asked.append(AskedView(session.number, then, due_ms))
    model.out.append(ToFailover(SnapshotWanted()))


def monitor_interface(model: Model, session: Session, arguments: Arguments) -> str:
    """`show monitor-interface`"""
    form = FORMS[model.terminal.show_form]
    return ABSENT if model.view is None else views.monitored(model.view, form)


def fover(model: Model, session: Session, arguments: Arguments) -> str:
    """`show fover`"""
    standing = views.Standing(
        view=model.view,
        digest=model.settings.digest,
        key_set=model.settings.key is not None,
        out_of_sync=mirror.out_of_sync(model),
        waiting=model.mirror.outbox.waiting,
        not_enforced=len(model.configuration.not_enforced()),
        weak_passwords=len(secrets.weak(model)),
        unsaved=model.unsaved,
    )
    return views.fover(standing)


def not_enforced(model: Model, session: Session, arguments: Arguments) -> str:
    """`show fover not-enforced`"""
    return views.not_enforced(model.configuration.not_enforced())


# -- the configuration ---------------------------------------------------------------------------


def running_config(model: Model, session: Session, arguments: Arguments) -> str:
    """`show running-config [all] [family [which]]`"""
    which = arguments.get("which")
    if arguments.get("family") == "interface" and which is not None:
        physicals = model.configuration.context.physicals
        found = physical_name(which, physicals)
        if found is None:
            return f"ERROR: {which} is no interface of this unit; it has {', '.join(physicals)}\n"
        which = found
    family = " ".join(filter(None, (arguments.get("family"), which)))
    return model.configuration.shown(everything=arguments.has("all"), family=family)


def write_terminal(model: Model, session: Session, arguments: Arguments) -> str:
    """`write terminal`"""
    return ": Saved\n:\n" + model.configuration.shown()


def checksum(model: Model, session: Session, arguments: Arguments) -> str:
    """`show checksum`"""
    return cryptochecksum(model)


def cryptochecksum(model: Model) -> str:
    """The last line but one of `show running-config`, in four groups."""
    lines = model.configuration.shown().splitlines()
    found = next((line for line in lines if line.startswith("Cryptochecksum:")), "")
    digits = found.partition(":")[2]
    groups = " ".join(digits[at : at + 8] for at in range(0, 32, 8))
    return f"Cryptochecksum: {groups}\n"


# -- the unit ------------------------------------------------------------------------------------


def version(model: Model, session: Session, arguments: Arguments) -> str:
    """`show version`"""
    granted = None if model.view is None else model.view.real_time
    up_ms = model.now_ms - model.started_ms
    return views.version(model.facts, model.hostname, up_ms, granted, model.modified)


def curpriv(model: Model, session: Session, arguments: Arguments) -> str:
    """`show curpriv`"""
    return views.curpriv(
        session.who,
        session.level,
        privileged=session.privileged,
        configuring=session.configuring,
    )


def clock(model: Model, session: Session, arguments: Arguments) -> str:
    """`show clock`"""
    zone, offset_min = model.terminal.zone
    return views.clock(model.wall_ms, zone, offset_min)


def history(model: Model, session: Session, arguments: Arguments) -> str:
    """`show history`"""
    return views.typed(tuple(session.history))


def users(model: Model, session: Session, arguments: Arguments) -> str:
    """`show users`, `show ssh sessions`"""
    rows = [
        views.SessionRow(one.number, one.peer, one.who)
        for one in model.sessions.values()
        if one.peer
    ]
    return views.users(rows)


def pager(model: Model, session: Session, arguments: Arguments) -> str:
    """`show pager`"""
    lines = page_of(model, session)
    return f"pager lines {lines}\n" if lines else "no pager\n"


def terminal(model: Model, session: Session, arguments: Arguments) -> str:
    """`show terminal`"""
    monitor = "terminal monitor" if session.monitor else "no terminal monitor"
    return f"\nWidth = {session.width}, {monitor}\n"


def unit_mode(model: Model, session: Session, arguments: Arguments) -> str:
    """`show mode`"""
    return views.mode(model.facts)


def firewall(model: Model, session: Session, arguments: Arguments) -> str:
    """`show firewall`"""
    return views.firewall(model.facts)


def blocks(model: Model, session: Session, arguments: Arguments) -> str:
    """`show blocks`: of what waits for the mate; there are no others that could run out."""
    outbox = model.mirror.outbox
    row = views.BlockRow(BLOCK_BYTES, outbox.blocks, outbox.lowest, outbox.free)
    return views.blocks((row,))


def logging(model: Model, session: Session, arguments: Arguments) -> str:
    """`show logging [setting|all]`"""
    said = model.logging
    return syslog.shown(
        said,
        model.buffer,
        settings=arguments.has("setting"),
        everything=arguments.has("all"),
    )


def clear_logging(model: Model, session: Session, arguments: Arguments) -> str:
    """`clear logging buffer`"""
    model.buffer.clear()
    return ""


def help_page(model: Model, session: Session, arguments: Arguments) -> str:
    """`help`, `help <command>`"""
    wanted = arguments.get("command") or ""
    if not wanted:
        return HELP
    rows = manual.pages(wanted)
    if not rows:
        return f"ERROR: no command begins with {wanted}; type ? for a list\n"
    return "\n".join(manual.page(row) for row in rows[:HELP_MAX])
