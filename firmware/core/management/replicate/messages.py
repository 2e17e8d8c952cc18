"""What one unit's management says to its mate's, byte by byte.

Messages are opaque to the failover machine, which delivers them in order or says that it lost its
place (``ResetReplication``). Decoding is total: what is none of ours is a ``Bad`` with a reason,
and no claim of a sender makes the receiver hold more than the limits.

| message | bytes after its letter |
|---|---|
| Begin ``B`` | deflated size, text size, CRC-32 of the text, number of lines, last item's number |
| slice ``S`` | up to SLICE_MAX bytes of the deflated text |
| Took ``T`` | nothing: the whole configuration runs here |
| Refused ``N`` | why it does not, text |
| Batch ``L`` | number of the first item, text size, deflated text; one line of it is one item |
| Done ``D`` | number: everything up to it was tried |
| Failure ``F`` | a line that was refused, tab, why |
| Resync ``M`` | nothing: take my whole configuration anew |
| Exec ``X`` | ticket, session, 1 while that session configures, line |
| Answer ``A`` | ticket, text size, deflated text |
| Leave ``Z`` | session: nobody asks for it any more |
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

SLICE_MAX = 16 << 10  # bytes; a message between two processes holds 128 KiB
TEXT_MAX = 4 << 20  # bytes of one configuration; deflated it must fit the ordered channel's queue
LINE_BYTES_MAX = 4096  # of one item, its sections included
BATCH_MAX = 64 << 10  # bytes of the items of one batch
ANSWER_MAX = 512 << 10  # bytes of what a command on the mate may print,
ANSWER_DEFLATED_MAX = 96 << 10  # and deflated: no message is longer
WHY_MAX = 400  # bytes

_BEGIN = struct.Struct(">IIIII")
_ONE = struct.Struct(">I")
_EXEC = struct.Struct(">IIB")
_SAVE = "\x1e"
_UNDER = "\x1f"


@dataclass(frozen=True, slots=True)
class Begin:
    """A whole configuration follows. ``last`` is the number of the last item already in it."""

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
class Took:
    """The whole configuration is the receiver's running configuration now."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The receiver could not take it over, and kept what it had."""

    why: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line was accepted on the active unit, under those section headers."""

    path: tuple[str, ...]
    line: str


@dataclass(frozen=True, slots=True)
class Save:
    """``copy running-config startup-config`` was typed on the active unit."""


Item = Line | Save


@dataclass(frozen=True, slots=True)
class Batch:
    """What was done on the active unit, in order. Items are numbered from ``first`` on, u32."""

    first: int
    items: tuple[Item, ...]

    @property
    def last(self) -> int:
        """The number of the last item."""
        return (self.first + len(self.items) - 1) & 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Done:
    """Every item up to that number was tried; those that failed were told of before."""

    number: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A replicated line or command failed on the standby."""

    line: str
    why: str


@dataclass(frozen=True, slots=True)
class Resync:
    """The standby is to take the whole configuration anew."""


@dataclass(frozen=True, slots=True)
class Exec:
    """``failover exec``: run that line. ``session`` is the asking unit's number of its session."""

    ticket: int
    session: int
    configuring: bool
    line: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What it printed."""

    ticket: int
    text: str


@dataclass(frozen=True, slots=True)
class Leave:
    """That session is over."""

    session: int


@dataclass(frozen=True, slots=True)
class Bad:
    """What came cannot be used. ``lost``: a configuration or the order of lines is lost by it."""

    why: str
    lost: bool


Message = Begin | Slice | Took | Refused | Batch | Done | Failure | Resync | Exec | Answer | Leave


def encode(message: Message) -> bytes:
    """The bytes of one message. Texts too long for it are a fault of ours: AssertionError."""
    match message:
        case Begin(deflated, size, crc, lines, last):
            return b"B" + _BEGIN.pack(deflated, size, crc, lines, last)
        case Slice(data):
            return b"S" + data
        case Took():
            return b"T"
        case Resync():
            return b"M"
        case Refused(why):
            return b"N" + _short(why)
        case Batch(first, items):
            return b"L" + _ONE.pack(first) + _deflated("\n".join(map(_item, items)))
        case Done(number):
            return b"D" + _ONE.pack(number)
        case Failure(line, why):
            return b"F" + _short(_plain(line)) + b"\t" + _short(_plain(why))
        case Exec(ticket, session, configuring, line):
            return b"X" + _EXEC.pack(ticket, session, configuring) + _bytes(line)
        case Answer(ticket, text):
            return b"A" + _ONE.pack(ticket) + _deflated(text)
        case Leave(session):
            return b"Z" + _ONE.pack(session)


def decode(payload: bytes) -> Message | Bad:
    """The message of these bytes. Never raises."""
    letter, rest = payload[:1], payload[1:]
    reader = _READERS.get(letter)
    try:
        message = None if reader is None else reader(rest)
    except (struct.error, zlib.error, UnicodeDecodeError, ValueError) as error:
        return Bad(f"a message {letter!r} that cannot be read: {error}", lost=letter == b"L")
    if message is None:
        return Bad(f"{len(payload)} bytes beginning {payload[:4].hex()} are no message", lost=False)
    return message


def item_bytes(item: Item) -> int:
    """What an item costs in a batch."""
    return len(_bytes(_item(item))) + 1


def whole(text: str, last: int) -> list[bytes]:
    """The messages that carry a whole configuration of at most TEXT_MAX bytes."""
    data = _bytes(text)
    deflated = zlib.compress(data, 6)
    begin = Begin(len(deflated), len(data), zlib.crc32(data), text.count("\n"), last)
    pieces = range(0, len(deflated), SLICE_MAX)
    return [encode(begin), *(encode(Slice(deflated[i : i + SLICE_MAX])) for i in pieces)]


def inflated(data: bytes, size: int) -> str:
    """The text of ``size`` bytes that was deflated. Raises zlib.error, ValueError."""
    # One byte more than was announced is enough to know that it lies.
    raw = zlib.decompressobj().decompress(data, size + 1)
    if len(raw) != size:
        raise ValueError(f"{size} bytes were announced")
    return raw.decode()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _short(text: str) -> bytes:
    return _bytes(text)[:WHY_MAX]


def _plain(text: str) -> str:
    return text.replace("\t", " ")


def _deflated(text: str) -> bytes:
    data = _bytes(text)
    return _ONE.pack(len(data)) + zlib.compress(data, 6)


def _item(item: Item) -> str:
    return _SAVE if isinstance(item, Save) else _UNDER.join((*item.path, item.line))


def _inflated(rest: bytes, most: int) -> str:
    (size,) = _ONE.unpack_from(rest)
    if size > most:
        raise ValueError(f"{size} bytes, {most} at most")
    return inflated(rest[_ONE.size :], size)


def _read_begin(rest: bytes) -> Begin:
    return Begin(*_BEGIN.unpack(rest))


def _read_slice(rest: bytes) -> Slice | None:
    return Slice(rest) if 0 < len(rest) <= SLICE_MAX else None


def _read_batch(rest: bytes) -> Batch:
    (first,) = _ONE.unpack_from(rest)
    text = _inflated(rest[_ONE.size :], BATCH_MAX)
    return Batch(first, tuple(_read_item(line) for line in text.split("\n")))


def _read_item(text: str) -> Item:
    if text == _SAVE:
        return Save()
    *path, line = text.split(_UNDER)
    if len(text) > LINE_BYTES_MAX or any(ord(c) < 32 for part in (*path, line) for c in part):
        raise ValueError("a line with control characters, or too long")
    return Line(tuple(path), line)


def _read_refused(rest: bytes) -> Refused:
    return Refused(_text(rest))


def _read_failure(rest: bytes) -> Failure | None:
    line, tab, why = _text(rest).partition("\t")
    return Failure(line, why) if tab else None


def _text(rest: bytes) -> str:
    """Words for a person: cut in the middle of a character or not, they are readable."""
    if len(rest) > 2 * WHY_MAX + 1:
        raise ValueError("too long")
    text = rest.decode("utf-8", "replace")
    return "".join(c if c.isprintable() or c == "\t" else "?" for c in text)


def _read_exec(rest: bytes) -> Exec | None:
    ticket, session, configuring = _EXEC.unpack_from(rest)
    line = rest[_EXEC.size :].decode()
    if len(line) > LINE_BYTES_MAX or configuring > 1 or any(ord(c) < 32 for c in line):
        return None
    return Exec(ticket, session, configuring == 1, line)


def _read_answer(rest: bytes) -> Answer:
    (ticket,) = _ONE.unpack_from(rest)
    return Answer(ticket, _inflated(rest[_ONE.size :], ANSWER_MAX))


_READERS: dict[bytes, Callable[[bytes], Message | None]] = {
    b"B": _read_begin,
    b"S": _read_slice,
    b"T": lambda rest: None if rest else Took(),
    b"N": _read_refused,
    b"L": _read_batch,
    b"D": lambda rest: Done(*_ONE.unpack(rest)),
    b"F": _read_failure,
    b"M": lambda rest: None if rest else Resync(),
    b"X": _read_exec,
    b"A": _read_answer,
    b"Z": lambda rest: Leave(*_ONE.unpack(rest)),
}
