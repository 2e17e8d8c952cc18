"""Frames as bytes: what each field is called, how wide it is, and where it stands.

Decides whether bytes are a frame of this version. Knows nothing of who may send one, nor of how
bytes travel (cobs.py and the drivers). All numbers are big-endian. Every frame is HEADER, the
body's fields, what may follow them, TRAILER. Version, type, length and the CRC at the end keep
their places in every future version, so that a newer unit is told from noise.

``decode`` is total. Its reasons are REASONS and no others: a stranger can make us count, but
cannot make the table of counts grow. docs/wire.md shows the same tables; a test compares them.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TypeVar

from firmware.core.settings import Identity
from firmware.core.wire.bodies import (
    FEATURES,
    FRAME_LAN_MAX,
    SEGMENT_LAN,
    Ack,
    Answer,
    BadFrame,
    Body,
    FailedNotice,
    Frame,
    Handover,
    HandoverStep,
    Header,
    Hello,
    Identify,
    InterfaceKind,
    InterfaceState,
    Probe,
    Segment,
    UnitState,
)

VERSION = 1
INTERFACES_MAX = 16  # in a hello and in an Identify
SEQUENCE_LAST = 0xFFFFFFFF  # of a pre-sealed FailedNotice

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Format:
    """One body on the wire: its type number, its fixed fields, and what may follow them."""

    number: int
    body: type[Body]
    fields: Fields
    follows: str = ""

    @property
    def layout(self) -> struct.Struct:
        """The fixed fields, big-endian, without gaps."""
        return _layout(self.fields)


HEADER: Fields = (
    ("version", "B"),
    ("type", "B"),
    ("length", "H"),  # of the whole frame, version to CRC: what an Ethernet pads is cut off by it
    ("sequence", "I"),
    ("boot", "Q"),  # never 0
    ("echo", "Q"),
)
TRAILER: Fields = (("crc", "I"),)  # CRC-32 (IEEE 802.3) of everything before it

FORMATS: tuple[Format, ...] = (
    Format(
        1,
        Hello,
        (
            ("flags", "B"),  # HELLO_FLAGS, first name in the lowest bit
            ("state", "B"),
            ("chassis", "Q"),
            ("active_time_s", "I"),
            ("digest", "I"),
            ("count", "B"),  # of interfaces
            ("interfaces", "Q"),  # 4 bits each, the first in the highest; the rest 0
        ),
    ),
    Format(
        2,
        Identify,
        (("memory_mb", "I"), ("flash_mb", "I"), ("count", "B")),  # count of MACs
        "strings, then 6 bytes a MAC, then IDENTIFY_MORE unless all of it is 0",
    ),
    Format(3, Probe, (("number", "I"),)),
    Format(4, Answer, (("number", "I"),)),
    Format(5, Handover, (("step", "B"), ("number", "I"))),
    Format(6, FailedNotice, (("identity", "B"),)),  # 0 primary, 1 secondary
    Format(7, Segment, (("number", "I"), ("more", "B")), "payload"),
    Format(8, Ack, (("next_number", "I"),)),
)
HELLO_FLAGS = ("secondary", "configured", "hears_link", "macs_set", "failed", "holding", "edited")
# What units of later days also tell of themselves.
IDENTIFY_MORE: Fields = (
    ("flags", "B"),  # IDENTIFY_FLAGS, first name in the lowest bit
    ("contexts", "H"),
    ("ssl_vpn_peers", "H"),
    ("features", "I"),  # FEATURES, first name in the lowest bit
    ("kinds", "Q"),  # 4 bits an interface, the first in the highest; the rest 0
)
IDENTIFY_FLAGS = ("transparent", "multiple", "asks")
# (name, least, most): a length byte, then that many printable ASCII characters
STRINGS = (
    ("chassis", 1, 32),
    ("model", 0, 32),
    ("version", 0, 32),
    ("platform", 0, 8),
    ("licence", 0, 8),
)

TOO_SHORT = "shorter than a frame"
TOO_LONG = "longer than a frame"
WRONG_LENGTH = "length field does not match"
WRONG_CRC = "wrong CRC"
OTHER_VERSION = "frame of another version"
NO_BOOT = "boot number is zero"
UNKNOWN_TYPE = "unknown frame type"
WRONG_SIZE = "wrong size for its type"
BAD_VALUE = "a field is out of range"
BAD_TEXT = "a text is not printable ASCII"
REASONS = (
    TOO_SHORT,
    TOO_LONG,
    WRONG_LENGTH,
    WRONG_CRC,
    OTHER_VERSION,
    NO_BOOT,
    UNKNOWN_TYPE,
    WRONG_SIZE,
    BAD_VALUE,
    BAD_TEXT,
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A frame that is sound from outside: length, CRC, version. What is in it is still bytes."""

    number: int  # u8, the type
    header: Header
    body: bytes


def encode(frame: Frame) -> bytes:
    """The frame's bytes, CRC included.

    A body outside the ranges of bodies.py is a fault of ours, not of the mate: AssertionError or
    struct.error.
    """
    number, body = pack_body(frame.body)
    front = front_of(number, frame.header, len(body))
    return close_up(front + body)


def decode(data: bytes, *, padded: bool = False) -> Frame | BadFrame:
    """The frame these bytes are, or why they are none. Never raises.

    ``padded``: bytes after the frame's own length are ignored, as Ethernet adds them.
    """
    envelope = unwrap(data, padded=padded)
    if isinstance(envelope, BadFrame):
        return envelope
    body = unpack_body(envelope.number, envelope.body)
    return body if isinstance(body, BadFrame) else Frame(envelope.header, body)


def front_of(number: int, header: Header, size: int) -> bytes:
    """What stands before a body of ``size`` bytes."""
    length = OVERHEAD + size
    assert length <= FRAME_LAN_MAX, f"a frame of type {number} of {length} bytes"
    assert header.boot, "a frame without the boot of its sender"
    return _HEADER.pack(VERSION, number, length, header.sequence, header.boot, header.echo)


def close_up(data: bytes) -> bytes:
    """Front and body with the CRC behind them: a whole frame."""
    return data + _TRAILER.pack(zlib.crc32(data))


def unwrap(data: bytes, *, padded: bool = False) -> Envelope | BadFrame:
    """The outside of a frame, checked. Never raises."""
    if len(data) < OVERHEAD:
        return BadFrame(TOO_SHORT)
    version, number, length, sequence, boot, echo = _HEADER.unpack_from(data)
    if length > FRAME_LAN_MAX:
        return BadFrame(TOO_LONG)
    if length < OVERHEAD or length > len(data) or (length < len(data) and not padded):
        return BadFrame(WRONG_LENGTH)
    end = length - _TRAILER.size
    if zlib.crc32(data[:end]) != _TRAILER.unpack_from(data, end)[0]:
        return BadFrame(WRONG_CRC)
    if version != VERSION:  # only now: a garbled byte is not another version
        return BadFrame(OTHER_VERSION)
    if boot == 0:
        return BadFrame(NO_BOOT)
    return Envelope(number, Header(sequence, boot, echo), data[_HEADER.size : end])


def unpack_body(number: int, data: bytes) -> Body | BadFrame:
    """The body of that type these bytes are, or why they are none. Never raises."""
    try:
        return _unpack(number, data)
    except _Refused as refused:
        return BadFrame(str(refused))


def chassis_number(serial: str) -> int:
    """A chassis serial number as the u64 of a hello: the first 8 bytes of its SHA-256."""
    return int.from_bytes(hashlib.sha256(serial.encode()).digest()[:8], "big")


class _Refused(Exception):
    """Why a body is none of ours. Never leaves ``unpack_body``."""


def _layout(fields: Fields) -> struct.Struct:
    return struct.Struct(">" + "".join(code for _, code in fields))


_HEADER = _layout(HEADER)
_TRAILER = _layout(TRAILER)
OVERHEAD = _HEADER.size + _TRAILER.size  # bytes of a frame that are not its body
_MORE = _layout(IDENTIFY_MORE)
_LAYOUTS = {row.number: row.layout for row in FORMATS}
_NUMBERS = {row.body: row.number for row in FORMATS}


def pack_body(body: Body) -> tuple[int, bytes]:
    """A body's type number and its bytes. A value out of range is a fault of ours, as above."""
    number = _NUMBERS[type(body)]
    layout = _LAYOUTS[number]
    match body:
        case Hello():
            return number, _pack_hello(layout, body)
        case Identify():
            return number, _pack_identify(layout, body)
        case Probe() | Answer():
            return number, layout.pack(body.number)
        case Handover():
            return number, layout.pack(body.step, body.number)
        case FailedNotice():
            return number, layout.pack(body.identity is Identity.SECONDARY)
        case Segment():
            assert len(body.payload) <= SEGMENT_LAN, f"a segment of {len(body.payload)} bytes"
            return number, layout.pack(body.number, body.more) + body.payload
        case Ack():
            return number, layout.pack(body.next_number)


def _pack_hello(layout: struct.Struct, hello: Hello) -> bytes:
    count = len(hello.interfaces)
    assert count <= INTERFACES_MAX, f"a hello with {count} interfaces"
    bits = (
        hello.identity is Identity.SECONDARY,
        hello.configured,
        hello.hears_link,
        hello.macs_set,
        hello.failed,
        hello.holding,
        hello.edited,
    )
    flags = sum(bit << place for place, bit in enumerate(bits))
    states = 0
    for place, state in enumerate(hello.interfaces):
        states |= state << _shift(place)
    return layout.pack(
        flags, hello.state, hello.chassis, hello.active_time_s, hello.digest, count, states
    )


def _shift(place: int) -> int:
    return 4 * (INTERFACES_MAX - 1 - place)


def _pack_identify(layout: struct.Struct, body: Identify) -> bytes:
    texts = (body.chassis, body.model, body.version, body.platform, body.licence)
    assert len(body.macs) <= INTERFACES_MAX, f"an Identify with {len(body.macs)} MACs"
    data = layout.pack(body.memory_mb, body.flash_mb, len(body.macs))
    for (name, least, most), text in zip(STRINGS, texts, strict=True):
        assert least <= len(text) <= most, f"{name} {text!r}"
        assert _printable(text), f"{name} {text!r}"
        data += bytes([len(text)]) + text.encode("ascii")
    for mac in body.macs:
        raw = bytes.fromhex(mac.replace(":", ""))
        assert len(raw) == 6, f"MAC {mac!r}"
        data += raw
    more = _pack_more(body)
    return data + more if any(more) else data


def _pack_more(body: Identify) -> bytes:
    assert len(body.kinds) in (0, len(body.macs)), f"{len(body.kinds)} kinds of interfaces"
    flags = sum(bit << place for place, bit in enumerate(getattr(body, n) for n in IDENTIFY_FLAGS))
    features = sum(1 << FEATURES.index(name) for name in body.features)
    kinds = sum(kind << _shift(place) for place, kind in enumerate(body.kinds))
    return _MORE.pack(flags, body.contexts, body.ssl_vpn_peers, features, kinds)


def _printable(text: str) -> bool:
    return text.isascii() and (text.isprintable() or not text)


def _unpack(number: int, data: bytes) -> Body:
    layout = _LAYOUTS.get(number)
    if layout is None:
        raise _Refused(UNKNOWN_TYPE)
    if len(data) < layout.size:
        raise _Refused(WRONG_SIZE)
    values: tuple[int, ...] = layout.unpack_from(data)
    rest = data[layout.size :]
    if number == _NUMBERS[Segment]:
        return _unpack_segment(values, rest)
    if number == _NUMBERS[Identify]:
        return _unpack_identify(values, rest)
    if rest:
        raise _Refused(WRONG_SIZE)
    if number == _NUMBERS[Hello]:
        return _unpack_hello(values)
    return _unpack_small(number, values)


def _unpack_small(number: int, values: tuple[int, ...]) -> Body:
    if number == _NUMBERS[Probe]:
        return Probe(values[0])
    if number == _NUMBERS[Answer]:
        return Answer(values[0])
    if number == _NUMBERS[Handover]:
        return Handover(_member(HandoverStep, values[0]), values[1])
    if number == _NUMBERS[FailedNotice]:
        return FailedNotice(Identity.SECONDARY if _flag(values[0]) else Identity.PRIMARY)
    return Ack(values[0])


def _unpack_hello(values: tuple[int, ...]) -> Hello:
    flags, state, chassis, active_time_s, digest, count, states = values
    if flags >> len(HELLO_FLAGS) or count > INTERFACES_MAX:
        raise _Refused(BAD_VALUE)
    if count < INTERFACES_MAX and states & ((1 << _shift(count - 1)) - 1):
        raise _Refused(BAD_VALUE)  # states beyond the count: not what we would have sent
    secondary, configured, hears_link, macs_set, failed, holding, edited = (
        bool(flags >> place & 1) for place in range(len(HELLO_FLAGS))
    )
    return Hello(
        identity=Identity.SECONDARY if secondary else Identity.PRIMARY,
        state=_member(UnitState, state),
        chassis=chassis,
        configured=configured,
        hears_link=hears_link,
        macs_set=macs_set,
        failed=failed,
        holding=holding,
        edited=edited,
        active_time_s=active_time_s,
        digest=digest,
        interfaces=tuple(
            _member(InterfaceState, states >> _shift(place) & 0xF) for place in range(count)
        ),
    )


def _unpack_identify(values: tuple[int, ...], rest: bytes) -> Identify:
    memory_mb, flash_mb, count = values
    if count > INTERFACES_MAX:
        raise _Refused(BAD_VALUE)
    texts = []
    for _, least, most in STRINGS:
        text, rest = _cut_text(rest, least, most)
        texts.append(text)
    size = 6 * count
    if len(rest) not in (size, size + _MORE.size):
        raise _Refused(WRONG_SIZE)
    chassis, model, version, platform, licence = texts
    known = Identify(
        chassis=chassis,
        model=model,
        version=version,
        platform=platform,
        licence=licence,
        memory_mb=memory_mb,
        flash_mb=flash_mb,
        macs=tuple(rest[at : at + 6].hex(":") for at in range(0, size, 6)),
    )
    return _unpack_more(known, rest[size:]) if rest[size:] else known


def _unpack_more(known: Identify, data: bytes) -> Identify:
    if not any(data):
        raise _Refused(BAD_VALUE)  # left out, then
    flags, contexts, ssl_vpn_peers, features, kinds = _MORE.unpack(data)
    count = len(known.macs)
    beyond = count < INTERFACES_MAX and kinds & ((1 << _shift(count - 1)) - 1)
    if flags >> len(IDENTIFY_FLAGS) or features >> len(FEATURES) or beyond:
        raise _Refused(BAD_VALUE)
    places = range(count if kinds else 0)
    transparent, multiple, asks = (bool(flags >> p & 1) for p in range(len(IDENTIFY_FLAGS)))
    return replace(
        known,
        transparent=transparent,
        multiple=multiple,
        asks=asks,
        contexts=contexts,
        ssl_vpn_peers=ssl_vpn_peers,
        features=tuple(name for place, name in enumerate(FEATURES) if features >> place & 1),
        kinds=tuple(_member(InterfaceKind, kinds >> _shift(p) & 0xF) for p in places),
    )


def _cut_text(data: bytes, least: int, most: int) -> tuple[str, bytes]:
    if not data or len(data) < 1 + data[0]:
        raise _Refused(WRONG_SIZE)
    length = data[0]
    if not least <= length <= most:
        raise _Refused(BAD_VALUE)
    text = data[1 : 1 + length].decode("latin-1")
    if not _printable(text):
        raise _Refused(BAD_TEXT)
    return text, data[1 + length :]


def _unpack_segment(values: tuple[int, ...], payload: bytes) -> Segment:
    number, more = values
    if len(payload) > SEGMENT_LAN:
        raise _Refused(WRONG_SIZE)
    return Segment(number, _flag(more), payload)


_Number = TypeVar("_Number", bound=IntEnum)


def _member(kind: type[_Number], value: int) -> _Number:
    try:
        return kind(value)
    except ValueError:
        raise _Refused(BAD_VALUE) from None


def _flag(value: int) -> bool:
    if value > 1:
        raise _Refused(BAD_VALUE)
    return value == 1
