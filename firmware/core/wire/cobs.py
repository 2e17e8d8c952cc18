"""Frames on a line of bytes: Consistent Overhead Byte Stuffing, a zero byte on either side.

Decides where a frame begins and ends. Knows nothing of what is in it. The zero *before* a frame is
what lets one written after a half-written one, by a unit that died or a supervisor that fenced it,
still be read.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware.core.wire.bodies import FRAME_CABLE_MAX, BadFrame

DELIMITER = b"\0"
STUFFED_MAX = FRAME_CABLE_MAX - 2  # bytes between two delimiters

NOT_STUFFED = "not a COBS frame"
NO_DELIMITER = "no delimiter within the longest frame"
REASONS = (NOT_STUFFED, NO_DELIMITER)

_BLOCK = 254  # most bytes other than zero behind one code byte


def encode(data: bytes) -> bytes:
    """Delimiter, stuffed data, delimiter: 3 bytes more than ``data`` up to 253 bytes of it."""
    out = bytearray(DELIMITER)
    for run in data.split(DELIMITER):
        while len(run) >= _BLOCK:
            out.append(_BLOCK + 1)
            out += run[:_BLOCK]
            run = run[_BLOCK:]
        out.append(len(run) + 1)
        out += run
    return bytes(out) + DELIMITER


@dataclass(slots=True)
class DecoderCounts:
    """Since the decoder was made."""

    frames: int = 0
    bad_frames: int = 0
    bytes_dropped: int = 0


class Decoder:
    """Cuts a stream of bytes into frames, whatever is in it; holds at most STUFFED_MAX bytes."""

    def __init__(self) -> None:
        self.counts = DecoderCounts()
        self._held = bytearray()
        self._lost = False  # the frame under way is over-long: drop until the next delimiter

    def feed(self, data: bytes) -> list[bytes | BadFrame]:
        """The frames that ``data`` completes, in order, each unstuffed or refused."""
        found: list[bytes | BadFrame] = []
        *ended, begun = data.split(DELIMITER)
        for piece in ended:
            self._hold(piece, found)
            self._end(found)
        self._hold(begun, found)
        return found

    def reset(self) -> None:
        """Forget the frame under way: what comes next is another stream."""
        self._held.clear()
        self._lost = False

    def _hold(self, piece: bytes, found: list[bytes | BadFrame]) -> None:
        if self._lost:
            self.counts.bytes_dropped += len(piece)
        elif len(self._held) + len(piece) > STUFFED_MAX:
            self._refuse(NO_DELIMITER, len(self._held) + len(piece), found)
            self._held.clear()
            self._lost = True
        else:
            self._held += piece

    def _end(self, found: list[bytes | BadFrame]) -> None:
        held, self._held = self._held, bytearray()
        self._lost = False
        if not held:  # between two delimiters, or after an over-long one
            return
        frame = _unstuff(held)
        if frame is None:
            self._refuse(NOT_STUFFED, len(held), found)
        else:
            self.counts.frames += 1
            found.append(frame)

    def _refuse(self, why: str, dropped: int, found: list[bytes | BadFrame]) -> None:
        self.counts.bad_frames += 1
        self.counts.bytes_dropped += dropped
        found.append(BadFrame(why))


def _unstuff(stuffed: bytearray) -> bytes | None:
    out = bytearray()
    at = 0
    while at < len(stuffed):
        code = stuffed[at]
        block = stuffed[at + 1 : at + code]
        if len(block) != code - 1:
            return None
        out += block
        at += code
        if code <= _BLOCK and at < len(stuffed):
            out.append(0)
    return bytes(out)
