"""What has come from the mate: joins a whole configuration, watches that no line is missing.

A whole configuration is handed on only when all of it came and its checksum holds. Items are
numbered; a number that was not due means that something was lost, and only a whole configuration
mends that.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from firmware.core.management.replicate.messages import (
    TEXT_MAX,
    Bad,
    Batch,
    Begin,
    Message,
    Slice,
    decode,
    inflated,
)


@dataclass(frozen=True, slots=True)
class Whole:
    """All of a configuration has come."""

    text: str
    lines: int


class Inbox:
    """``bad`` counts what could not be used."""

    def __init__(self) -> None:
        self._begin: Begin | None = None
        self._data = bytearray()
        self._skips = False  # slices of a configuration that was refused at its beginning
        self._last: int | None = None  # number of the last item; None: not known
        self.bad = 0

    @property
    def receiving(self) -> bool:
        """A whole configuration is under way."""
        return self._begin is not None

    @property
    def in_order(self) -> bool:
        """What came last is known, so that a line can be told from a lost one."""
        return self._last is not None

    def reset(self) -> None:
        """The ordered channel began anew: what was under way will not be continued."""
        self._begin, self._last, self._skips = None, None, False
        self._data.clear()

    def skip(self) -> None:
        """The configuration under way is not wanted: its slices are passed over."""
        self.reset()
        self._skips = True

    def receive(self, payload: bytes) -> Message | Whole | Bad | None:
        """What this message amounts to; None: more must come."""
        outcome = self._take(decode(payload))
        if isinstance(outcome, Bad):
            self.bad += 1
        return outcome

    def _take(self, message: Message | Bad) -> Message | Whole | Bad | None:
        if isinstance(message, Begin):
            return self._started(message)
        if isinstance(message, Slice):
            return self._more(message.data)
        if isinstance(message, Bad):
            return self._lose(message.why, lost=message.lost)
        if not isinstance(message, Batch):
            return message
        if self._begin is not None:
            return self._lose("lines within a configuration", lost=True)
        return self._next(message)

    def _started(self, begin: Begin) -> Begin | Bad:
        self.reset()
        if not 0 < begin.deflated <= TEXT_MAX or begin.size > TEXT_MAX:
            self._skips = True
            return Bad(f"a configuration of {begin.size} bytes, {TEXT_MAX} at most", lost=True)
        self._begin = begin
        return begin

    def _more(self, data: bytes) -> Whole | Bad | None:
        if self._begin is None:
            return None if self._skips else Bad("a slice of no configuration", lost=False)
        self._data += data
        if len(self._data) < self._begin.deflated:
            return None
        begin, deflated = self._begin, bytes(self._data)
        self.reset()
        text = _checked(deflated, begin)
        if isinstance(text, Bad):
            return text
        self._last = begin.last
        return Whole(text, begin.lines)

    def _next(self, batch: Batch) -> Batch | Bad:
        due = None if self._last is None else (self._last + 1) & 0xFFFFFFFF
        self._last = batch.last
        # A sender that begins at one again is a management process that came back.
        if due is not None and batch.first not in (due, 1):
            return Bad(f"line {batch.first} came, {due} was due", lost=True)
        return batch

    def _lose(self, why: str, *, lost: bool) -> Bad:
        lost = lost or self._begin is not None
        if lost:
            self.reset()
        return Bad(why, lost)


def _checked(deflated: bytes, begin: Begin) -> str | Bad:
    try:
        text = inflated(deflated, begin.size)
    except (zlib.error, ValueError) as error:
        return Bad(f"the configuration cannot be read: {error}", lost=True)
    if zlib.crc32(text.encode()) != begin.crc or text.count("\n") != begin.lines:
        return Bad("the configuration is not what was announced", lost=True)
    return text
