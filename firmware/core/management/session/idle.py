"""Sessions nobody types in are ended; answers that were held back are given."""

from __future__ import annotations

from firmware.core.management.events import SessionKind
from firmware.core.management.model import Model
from firmware.core.management.session.answers import close
from firmware.core.management.session.session import Session


def due_ms(model: Model) -> int | None:
    """When ``time_passed`` has something to do."""
    dues = [one.late.due_ms for one in model.sessions.values() if one.late is not None]
    ends = (_ends_ms(model, one) for one in model.sessions.values())
    return min((*dues, *(end for end in ends if end is not None)), default=None)


def time_passed(model: Model) -> None:
    """Whatever is due."""
    for session in tuple(model.sessions.values()):
        late, end_ms = session.late, _ends_ms(model, session)
        if late is not None and late.due_ms <= model.now_ms:
            session.late, session.waits = None, False
            late.then()
        elif end_ms is not None and end_ms <= model.now_ms:
            session.idle_since_ms = model.now_ms  # it is told once
            close(model, session, "\nConnection closed: nobody typed for too long\n")


def _ends_ms(model: Model, session: Session) -> int | None:
    """When a session has been idle for too long; None: never, or it waits for us."""
    timeouts = {
        SessionKind.CONSOLE: model.terminal.console_timeout_ms,
        SessionKind.SSH: model.terminal.ssh_timeout_ms,
    }
    timeout_ms = timeouts.get(session.kind, 0)
    return session.idle_since_ms + timeout_ms if timeout_ms and not session.waits else None
