"""Passwords and keys on their way through a session: stored strongly, remembered by nobody."""

from __future__ import annotations

import re

from firmware.core.management.cli.arguments import Context
from firmware.core.management.cli.matching import Matched
from firmware.core.management.cli.row import Mode
from firmware.core.management.cli.table import TABLE
from firmware.core.management.cli.table.users import MASK, stored
from firmware.core.management.model import Model
from firmware.core.management.session.passwords import Form, Stored, strong

# The words secrets stand behind, cut short as far as anybody understands them.
_TELLING = re.compile(
    r"\b(pas(?:s\w*)?|key?|fail\w*\s+k|community|secret|pre-shared-key)\b(?=\s+\S).*",
    re.IGNORECASE,
)
_LINE = re.compile(
    r"\b(fail\w*\s+k(?:ey?)?|enable\s+passw\w*|passwd|password|community)\s+\S.*", re.IGNORECASE
)
_SHOWS = re.compile(r"\s*sh(?:ow?)?\s", re.IGNORECASE)  # an order that prints, perhaps sifted
_STORED = ("enable password", "passwd", "username")  # rows whose passwords are hashed


def covered(line: str) -> str:
    """A line that was not understood, without what may be a password in it."""
    return _TELLING.sub(rf"\1 {MASK}", line)


def tells(line: str) -> bool:
    """Whether a password or a key may be read in a line: a line of the table, or none at all."""
    if _SHOWS.match(line):
        return False
    matched = TABLE.lines(Mode.CONFIG).match(line, Context())
    if not isinstance(matched, Matched):
        return _TELLING.search(line) is not None
    row = matched.row
    return not matched.negated and (row.masked is not None or row.name in _STORED)


def spoken(text: str) -> str:
    """Part of a system message as anybody may see it: it may be a line of the configuration."""
    if covered(text) == text:
        return text
    known = isinstance(TABLE.lines(Mode.CONFIG).match(text, Context()), Matched)
    return masked(text) if known else _LINE.sub(rf"\1 {MASK}", text)


def masked(line: str) -> str:
    """A line of a file as anybody may see it."""
    if covered(line) == line:
        return line
    matched = TABLE.lines(Mode.CONFIG).match(line, Context())
    if not isinstance(matched, Matched) or matched.row.masked is None:
        return line if isinstance(matched, Matched) else covered(line)
    indent = line[: len(line) - len(line.lstrip())]
    return indent + matched.row.masked(matched.arguments)


def remembered(matched: Matched, line: str) -> str:
    """A command as `show history` may print it: what was typed, if nothing in it is secret."""
    row = matched.row
    if row.action or (not row.secret and row.masked is None):
        return line if row.action != "failover_exec" else covered(line)
    if row.secret not in matched.arguments.values:
        return line
    secret = matched.arguments[row.secret]
    secrets = secret if isinstance(secret, tuple) else (secret,)
    words = (MASK if word in map(str, secrets) else word for word in line.split())
    return " ".join(words)


def strengthened(model: Model, matched: Matched) -> Matched:
    """The line with a password typed in clear put into the strong form; any other as it is."""
    clear = _clear(matched)
    if clear is None:
        return matched
    line = stored(matched.arguments, strong(clear, model.salts.draw()))
    found = TABLE.lines(Mode.CONFIG).match(line, Context())
    assert isinstance(found, Matched), "the table knows the strong form of its own line"
    return found


def strengthen_loaded(model: Model) -> None:
    """Put passwords a file had in clear into the strong form, where they stand."""
    for name in _STORED:
        for entry in tuple(model.configuration.entries(name)):
            matched = Matched(entry.row, entry.arguments, entry.negated)
            if not entry.negated and _clear(matched) is not None:
                model.configuration.take((), strengthened(model, matched))


def weak(model: Model) -> tuple[str, ...]:
    """The lines whose passwords are stored in the weak form, as anybody may see them."""
    return tuple(
        " ".join(entry.text.split()[:2])
        for name in _STORED
        for entry in model.configuration.entries(name)
        if entry.arguments.get("form") == Form.WEAK.value
    )


def enable_password(model: Model, level: int) -> Stored | None:
    """What `enable` asks for; None: an empty one."""
    found = model.configuration.draft().users.enable.get(level)
    if found is None:
        return None
    one = _form(found.text, found.form)
    # The product prints the empty password in its weak form; that is no password.
    return None if one.form is Form.WEAK and one.verifies("") else one


def user_password(model: Model, user: str) -> tuple[Stored | None, int] | None:
    """The password and privilege of a `username`; a password None is `nopassword`."""
    found = model.configuration.draft().users.users.get(user)
    if found is None:
        return None
    if found.password is None:
        return None, found.privilege
    return _form(found.password.text, found.password.form, user), found.privilege


def login_password(model: Model) -> Stored | None:
    """That of `passwd`, or None: nobody logs in by it."""
    found = model.configuration.draft().users.login
    return None if found is None else _form(found.text, found.form)


def _form(text: str, form: str, user: str = "") -> Stored:
    known = {one.value: one for one in Form}
    return Stored(text, known.get(form, Form.STRONG), user)  # mschap verifies nothing here


def _clear(matched: Matched) -> str | None:
    """The password of a line that has one in clear."""
    arguments = matched.arguments
    if matched.negated or matched.row.name not in _STORED or arguments.get("form"):
        return None
    clear = arguments.get("password")
    return clear if isinstance(clear, str) else None
