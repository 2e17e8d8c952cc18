"""Rows of the command table: who may come in, and how far.

A password typed in clear never gets as far as a kept line where a session took it: the session puts
its strong form in its place (``stored``). One that stands in clear in a file is kept and masked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from firmware.core.management.cli.row import Arguments, Row, Shown, Typed
from firmware.core.management.running.draft import Draft, StoredPassword, UserDraft

if TYPE_CHECKING:
    from firmware.core.management.running.model import Entry

_FORMS = {
    "encrypted": "The password is in the old form already",
    "pbkdf2": "The password is in the strong form already",
    "mschap": "The password is in the form of MS-CHAP already",
    "password": "Its password",
}
_OLD = re.compile(r"[./0-9A-Za-z]{16}")
_STRONG = re.compile(r"\$sha512\$[0-9]{1,6}\$[A-Za-z0-9+/=]{4,64}\$[A-Za-z0-9+/=]{4,88}")
MASK = "*****"


def password_of(arguments: Arguments) -> StoredPassword:
    """The password of a line of this family, as it stands there."""
    return StoredPassword(arguments["password"], arguments.get("form", ""))


def stored(arguments: Arguments, text: str) -> str:
    """The canonical line with that strong form in the place of a password in clear."""
    words = list(arguments.words)
    at = _place(words)
    behind = words[at + 1 :]
    # `enable password` has its level before the form, `username` its privilege behind it.
    tail = [*behind, "pbkdf2"] if words[0] == "enable" else ["pbkdf2", *behind]
    return " ".join((*words[:at], text, *tail))


_PLACES = {"enable": 2, "passwd": 1, "password": 1, "username": 3}


def _place(words: list[str]) -> int:
    """Where the password stands."""
    return _PLACES[words[0]]


def _masked(arguments: Arguments) -> str:
    """Hashes are shown, as a PIX does; a password in clear is not."""
    words = list(arguments.words)
    if "password" in arguments.values and not arguments.get("form"):
        words[_place(words)] = MASK
    return " ".join(words)


def _check(typed: Typed) -> str:
    """A stored form must be one, or nobody could ever log in."""
    if typed.negated or "password" not in typed.arguments.values:
        return ""
    password = password_of(typed.arguments)
    if password.form == "encrypted" and not _OLD.fullmatch(password.text):
        return "an encrypted password has 16 letters, digits, dots and slashes"
    if password.form == "pbkdf2" and not _STRONG.fullmatch(password.text):
        return "a pbkdf2 password reads $sha512$5000$salt$hash"
    return ""


def _enable(draft: Draft, arguments: Arguments, sections: tuple[Entry, ...]) -> None:
    level = arguments.get("level")
    draft.users.enable[15 if level is None else level] = password_of(arguments)


def _passwd(draft: Draft, arguments: Arguments, sections: tuple[Entry, ...]) -> None:
    draft.users.login = password_of(arguments)


def _username(draft: Draft, arguments: Arguments, sections: tuple[Entry, ...]) -> None:
    name = arguments["user"]
    password = None if arguments.has("nopassword") else password_of(arguments)
    draft.users.users[name] = UserDraft(name, password, arguments.get("privilege", 2))


def _write_passwd(arguments: Arguments) -> str:
    return " ".join(("passwd", *arguments.words[1:]))


def _level_15(typed: Typed) -> tuple[tuple[tuple[str, ...], str], ...] | None:
    """Level 15 is the one meant where none is named: one line, not two."""
    if typed.arguments.get("level") != 15:
        return None
    words = list(typed.arguments.words)
    at = words.index("level", 3) if len(words) > 3 else len(words)
    del words[at : at + 2]
    return (((), " ".join(["no"] * typed.negated + words)),)


_PASSWD = "<password:password> [form={encrypted|pbkdf2}]"

ROWS: tuple[Row, ...] = (
    Row(
        syntax="enable password <password:password> [level <level:0-15>] [form={encrypted|pbkdf2}]",
        help="The password of privileged mode",
        key=("level",),
        least=(),
        check=_check,
        read=_enable,
        instead=_level_15,
        masked=_masked,
        secret="password",
        default="enable password 8Ry2YjIyt7RRXU24 encrypted",
        default_shown=Shown.ALWAYS,
        choices={**_FORMS, "level": "Privilege level it is for, 15 if left out"},
        manual="The default is an empty password. What is typed in clear is stored as pbkdf2.",
    ),
    Row(
        syntax=f"passwd {_PASSWD}",
        help="The login password, of the user pix over SSH",
        check=_check,
        read=_passwd,
        masked=_masked,
        secret="password",
        choices=_FORMS,
        manual="None is set by default, and nobody can log in by it; a PIX begins with `cisco`.",
    ),
    Row(
        syntax=f"password {_PASSWD}",
        name="passwd",
        help="The same as passwd",
        check=_check,
        read=_passwd,
        write=_write_passwd,
        masked=_masked,
        secret="password",
        choices=_FORMS,
        source="public",
    ),
    Row(
        syntax="username <user:name> {nopassword | password <password:password> "
        "[form={encrypted|pbkdf2|mschap}]} [privilege <privilege:0-15>]",
        help="A user of this unit",
        key=("user",),
        check=_check,
        read=_username,
        masked=_masked,
        secret="password",
        choices={
            **_FORMS,
            "user": "Name of the user",
            "nopassword": "Any password is right",
            "privilege": "Privilege level, 2 if left out",
        },
        source="public",
    ),
    Row(
        syntax="aaa <text:line>",
        help="Authentication, authorization and accounting",
        key=("*",),
        ordered=(),
        enforced=False,
        source="public",
    ),
)
