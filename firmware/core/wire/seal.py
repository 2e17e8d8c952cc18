"""Sealed frames: what ``failover key`` does to a frame, and which key speaks while it changes.

A sealed frame is a frame whose body is encrypted and whose front (version to echo) is bound to it.
The cipher is given from outside: the core knows the frame, not the arithmetic. Without a key a
``Seals`` writes and reads frames in clear, so a channel always has one and never asks.

The nonce is the sender's boot and the frame's sequence: a boot number is random in each life of
either unit, and within it the sequence grows by one per frame, over all channels. The one number
that is used more than once is the last, of a FailedNotice. It is sealed anew whenever the mate's
boot changes, but only the newest is ever said, and with it the life ends that said it.

A frame with the wrong seal, or with one where there is no key, or with none where there is, is
``Unreadable``: nothing in it counts. Two bits of its outside may still be looked at, as a claim
nobody has to believe: whether it is a probe, and whether its sender serves (docs/wire.md).

A pair changes its key while it works, for the new one travels under the old: whoever was told by
its mate speaks the new one at once; whoever told speaks the old one until it hears the new. Both
read both meanwhile. Towards a first key there is no meanwhile: clear text would be as good as none.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from firmware.core.wire import formats, frames, packing
from firmware.core.wire.bodies import BadFrame, FailedNotice, Frame, Header, Hello, Probe

KEY_BYTES = 32
TAG_BYTES = 16
SEALED, SERVES = 0x80, 0x40  # bits of a sealed frame's type; SERVES: a hello that says holding
PATIENCE_LEAST_MS = 10_000  # for a mate that was told a key and is not heard under it
UNDER_WAY_MS = 1_000  # what was said under the old key may still wait on another channel
KEYS_MOST = 4  # read at a time: somebody tries keys in a row

NOT_SEALED = "not sealed, and there is a failover key"
NO_KEY = "sealed, and there is no failover key"
WRONG_SEAL = "not sealed with the failover key"
REASONS = (NOT_SEALED, NO_KEY, WRONG_SEAL)

_SALT = b"fover failover key 1"  # fixed: both units must come to the same key by themselves
_NONCE = struct.Struct(">QI")
_HOLDING = 1 << formats.HELLO_FLAGS.index("holding")
_NUMBERS = {row.body: row.number for row in formats.FORMATS}


class Aead(Protocol):
    """An AEAD cipher with its key: a nonce of 12 bytes, a tag of 16 at the end."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes:
        """The sealed bytes."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes:
        """The bytes; raises what the ``Seals`` was told it raises if a bit of it is not so."""


class Codec(Protocol):
    """How a channel makes bytes of frames and frames of bytes: ``Seals``, or ``frames`` itself."""

    def encode(self, frame: Frame) -> bytes:
        """The frame's bytes."""

    def decode(self, data: bytes, *, padded: bool = False) -> Frame | BadFrame | Unreadable:
        """What these bytes are. Never raises."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A frame that cannot be opened. What it claims is worth no more than where it came from."""

    why: str  # one of REASONS
    probe: bool = False  # it asks for an answer
    serves: bool | None = None  # a hello: its sender has, or has not, the active addresses


@dataclass(slots=True, eq=False)
class _Key:
    secret: bytes | None
    cipher: Aead | None  # None: clear
    until_ms: int | None = None  # when it is forgotten; None: it is the key


@lru_cache(maxsize=4)  # the same configuration is read again at every command
def derive(secret: str | bytes) -> bytes:
    """The 32 bytes for a typed secret, or for the 16 bytes of ``failover key hex``. 70 ms, once.

    scrypt, so that a recording does not yield a guessable secret cheaply. Not for the hot path.
    """
    raw = secret.encode() if isinstance(secret, str) else secret
    return hashlib.scrypt(raw, salt=_SALT, n=1 << 14, r=8, p=1, dklen=KEY_BYTES)


class Seals:
    """The keys of one unit, for all its channels but the cable."""

    def __init__(self, aead: Callable[[bytes], Aead], refused: type[Exception]) -> None:
        """``aead`` makes a cipher of 32 bytes; ``refused`` is what its ``decrypt`` raises."""
        self._aead, self._refused = aead, refused
        self._speaks = _Key(None, None)
        self._reads = [self._speaks]  # newest first
        self._now_ms = 0
        self.changes = 0  # of the key that speaks: what was sealed before is stale

    def use(self, key: bytes | None, *, from_mate: bool, now_ms: int, hold_ms: int) -> None:
        """The configuration now has this key, or none.

        ``from_mate``: the mate sent the line, so it reads the new key already. ``hold_ms``: twice
        this, and PATIENCE_LEAST_MS, is waited for the mate at most.
        """
        self._now_ms = now_ms
        if key == self._reads[0].secret:
            return
        new = _Key(key, None if key is None else self._aead(key))
        if self._reads[0].secret is None:  # a first key
            self._reads = [new]
            self._speak(new)
            return
        self._forget_by(now_ms + max(2 * hold_ms, PATIENCE_LEAST_MS))
        self._reads = [new, *self._reads][:KEYS_MOST]
        if from_mate or self._speaks not in self._reads:
            self._speak(new)

    @property
    def keyed(self) -> bool:
        """Whether anything but clear text is written or read."""
        return self._speaks.cipher is not None or len(self._reads) > 1

    def time_passed(self, now_ms: int) -> None:
        """Forget what is over. Call it at least every 100 ms; a lateness only prolongs."""
        self._now_ms = now_ms
        if len(self._reads) == 1:
            return
        self._reads = [k for k in self._reads if k.until_ms is None or now_ms < k.until_ms]
        if self._speaks not in self._reads:
            self._speak(self._reads[0])

    def encode(self, frame: Frame) -> bytes:
        """The frame's bytes, sealed with the key that speaks."""
        cipher = self._speaks.cipher
        return frames.encode(frame) if cipher is None else _seal(frame, cipher)

    def decode(self, data: bytes, *, padded: bool = False) -> Frame | BadFrame | Unreadable:
        """The frame these bytes are, if a key of ours opens them. Never raises."""
        envelope = frames.unwrap(data, padded=padded)
        if isinstance(envelope, BadFrame):
            return envelope
        found = self._open(envelope, self._reads[0].cipher)
        if len(self._reads) == 1:
            return found
        if isinstance(found, Frame):
            self._heard_newest()
        for key in self._reads[1:]:
            if not isinstance(found, Unreadable):
                break
            found = self._open(envelope, key.cipher)
        return found

    def _heard_newest(self) -> None:
        self._forget_by(self._now_ms + UNDER_WAY_MS, but=self._reads[0])
        if self._speaks is not self._reads[0]:
            self._speak(self._reads[0])

    def _forget_by(self, due_ms: int, but: _Key | None = None) -> None:
        for key in self._reads:
            if key is not but:
                key.until_ms = due_ms if key.until_ms is None else min(key.until_ms, due_ms)

    def _speak(self, key: _Key) -> None:
        self._speaks = key
        self.changes += 1

    def _open(
        self, envelope: frames.Envelope, cipher: Aead | None
    ) -> Frame | BadFrame | Unreadable:
        number, header = envelope.number, envelope.header
        if cipher is None:
            return _unreadable(envelope, NO_KEY) if number & SEALED else _read(envelope)
        if not number & SEALED:
            return _unreadable(envelope, NOT_SEALED)
        if len(envelope.body) < TAG_BYTES:
            return _unreadable(envelope, WRONG_SEAL)
        front = frames.front_of(number, header, len(envelope.body))
        try:
            plain = cipher.decrypt(_nonce(header), envelope.body, front)
        except self._refused:
            return _unreadable(envelope, WRONG_SEAL)
        frame = _read(frames.Envelope(number & ~(SEALED | SERVES), header, plain))
        if isinstance(frame, Frame) and number != _sealed_number(frame):
            return BadFrame(formats.BAD_VALUE)  # its outside says otherwise: none of ours does
        return frame


def _seal(frame: Frame, cipher: Aead) -> bytes:
    header = frame.header
    notice = isinstance(frame.body, FailedNotice)
    assert notice or header.sequence < formats.SEQUENCE_LAST, "a nonce must not be used twice"
    _, plain = packing.pack_body(frame.body)
    front = frames.front_of(_sealed_number(frame), header, len(plain) + TAG_BYTES)
    return frames.close_up(front + cipher.encrypt(_nonce(header), plain, front))


def _sealed_number(frame: Frame) -> int:
    body = frame.body
    serves = SERVES if isinstance(body, Hello) and body.holding else 0
    return _NUMBERS[type(body)] | SEALED | serves


def _nonce(header: Header) -> bytes:
    return _NONCE.pack(header.boot, header.sequence)


def _read(envelope: frames.Envelope) -> Frame | BadFrame:
    body = packing.unpack_body(envelope.number, envelope.body)
    return body if isinstance(body, BadFrame) else Frame(envelope.header, body)


def _unreadable(envelope: frames.Envelope, why: str) -> Unreadable:
    number = envelope.number
    kind = number & ~(SEALED | SERVES) if number & SEALED else number
    serves = None
    if kind == _NUMBERS[Hello]:
        flags = envelope.body[:1] or b"\0"
        serves = bool(number & SERVES if number & SEALED else flags[0] & _HOLDING)
    return Unreadable(why, kind == _NUMBERS[Probe], serves)
