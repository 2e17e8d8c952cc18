"""Passwords as a configuration stores them: the product's two old forms, and the one made here.

| form | keyword | what it is |
|---|---|---|
| weak | `encrypted` | MD5 of 16 padded bytes, one round; a `username`'s is salted with the name |
| strong | `pbkdf2` | `$sha512$5000$salt$hash`: PBKDF2-HMAC-SHA512, as later releases print it |

New passwords are stored in the strong form. Nothing here ever prints one.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from dataclasses import dataclass
from enum import Enum

ROUNDS = 5000
ROUNDS_MAX = 100_000  # a pasted line must not keep the unit busy
SALT_BYTES = 16
HASH_BYTES = 16
PASSWORD_MAX = 127  # characters
_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Form(Enum):
    """How a password is stored; the value is the keyword behind it."""

    CLEAR = ""
    WEAK = "encrypted"
    STRONG = "pbkdf2"


@dataclass(frozen=True, slots=True)
class Stored:
    """A password of the configuration. ``user`` salts the weak form of a `username`, else ""."""

    text: str
    form: Form
    user: str = ""

    def verifies(self, given: str) -> bool:
        """Whether that is the password. Takes as long for a wrong one as for the right one."""
        if self.form is Form.STRONG:
            return _verifies_strong(self.text, given)
        expected = self.text
        if self.form is Form.WEAK:
            given = weak(given, self.user)
        return hmac.compare_digest(given.encode(), expected.encode())


def strong(password: str, salt: bytes) -> str:
    """``$sha512$5000$salt$hash``; the salt is drawn by the caller, 16 bytes."""
    derived = _derived(password, salt, ROUNDS)
    parts = (binascii.b2a_base64(part, newline=False).decode() for part in (salt, derived))
    return "$".join(("", "sha512", str(ROUNDS), *parts))


def weak(password: str, user: str = "") -> str:
    """The 16 characters a PIX makes of a password; ``user``: that of a `username` line."""
    secret = password.encode("utf-8", "replace")
    if user:
        name = user.encode("utf-8", "replace")
        if len(secret) < 28:
            secret += (name * 4)[:4]
    size = 16 if len(secret) <= 16 else 32
    digest = hashlib.md5(secret[:size].ljust(size, b"\0"), usedforsecurity=False).digest()
    text = ""
    for at in range(0, 16, 4):  # three bytes of every four, lowest bits first
        number = int.from_bytes(digest[at : at + 3], "little")
        text += "".join(_ALPHABET[number >> shift & 63] for shift in (0, 6, 12, 18))
    return text


def is_strong(text: str) -> bool:
    """Whether this text is of the strong form, and cheap enough to be verified."""
    return _parts(text) is not None


class Salts:
    """Salts that nobody can foresee and no two alike, drawn from one secret of this life."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._drawn = 0

    def draw(self) -> bytes:
        """The next one, 16 bytes."""
        self._drawn += 1
        counter = self._drawn.to_bytes(8, "big")
        return hmac.digest(self._seed, b"salt" + counter, "sha256")[:SALT_BYTES]


def waste(given: str) -> None:
    """Spend what verifying costs, where there is nothing to verify: an unknown name answers as
    slowly as a known one."""
    _derived(given, bytes(SALT_BYTES), ROUNDS)


def _verifies_strong(text: str, given: str) -> bool:
    parts = _parts(text)
    if parts is None:
        return False
    rounds, salt, expected = parts
    return hmac.compare_digest(_derived(given, salt, rounds, len(expected)), expected)


def _derived(password: str, salt: bytes, rounds: int, size: int = HASH_BYTES) -> bytes:
    return hashlib.pbkdf2_hmac("sha512", password.encode("utf-8", "replace"), salt, rounds, size)


def _parts(text: str) -> tuple[int, bytes, bytes] | None:
    pieces = text.split("$")
    if len(pieces) != 5 or pieces[:2] != ["", "sha512"] or not pieces[2].isdecimal():
        return None
    if len(pieces[2]) > 6 or not 1 <= int(pieces[2]) <= ROUNDS_MAX:
        return None
    try:
        salt, derived = (binascii.a2b_base64(piece, strict_mode=True) for piece in pieces[3:])
    except (binascii.Error, ValueError):
        return None
    return (int(pieces[2]), salt, derived) if 1 <= len(derived) <= 64 else None
