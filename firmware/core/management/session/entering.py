"""What becomes of a typed line: an answer to a question, a configuration line, or an order.

A command answers at once, or later when the failover machine, flash, the kernel or the mate has;
the session waits meanwhile.
"""

from __future__ import annotations

from firmware.core.management import mirror, settling
from firmware.core.management.cli.matching import Fault, Matched, Why
from firmware.core.management.events import (
    LINE_MAX,
    CommandEntered,
    CompletionAsked,
    HelpAsked,
    Interrupted,
    LineForgotten,
    Reply,
    SessionKind,
    SessionOpened,
    WindowChanged,
)
from firmware.core.management.model import SESSIONS_MAX, Model
from firmware.core.management.running.model import Refused
from firmware.core.management.session import debugging, finding, secrets, sieve
from firmware.core.management.session.actions import ACTIONS
from firmware.core.management.session.answers import (
    WARNING,
    again,
    answer,
    caret,
    close,
    fault,
    refuse,
)
from firmware.core.management.session.session import PRIVILEGED, Session

GREETING = "Type help or '?' for a list of available commands.\n"


def opened(model: Model, event: SessionOpened) -> None:
    """A person begins unprivileged; a program in configuration mode, allowed everything."""
    session = _begun(model, event.session, event.kind)
    if session is None:
        return
    session.user, session.peer = event.user, event.peer
    session.width = event.width
    if session.interactive:
        answer(model, session, model.terminal.greeting + GREETING)


def closed(model: Model, number: int) -> None:
    """A session's client is gone. What it waited for is nobody's."""
    if model.sessions.pop(number, None) is not None:
        mirror.session_closed(model, number)
    model.kernel_asked.pop(number, None)


def entered(model: Model, event: CommandEntered) -> None:
    """A line was typed. A session nobody opened is a program's."""
    session = model.sessions.get(event.session)
    if session is None:
        session = _begun(model, event.session, SessionKind.PROGRAM)
    if session is None:
        return
    session.idle_since_ms = model.now_ms
    question = session.question
    if session.waits:
        said = "ERROR: the command before is not answered yet\n"
        model.out.append(Reply(session.number, said, True))
    elif len(event.line) > LINE_MAX:
        refuse(model, session, f"a line of {len(event.line)} characters; {LINE_MAX} at most")
    elif question is not None:
        session.question = None
        question.then(model, session, event.line)
    else:
        take(model, session, event.line.rstrip())


def take(model: Model, session: Session, line: str) -> None:
    """Do what a line says, for a terminal or for the mate."""
    if any(ord(c) < 32 and c != "\t" for c in line):
        refuse(model, session, "control characters in the line")
    elif not line or line.lstrip()[:1] in ("!", ":"):
        answer(model, session, "")
    elif line.endswith("?") and session.kind is SessionKind.PROGRAM:
        answer(model, session, _listed(model, session, line[:-1]))
    else:
        _command(model, session, line)


def helped(model: Model, event: HelpAsked) -> None:
    """``?`` behind a beginning of a line."""
    session = model.sessions.get(event.session)
    if session is not None and not session.waits:
        again(model, session, _listed(model, session, event.line), event.line)


def completing(model: Model, event: CompletionAsked) -> None:
    """Tab behind a beginning of a line."""
    session = model.sessions.get(event.session)
    if session is not None and not session.waits:
        line = finding.completed(model.configuration, session, event.line[:LINE_MAX])
        again(model, session, "", line)


def interrupted(model: Model, event: Interrupted) -> None:
    """Ctrl-C drops the line or the question; Ctrl-Z leaves configuration mode too."""
    session = model.sessions.get(event.session)
    if session is None or session.waits:
        return
    if event.ends and session.question is None:
        session.configuring, session.path = False, ()
    session.question = None
    answer(model, session, "")


def resized(model: Model, event: WindowChanged) -> None:
    """The terminal has another width now."""
    session = model.sessions.get(event.session)
    if session is not None:
        session.width = event.width


def run_for_mate(model: Model, number: int, line: str, configuring: bool) -> None:
    """`failover exec`: a line of a session of the other unit, or of ours, as its counterpart."""
    session = model.sessions.get(number)
    if session is None:
        session = _begun(model, number, SessionKind.PROGRAM)
    if session is None:
        return
    session.configuring = configuring
    debugging.ran(model, secrets.covered(line))
    if session.waits:
        refuse(model, session, "the command before is not answered yet")
    else:
        take(model, session, line)


def _begun(model: Model, number: int, kind: SessionKind) -> Session | None:
    if len(model.sessions) >= SESSIONS_MAX:
        refused = Session(number, kind)
        close(model, refused, f"ERROR: {SESSIONS_MAX} sessions are open\n")
        return None
    session = Session(number, kind, idle_since_ms=model.now_ms)
    if kind is SessionKind.PROGRAM:
        session.level, session.configuring = PRIVILEGED, True
    model.sessions[number] = session
    return session


def _listed(model: Model, session: Session, line: str) -> str:
    found = finding.listing(model.configuration, session, line[:LINE_MAX])
    return fault(session, line, found) if isinstance(found, Fault) else found


def _command(model: Model, session: Session, line: str) -> None:
    cut = sieve.cut(line)
    if isinstance(cut, sieve.BadPipe):
        _remember(model, session, line, secrets.covered(line))
        answer(model, session, caret(session, cut.column, Why.INVALID.value, cut.why))
        return
    line, session.sieve = cut
    found = finding.find(model.configuration, session, line)
    if isinstance(found, Fault):
        session.sieve = None
        _remember(model, session, line, secrets.covered(line))
        answer(model, session, fault(session, line, found))
        return
    _remember(model, session, line, secrets.remembered(found.matched, line))
    session.waits = True
    if found.under is None:
        ACTIONS[found.matched.row.action](model, session, found.matched.arguments)
    else:
        _line(model, session, found.under, found.matched)


def _remember(model: Model, session: Session, line: str, seen: str) -> None:
    """Keep what `show history` may print. The terminal recalls no line with a secret in it."""
    session.history.append(seen)
    if seen != line and session.interactive:
        model.out.append(LineForgotten(session.number))


def _line(model: Model, session: Session, under: tuple[str, ...], matched: Matched) -> None:
    """A line of the configuration, typed or run for the mate."""
    was_standby = model.standby
    outcome = mirror.enter(model, under, secrets.strengthened(model, matched))
    if isinstance(outcome, Refused):
        column, text = outcome.column, outcome.text
        at = f"{text}\n" if column is None else caret(session, column, text, outcome.detail)
        answer(model, session, at)
        return
    session.path = outcome.path
    if outcome.changed:
        settling.modified(model, session.who)
    note = outcome.note if not outcome.note or outcome.note.endswith("\n") else outcome.note + "\n"
    answer(model, session, (WARNING if was_standby else "") + note)
