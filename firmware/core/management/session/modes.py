"""Orders that move a session: modes, pages, what it follows."""

from __future__ import annotations

from firmware.core.management.cli.row import Arguments
from firmware.core.management.cli.table.orders import DEBUG_WORDS
from firmware.core.management.events import SessionKind
from firmware.core.management.model import Model
from firmware.core.management.session.answers import WARNING, answer, close, refuse
from firmware.core.management.session.session import Session

LOGOFF = "\nLogoff\n\n"


def configure_terminal(model: Model, session: Session, arguments: Arguments) -> None:
    """Configuration mode, at its top. A standby says at once what that is worth there."""
    session.configuring, session.path = True, ()
    answer(model, session, WARNING if model.standby else "")


def end(model: Model, session: Session, arguments: Arguments) -> None:
    """Out of every configuration mode; a program has no other mode to go to."""
    session.configuring, session.path = session.kind is SessionKind.PROGRAM, ()
    answer(model, session, "")


def leave(model: Model, session: Session, arguments: Arguments) -> None:
    """One mode out; from the outermost, the session ends."""
    if session.path:
        session.path = session.path[:-1]
        answer(model, session, "")
    elif session.configuring:
        end(model, session, arguments)
    else:
        close(model, session, LOGOFF)


def terminal_pager(model: Model, session: Session, arguments: Arguments) -> None:
    """Lines of a page, for this session."""
    session.page = arguments["lines"]
    answer(model, session, "")


def terminal_width(model: Model, session: Session, arguments: Arguments) -> None:
    """Columns, for this session."""
    session.width = arguments["columns"]
    answer(model, session, "")


def terminal_monitor(model: Model, session: Session, arguments: Arguments) -> None:
    """System messages here, from now on."""
    session.monitor = True
    answer(model, session, "")


def terminal_no_monitor(model: Model, session: Session, arguments: Arguments) -> None:
    """No system messages here."""
    session.monitor = False
    answer(model, session, "")


def debug_fover(model: Model, session: Session, arguments: Arguments) -> None:
    """Follow failover here. A program has no place for what comes by itself."""
    if not session.interactive:
        refuse(model, session, "debug is for a terminal; open a session and type it there")
        return
    word = arguments.get("what")
    session.debug |= {word} if word else set(DEBUG_WORDS)
    answer(model, session, _following(session))


def undebug_fover(model: Model, session: Session, arguments: Arguments) -> None:
    """Stop following one thing, or all of failover."""
    word = arguments.get("what")
    session.debug -= {word} if word else set(DEBUG_WORDS)
    answer(model, session, _following(session))


def undebug_all(model: Model, session: Session, arguments: Arguments) -> None:
    """Stop following."""
    session.debug.clear()
    answer(model, session, "")


def show_debug(model: Model, session: Session, arguments: Arguments) -> None:
    """What this session follows."""
    answer(model, session, _following(session))


def _following(session: Session) -> str:
    return "".join(f"debug fover {word} enabled at level 1\n" for word in sorted(session.debug))
