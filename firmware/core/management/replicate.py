"""What one unit's management says to its mate's: a whole configuration, one line, "save".

Messages are opaque to the failover machine, which delivers them in order or says that it lost its
place (``ResetReplication``). A whole configuration is deflated, cut into slices, and taken over by
the receiver only when all of it came and its checksum holds. Decoding is total: what is none of
ours is a ``Bad`` with a reason; no claim of a sender makes the receiver hold more than the limits.

| message | bytes after its letter |
|---|---|
| Begin ``B`` | deflated size, text size, CRC-32 of the text, number of lines, last line's number |
| slice ``S`` | up to SLICE_MAX bytes of the deflated text |
| Replicate ``R`` | number, length of the section, section, line (UTF-8) |
| Save ``W`` | nothing |
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

SLICE_MAX = 4096
TEXT_MAX = 8 << 20  # bytes of one configuration
LINE_BYTES_MAX = 4096

_BEGIN = struct.Struct(">IIIII")
_REPLICATE = struct.Struct(">IH")


@dataclass(frozen=True, slots=True)
class Begin:
    """A whole configuration follows. ``last`` is the number of the last line already in it."""

    deflated: int
    size: int
    crc: int
    lines: int
    last: int


@dataclass(frozen=True, slots=True)
class Slice:
    """A piece of it."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Replicate:
    """A line was accepted on the active unit, under that section. Numbers grow by one, u32."""

    number: int
    section: str
    line: str


@dataclass(frozen=True, slots=True)
class Save:
    """``copy running-config startup-config`` was typed on the active unit."""


@dataclass(frozen=True, slots=True)
class Whole:
    """All of a configuration has come."""

    text: str
    lines: int


@dataclass(frozen=True, slots=True)
class Bad:
    """What came cannot be used. ``lost``: a configuration under way was lost by it."""

    why: str
    lost: bool


Message = Begin | Slice | Replicate | Save


def encode(message: Message) -> bytes:
    """The bytes of one message."""
    if isinstance(message, Begin):
        counts = (message.deflated, message.size, message.crc, message.lines, message.last)
        return b"B" + _BEGIN.pack(*counts)
    if isinstance(message, Slice):
        return b"S" + message.data
    if isinstance(message, Save):
        return b"W"
    section = message.section.encode("utf-8", "replace")
    line = message.line.encode("utf-8", "replace")
    assert len(section) + len(line) <= LINE_BYTES_MAX, f"a line of {len(line)} bytes"
    return b"R" + _REPLICATE.pack(message.number, len(section)) + section + line


def decode(payload: bytes) -> Message | Bad:
    """The message of these bytes. Never raises."""
    letter, rest = payload[:1], payload[1:]
    if letter == b"B" and len(rest) == _BEGIN.size:
        return Begin(*_BEGIN.unpack(rest))
    if letter == b"S" and 0 < len(rest) <= SLICE_MAX:
        return Slice(rest)
    if letter == b"W" and not rest:
        return Save()
    if letter == b"R" and _REPLICATE.size <= len(rest) <= _REPLICATE.size + LINE_BYTES_MAX:
        return _decode_line(rest)
    return Bad(f"{len(payload)} bytes beginning {payload[:4].hex()} are no message", lost=False)


def _decode_line(rest: bytes) -> Replicate | Bad:
    number, length = _REPLICATE.unpack_from(rest)
    text = rest[_REPLICATE.size :]
    try:
        section, line = text[:length].decode(), text[length:].decode()
    except UnicodeDecodeError:
        return Bad("a line that is not UTF-8", lost=False)
    if length > len(text) or any(ord(c) < 32 for c in section + line):
        return Bad("a line with control characters, or cut short", lost=False)
    return Replicate(number, section, line)


def whole(text: str, last: int) -> list[bytes]:
    """The messages that carry a whole configuration."""
    data = text.encode("utf-8", "replace")
    deflated = zlib.compress(data, 6)
    begin = Begin(len(deflated), len(data), zlib.crc32(data), text.count("\n"), last)
    pieces = range(0, len(deflated), SLICE_MAX)
    return [encode(begin), *(encode(Slice(deflated[i : i + SLICE_MAX])) for i in pieces)]


class Inbox:
    """What has come from the mate so far. ``bad`` counts what could not be used."""

    def __init__(self) -> None:
        self._begin: Begin | None = None
        self._data = bytearray()
        self._last: int | None = None  # number of the last line; None: not known
        self.bad = 0

    @property
    def receiving(self) -> bool:
        """A whole configuration is under way."""
        return self._begin is not None

    def reset(self) -> None:
        """The ordered channel began anew: what was under way will not be continued."""
        self._begin, self._last = None, None
        self._data.clear()

    def receive(self, payload: bytes) -> Begin | Whole | Replicate | Save | Bad | None:
        """What this message amounts to; None: more must come."""
        outcome = self._take(decode(payload))
        if isinstance(outcome, Bad):
            self.bad += 1
        return outcome

    def _take(self, message: Message | Bad) -> Begin | Whole | Replicate | Save | Bad | None:
        if isinstance(message, Bad):
            return self._lose(message.why)
        if isinstance(message, Begin):
            return self._started(message)
        if isinstance(message, Slice):
            return self._more(message.data)
        if self._begin is not None:
            return self._lose(f"a {type(message).__name__} within a configuration")
        return self._next_line(message) if isinstance(message, Replicate) else message

    def _started(self, begin: Begin) -> Begin | Bad:
        self.reset()
        if not 0 < begin.deflated <= TEXT_MAX or begin.size > TEXT_MAX:
            return Bad(f"a configuration of {begin.size} bytes, {TEXT_MAX} at most", lost=True)
        self._begin = begin
        return begin

    def _more(self, data: bytes) -> Whole | Bad | None:
        if self._begin is None:
            return Bad("a slice of no configuration", lost=False)
        self._data += data
        if len(self._data) < self._begin.deflated:
            return None
        begin, deflated = self._begin, bytes(self._data)
        self.reset()
        text = _inflated(deflated, begin)
        if isinstance(text, Bad):
            return text
        self._last = begin.last
        return Whole(text, begin.lines)

    def _next_line(self, line: Replicate) -> Replicate | Bad:
        due = None if self._last is None else (self._last + 1) & 0xFFFFFFFF
        self._last = line.number
        # A sender that begins at one again is a management process that came back.
        if due is not None and line.number not in (due, 1):
            return Bad(f"line {line.number} came, {due} was due", lost=True)
        return line

    def _lose(self, why: str) -> Bad:
        lost = self._begin is not None
        if lost:
            self.reset()
        return Bad(why, lost)


def _inflated(deflated: bytes, begin: Begin) -> str | Bad:
    inflater = zlib.decompressobj()
    try:
        # One byte more than was announced is enough to know that it lies.
        data = inflater.decompress(deflated, begin.size + 1)
        text = data.decode()
    except (zlib.error, UnicodeDecodeError) as error:
        return Bad(f"the configuration cannot be read: {error}", lost=True)
    if len(data) != begin.size or zlib.crc32(data) != begin.crc or text.count("\n") != begin.lines:
        return Bad("the configuration is not what was announced", lost=True)
    return text
