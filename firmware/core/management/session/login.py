"""Who comes in, and how far: `enable`, `login`, SSH, and what is logged of them."""

from __future__ import annotations

from functools import partial

from firmware.core.management import telling
from firmware.core.management.cli.row import Arguments
from firmware.core.management.events import (
    ConnectionAnswered,
    ConnectionAsked,
    LoginAnswered,
    LoginAsked,
    SessionKind,
)
from firmware.core.management.model import Model
from firmware.core.management.session import secrets
from firmware.core.management.session.answers import answer, ask, close, later
from firmware.core.management.session.configured import address
from firmware.core.management.session.guard import CONSOLE
from firmware.core.management.session.passwords import Stored, waste
from firmware.core.management.session.session import PRIVILEGED, UNPRIVILEGED, Session
from firmware.core.message_ids import MessageId

TRIES = 3
SSH_USER = "pix"  # logs in over SSH with the password of `passwd`, as in 7.x
NO_ENABLE = (
    "ERROR: no enable password is set, and without one nobody is let in over SSH; "
    "type `enable password ...` at the console\n"
)


def enable(model: Model, session: Session, arguments: Arguments) -> None:
    """Ask for the password of a level; without a question where it is one already allowed."""
    level = arguments.get("level", PRIVILEGED)
    if level <= session.level:
        _set_level(model, session, level)
        answer(model, session, "")
        return
    if secrets.enable_password(model, level) is None and session.kind is SessionKind.SSH:
        answer(model, session, NO_ENABLE)
        return
    session.tries = 0
    ask(model, session, "Password: ", partly_enable(level), secret=True)


def partly_enable(level: int) -> partial[None]:
    """What to do with the password given for that level."""
    return partial(_enable_with, level=level)


def _enable_with(model: Model, session: Session, given: str, *, level: int) -> None:
    expected = secrets.enable_password(model, level)
    right = not given if expected is None else expected.verifies(given)
    wait_ms = model.guard.wait_ms(_source(session), model.now_ms, right=right)
    if right:
        later(model, session, wait_ms, partial(_enabled, model, session, level))
    else:
        later(model, session, wait_ms, partial(_wrong, model, session, level))


def _enabled(model: Model, session: Session, level: int) -> None:
    _set_level(model, session, level)
    answer(model, session, "")


def _wrong(model: Model, session: Session, level: int) -> None:
    session.tries += 1
    if session.tries < TRIES:
        again = partly_enable(level)
        ask(model, session, "Password: ", again, secret=True, before="Invalid password\n")
        return
    telling.log(model, MessageId.ENABLE_DENIED, str(session.tries), session.peer or "console")
    answer(model, session, "Access denied.\n")


def disable(model: Model, session: Session, arguments: Arguments) -> None:
    """Back to the unprivileged mode, or to a lower level."""
    level = arguments.get("level", UNPRIVILEGED)
    _set_level(model, session, min(level, session.level))
    session.configuring, session.path = False, ()
    answer(model, session, "")


def login(model: Model, session: Session, arguments: Arguments) -> None:
    """Ask who it is; `username` lines say how far he may go."""
    session.tries = 0
    ask(model, session, "Username: ", _login_named, before=model.terminal.before_login)


def _login_named(model: Model, session: Session, user: str) -> None:
    ask(model, session, "Password: ", partial(_login_with, user=user.strip()), secret=True)


def _login_with(model: Model, session: Session, given: str, *, user: str) -> None:
    known = secrets.user_password(model, user)
    right = _right(known, given, nopassword=session.kind is not SessionKind.SSH)
    wait_ms = model.guard.wait_ms(_source(session), model.now_ms, right=right)
    source = session.peer or "console"
    if right and known is not None:
        telling.log(model, MessageId.LOGIN_PERMITTED, source, "unit/login", user)
        later(model, session, wait_ms, partial(_logged_in, model, session, user, known[1]))
    else:
        telling.log(model, MessageId.LOGIN_DENIED, source, "unit/login", _shown(user))
        later(model, session, wait_ms, partial(_not_logged_in, model, session))


def _logged_in(model: Model, session: Session, user: str, level: int) -> None:
    session.user = user
    _set_level(model, session, level)
    answer(model, session, "")


def _not_logged_in(model: Model, session: Session) -> None:
    session.tries += 1
    if session.tries < TRIES:
        ask(model, session, "Username: ", _login_named, before="Login incorrect\n")
    else:
        answer(model, session, "Access denied.\n")


def logout(model: Model, session: Session, arguments: Arguments) -> None:
    """End the session, from any mode."""
    if session.user:
        telling.log(model, MessageId.USER_LOGGED_OUT, session.user)
    close(model, session, "\nLogoff\n\n")


# -- over SSH ------------------------------------------------------------------------------------


def connecting(model: Model, event: ConnectionAsked) -> None:
    """Somebody reached the SSH port: by the management NIC always, else as `ssh` lines permit."""
    interface = _called(model, event.local)
    peer = address(event.peer)
    if interface is None:
        allowed = model.management_path or event.local in ("127.0.0.1", "::1")
        why = "" if allowed else f"{event.local} is no address of a named interface"
    else:
        allowed = peer is not None and model.terminal.admits(peer, interface)
        why = "" if allowed else f"no ssh line lets {event.peer} in by {interface}"
    if not allowed:
        telling.log(model, MessageId.SSH_DENIED, event.peer, interface or event.local)
    model.out.append(ConnectionAnswered(event.connection, allowed, why))


def logging_in(model: Model, event: LoginAsked) -> None:
    """A password came over SSH. An empty one never lets anybody in."""
    known = secrets.user_password(model, event.user)
    if known is None and event.user == SSH_USER:
        password = secrets.login_password(model)
        known = None if password is None else (password, UNPRIVILEGED)
    right = bool(event.password) and _right(known, event.password, nopassword=False)
    wait_ms = model.guard.wait_ms(event.peer, model.now_ms, right=right)
    message = MessageId.LOGIN_PERMITTED if right else MessageId.LOGIN_DENIED
    telling.log(model, message, event.peer, "unit/ssh", _shown(event.user))
    model.out.append(LoginAnswered(event.connection, right, wait_ms))


def _right(known: tuple[Stored | None, int] | None, given: str, *, nopassword: bool) -> bool:
    if known is None:
        waste(given)
        return False
    password = known[0]
    return nopassword if password is None else password.verifies(given)


def _called(model: Model, local: str) -> str | None:
    """The named interface with that address; None: none has it."""
    called = address(local)
    for interface in model.settings.interfaces:
        ends = interface.active, interface.active6
        own = [interface.standby, interface.standby6, *(end.ip for end in ends if end is not None)]
        if called is not None and called in own:
            return interface.name
    links = (model.settings.failover_link, model.settings.state_link)
    for link in (one for one in links if one is not None):
        if link.primary is not None and called in (link.primary.ip, link.secondary):
            return link.name
    return None


def _set_level(model: Model, session: Session, level: int) -> None:
    before, session.level = session.level, level
    if level <= UNPRIVILEGED:
        session.configuring, session.path = False, ()
    if before != level:
        who = session.user or f"enable_{max(before, level)}"
        telling.log(model, MessageId.PRIVILEGE_CHANGED, who, str(before), str(level))


def _source(session: Session) -> str:
    return session.peer or CONSOLE


def _shown(user: str) -> str:
    """A name somebody gave who need not be anybody: printable, and short."""
    return "".join(c if c.isprintable() else "?" for c in user[:64])
