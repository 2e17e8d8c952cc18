"""Frames as bytes, from outside: front, length, CRC.

Decides whether bytes are a frame of this version. Knows nothing of who may send one, nor of how
bytes travel (cobs.py and the drivers); what a body's bytes are is packing.py's.

``decode`` is total. Its reasons are formats.REASONS and no others: a stranger can make us count,
but cannot make the table of counts grow.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass

from firmware.core.wire.bodies import FRAME_LAN_MAX, BadFrame, Frame, Header
from firmware.core.wire.formats import (
    HEADER,
    NO_BOOT,
    OTHER_VERSION,
    TOO_LONG,
    TOO_SHORT,
    TRAILER,
    VERSION,
    WRONG_CRC,
    WRONG_LENGTH,
    layout_of,
)
from firmware.core.wire.packing import pack_body, unpack_body

_HEADER = layout_of(HEADER)
_TRAILER = layout_of(TRAILER)
OVERHEAD = _HEADER.size + _TRAILER.size  # bytes of a frame that are not its body


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


def chassis_number(serial: str) -> int:
    """A chassis serial number as the u64 of a hello: the first 8 bytes of its SHA-256."""
    return int.from_bytes(hashlib.sha256(serial.encode()).digest()[:8], "big")
