"""The bodies of frames as bytes, field by field as formats.py has them.

``unpack_body`` is total, and reads only what ``pack_body`` writes: there are never two ways to say
one thing. Knows nothing of the frame around a body (frames.py).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import IntEnum
from typing import TypeVar

from firmware.core.settings import Identity
from firmware.core.wire.bodies import (
    FEATURES,
    HELLO_INTERFACES,
    INTERFACES_MOST,
    MORE_IDENTITY_MOST,
    SEGMENT_LAN,
    TEST_ENTRIES_MOST,
    Ack,
    Answer,
    BadFrame,
    Body,
    FailedNotice,
    Handover,
    HandoverStep,
    Hello,
    Identify,
    InterfaceKind,
    Interfaces,
    InterfaceState,
    MoreIdentity,
    Probe,
    Segment,
    TestEntry,
    TestReport,
    TestStage,
    UnitState,
)
from firmware.core.wire.formats import (
    BAD_TEXT,
    BAD_VALUE,
    FORMATS,
    HELLO_FLAGS,
    HELLO_MORE,
    IDENTIFY_FLAGS,
    IDENTIFY_MORE,
    STRINGS,
    TEST_ENTRY,
    TEST_HEARD,
    TEST_STAGE_LAST,
    UNKNOWN_TYPE,
    WRONG_SIZE,
    layout_of,
)

_HELLO_MORE = layout_of(HELLO_MORE)
_MORE = layout_of(IDENTIFY_MORE)
_ENTRY = layout_of(TEST_ENTRY)
_LAYOUTS = {row.number: row.layout for row in FORMATS}
_NUMBERS = {row.body: row.number for row in FORMATS}
MAC_BYTES = 6


class _Refused(Exception):
    """Why a body is none of ours. Never leaves ``unpack_body``."""


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
        case Interfaces() | MoreIdentity() | TestReport():
            return number, _pack_list(layout, body)


def unpack_body(number: int, data: bytes) -> Body | BadFrame:
    """The body of that type these bytes are, or why they are none. Never raises."""
    try:
        return _unpack(number, data)
    except _Refused as refused:
        return BadFrame(str(refused))


def _pack_hello(layout: struct.Struct, hello: Hello) -> bytes:
    count = len(hello.interfaces)
    assert count <= HELLO_INTERFACES, f"a hello with {count} interfaces"
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
    data = layout.pack(
        flags, hello.state, hello.chassis, hello.active_time_s, hello.digest, count, states
    )
    more = _HELLO_MORE.pack(hello.failed_interfaces)
    return data + more if any(more) else data


def _shift(place: int) -> int:
    return 4 * (HELLO_INTERFACES - 1 - place)


def _pack_identify(layout: struct.Struct, body: Identify) -> bytes:
    texts = (body.chassis, body.model, body.version, body.platform, body.licence)
    assert len(body.macs) <= HELLO_INTERFACES, f"an Identify with {len(body.macs)} MACs"
    data = layout.pack(body.memory_mb, body.flash_mb, len(body.macs))
    for (name, least, most), text in zip(STRINGS, texts, strict=True):
        assert least <= len(text) <= most, f"{name} {text!r}"
        assert _printable(text), f"{name} {text!r}"
        data += bytes([len(text)]) + text.encode("ascii")
    data += _pack_macs(body.macs)
    more = _pack_more(body)
    return data + more if any(more) else data


def _pack_more(body: Identify) -> bytes:
    assert len(body.kinds) in (0, len(body.macs)), f"{len(body.kinds)} kinds of interfaces"
    full = len(body.macs) == HELLO_INTERFACES
    assert full or not body.more, f"{len(body.macs)} MACs, and more elsewhere"
    flags = sum(bit << place for place, bit in enumerate(getattr(body, n) for n in IDENTIFY_FLAGS))
    features = sum(1 << FEATURES.index(name) for name in body.features)
    kinds = sum(kind << _shift(place) for place, kind in enumerate(body.kinds))
    return _MORE.pack(flags, body.contexts, body.ssl_vpn_peers, features, kinds)


def _pack_macs(macs: Sequence[str]) -> bytes:
    raw = [bytes.fromhex(mac.replace(":", "")) for mac in macs]
    assert all(len(one) == MAC_BYTES for one in raw), f"MACs {macs!r}"
    return b"".join(raw)


def _pack_list(layout: struct.Struct, body: Interfaces | MoreIdentity | TestReport) -> bytes:
    match body:
        case Interfaces():
            assert len(body.states) <= INTERFACES_MOST, f"{len(body.states)} interfaces"
            return layout.pack(len(body.states)) + _halves(body.states)
        case MoreIdentity():
            count = len(body.macs)
            assert 1 <= count <= MORE_IDENTITY_MOST, f"{count} MACs in one piece"
            assert len(body.kinds) == count, f"{count} MACs, {len(body.kinds)} kinds"
            assert _is_piece(body.total, body.first, count), f"a piece out of range: {body}"
            front = layout.pack(body.total, body.first, count)
            return front + _pack_macs(body.macs) + _halves(body.kinds)
        case TestReport():
            assert len(body.entries) <= TEST_ENTRIES_MOST, f"{len(body.entries)} tests"
            return layout.pack(len(body.entries)) + b"".join(map(_pack_entry, body.entries))


def _is_piece(total: int, first: int, count: int) -> bool:
    return first >= HELLO_INTERFACES and first + count <= total <= INTERFACES_MOST


def _pack_entry(entry: TestEntry) -> bytes:
    assert entry.index < INTERFACES_MOST, str(entry)
    assert entry.stage <= TEST_STAGE_LAST, str(entry)
    return _ENTRY.pack(entry.index, entry.stage | TEST_HEARD * entry.heard)


def _halves(values: Sequence[int]) -> bytes:
    """4 bits each, the first in the highest; a last half byte is 0."""
    pairs = zip(values[::2], (*values[1::2], 0), strict=False)
    return bytes(high << 4 | low for high, low in pairs)


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
    if number in _READERS:
        return _READERS[number](values, rest)
    if rest:
        raise _Refused(WRONG_SIZE)
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


def _unpack_hello(values: tuple[int, ...], rest: bytes) -> Hello:
    if len(rest) not in (0, _HELLO_MORE.size):
        raise _Refused(WRONG_SIZE)
    if rest and not any(rest):
        raise _Refused(BAD_VALUE)  # left out, then
    flags, state, chassis, active_time_s, digest, count, states = values
    if flags >> len(HELLO_FLAGS) or count > HELLO_INTERFACES:
        raise _Refused(BAD_VALUE)
    if count < HELLO_INTERFACES and states & ((1 << _shift(count - 1)) - 1):
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
        failed_interfaces=_HELLO_MORE.unpack(rest)[0] if rest else 0,
        interfaces=tuple(
            _member(InterfaceState, states >> _shift(place) & 0xF) for place in range(count)
        ),
    )


def _unpack_identify(values: tuple[int, ...], rest: bytes) -> Identify:
    memory_mb, flash_mb, count = values
    if count > HELLO_INTERFACES:
        raise _Refused(BAD_VALUE)
    texts = []
    for _, least, most in STRINGS:
        text, rest = _cut_text(rest, least, most)
        texts.append(text)
    size = MAC_BYTES * count
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
        macs=_unpack_macs(rest[:size]),
    )
    return _unpack_more(known, rest[size:]) if rest[size:] else known


def _unpack_more(known: Identify, data: bytes) -> Identify:
    if not any(data):
        raise _Refused(BAD_VALUE)  # left out, then
    flags, contexts, ssl_vpn_peers, features, kinds = _MORE.unpack(data)
    count = len(known.macs)
    beyond = count < HELLO_INTERFACES and kinds & ((1 << _shift(count - 1)) - 1)
    if flags >> len(IDENTIFY_FLAGS) or features >> len(FEATURES) or beyond:
        raise _Refused(BAD_VALUE)
    places = range(count if kinds else 0)
    transparent, multiple, asks, more = (bool(flags >> p & 1) for p in range(len(IDENTIFY_FLAGS)))
    if more and count < HELLO_INTERFACES:
        raise _Refused(BAD_VALUE)
    return replace(
        known,
        transparent=transparent,
        multiple=multiple,
        asks=asks,
        more=more,
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


def _unpack_interfaces(values: tuple[int, ...], rest: bytes) -> Interfaces:
    if values[0] > INTERFACES_MOST:
        raise _Refused(BAD_VALUE)
    return Interfaces(_unpack_halves(InterfaceState, rest, values[0]))


def _unpack_more_identity(values: tuple[int, ...], rest: bytes) -> MoreIdentity:
    total, first, count = values
    if not 1 <= count <= MORE_IDENTITY_MOST or not _is_piece(total, first, count):
        raise _Refused(BAD_VALUE)
    size = MAC_BYTES * count
    kinds = _unpack_halves(InterfaceKind, rest[size:], count)
    return MoreIdentity(total=total, first=first, macs=_unpack_macs(rest[:size]), kinds=kinds)


def _unpack_report(values: tuple[int, ...], rest: bytes) -> TestReport:
    if values[0] > TEST_ENTRIES_MOST:
        raise _Refused(BAD_VALUE)
    if len(rest) != values[0] * _ENTRY.size:
        raise _Refused(WRONG_SIZE)
    return TestReport(tuple(_unpack_entry(*entry) for entry in _ENTRY.iter_unpack(rest)))


def _unpack_entry(index: int, result: int) -> TestEntry:
    stage = result & ~TEST_HEARD
    if index >= INTERFACES_MOST or stage > TEST_STAGE_LAST:
        raise _Refused(BAD_VALUE)
    return TestEntry(index, TestStage(stage), bool(result & TEST_HEARD))


def _unpack_macs(data: bytes) -> tuple[str, ...]:
    return tuple(data[at : at + MAC_BYTES].hex(":") for at in range(0, len(data), MAC_BYTES))


_Number = TypeVar("_Number", bound=IntEnum)


def _member(kind: type[_Number], value: int) -> _Number:
    try:
        return kind(value)
    except ValueError:
        raise _Refused(BAD_VALUE) from None


def _unpack_halves(kind: type[_Number], data: bytes, count: int) -> tuple[_Number, ...]:
    if len(data) != (count + 1) // 2:
        raise _Refused(WRONG_SIZE)
    if count % 2 and data[-1] & 0xF:
        raise _Refused(BAD_VALUE)
    halves = [half for one in data for half in (one >> 4, one & 0xF)]
    return tuple(_member(kind, half) for half in halves[:count])


def _flag(value: int) -> bool:
    if value > 1:
        raise _Refused(BAD_VALUE)
    return value == 1


# Bodies that something may follow.
_READERS: dict[int, Callable[[tuple[int, ...], bytes], Body]] = {
    _NUMBERS[Hello]: _unpack_hello,
    _NUMBERS[Identify]: _unpack_identify,
    _NUMBERS[Segment]: _unpack_segment,
    _NUMBERS[Interfaces]: _unpack_interfaces,
    _NUMBERS[MoreIdentity]: _unpack_more_identity,
    _NUMBERS[TestReport]: _unpack_report,
}
