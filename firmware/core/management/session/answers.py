"""How a session is answered: at once, later, or with a question."""

from __future__ import annotations

from collections.abc import Callable

from firmware.core.management.cli.matching import Fault, Why
from firmware.core.management.events import CloseSession, Reply
from firmware.core.management.model import Model
from firmware.core.management.session.prompts import prompt
from firmware.core.management.session.session import Answering, Late, Question, Session

WARNING = (
    "**** WARNING ****\n"
    "\tConfiguration Replication is NOT performed from Standby unit to Active unit.\n"
    "\tConfigurations are no longer synchronized.\n"
)
NOTHING_DONE = "ERROR: the failover process does not answer; nothing was done\n"


def answer(model: Model, session: Session, text: str) -> None:
    """The end of an answer: the session may type again."""
    sieve, session.sieve = session.sieve, None
    if sieve is not None and not text.startswith("ERROR"):
        text = sieve.sifted(text)
    session.waits = False
    session.idle_since_ms = model.now_ms
    session.prompt = prompt(model, session)
    page = page_of(model, session) if session.interactive else 0
    model.out.append(Reply(session.number, text, True, session.prompt, page=page))


def again(model: Model, session: Session, text: str, line: str) -> None:
    """What was asked about a half-typed line, and the line back. Its command was none."""
    session.waits = False
    session.prompt = prompt(model, session)
    model.out.append(Reply(session.number, text, True, session.prompt, line))


def ask(
    model: Model,
    session: Session,
    question: str,
    then: Answering,
    *,
    secret: bool = False,
    before: str = "",
) -> None:
    """Ask; ``then`` gets the line typed as the answer. ``before`` is shown above the question."""
    session.waits = False
    session.question = Question(question, then, secret)
    asked = Reply(session.number, before, True, question, secret=secret)
    model.out.append(asked)


def later(model: Model, session: Session, wait_ms: int, then: Callable[[], None]) -> None:
    """Go on after that time; the session waits meanwhile. Without a wait: at once."""
    if wait_ms <= 0:
        then()
        return
    session.waits = True
    session.late = Late(model.now_ms + wait_ms, then)


def close(model: Model, session: Session, text: str) -> None:
    """Say a last word and end the session."""
    model.out.append(Reply(session.number, text, True))
    model.out.append(CloseSession(session.number))


def finish(model: Model, number: int, text: str) -> None:
    """Answer a session that waited, if it is still there."""
    session = model.sessions.get(number)
    if session is not None:
        rewrites, session.rewrites = session.rewrites, None
        answer(model, session, text if rewrites is None else rewrites(text))


def refuse(model: Model, session: Session, why: str) -> None:
    """The whole answer is why not."""
    answer(model, session, f"ERROR: {why}\n")


def fault(session: Session, line: str, found: Fault) -> str:
    """What a line that is no command is answered: a caret under the word, and why.

    Where a line only ends too early there is no word to point at.
    """
    if found.why is Why.INCOMPLETE:
        return f"{found.why.value}\n" + (f"  {found.detail}\n" if found.detail else "")
    return caret(session, found.column, found.why.value, found.detail)


def caret(session: Session, column: int, text: str, detail: str = "") -> str:
    """A caret under that column of the line, as it stands on the terminal, and a text."""
    indent = " " * (len(session.prompt) + column)
    more = f"  {detail}\n" if detail else ""
    return f"{indent}^\n{text}\n{more}"


def page_of(model: Model, session: Session) -> int:
    """Lines of a page: what was typed here, else what the configuration says."""
    return model.terminal.pager if session.page is None else session.page
