"""What the drivers of all channels to the mate have in common: counts, bounds, and patience.

Pure, so that the drivers need not know one another. A driver has ``fileno()``, which stays the
same while devices come and go; ``receive()``; ``send()``; ``pump(now_ns)``, due when
``next_due_ns()`` has come; ``notice()``; ``close()``; and ``counts``. Nothing that happens to a
device is raised out of any of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from firmware.core.failover.events import (
    BadFrameReceived,
    Event,
    FrameReceived,
    FrameUnreadable,
)
from firmware.core.wire.bodies import BadFrame, Frame
from firmware.core.wire.seal import Unreadable

HELLO_ETHERTYPE = 0x88B5  # IEEE 802, local experimental 1: hellos on data interfaces
BAD_FRAMES_TOLD = 8  # events out of one receive(); the rest is only counted
FIRST_TRY_NS = 100_000_000
LAST_TRY_NS = 2_000_000_000


@dataclass(slots=True)
class LinkCounts:
    """Of one driver since it was made."""

    frames: int = 0  # received, well-formed
    bad_frames: int = 0  # received, not; the unreadable of strangers too
    unreadable: int = 0  # received from the mate's place, and not to be opened
    sent: int = 0  # frames handed to the kernel whole
    dropped: int = 0  # frames not sent: no device, or no room
    errors: int = 0  # refusals of the device or the kernel
    opened: int = 0  # times the device was opened; a NoticeRoute of before is void


def events_of(
    channel: str, heard: Iterable[Frame | BadFrame | Unreadable], counts: LinkCounts
) -> list[Event]:
    """What was heard, as events, counted. A flood of bad frames is told of in part.

    ``heard`` has an ``Unreadable`` only if it came from the mate's place; see ``placed``.
    """
    events: list[Event] = []
    told = 0
    for frame in heard:
        if isinstance(frame, Frame):
            counts.frames += 1
            events.append(FrameReceived(channel, frame))
            continue
        if isinstance(frame, Unreadable):
            counts.unreadable += 1
            events.append(FrameUnreadable(channel, frame.probe, frame.serves))
            continue
        counts.bad_frames += 1
        if told < BAD_FRAMES_TOLD:
            told += 1
            events.append(BadFrameReceived(channel, frame.why))
    return events


def placed(heard: Frame | BadFrame | Unreadable, mates: bool) -> Frame | BadFrame | Unreadable:
    """What was heard; ``mates``: from the mate's place. A stranger's sealed frame is just bad."""
    return BadFrame(heard.why) if isinstance(heard, Unreadable) and not mates else heard


class Reopening:
    """When to try a device again: at once, then after 0.1 s, doubling to 2 s."""

    def __init__(self) -> None:
        self.due_ns: int | None = 0  # None: it is open
        self._wait_ns = FIRST_TRY_NS

    def failed(self, now_ns: int) -> None:
        """It would not open, or went away."""
        self.due_ns = now_ns + self._wait_ns
        self._wait_ns = min(2 * self._wait_ns, LAST_TRY_NS)

    def opened(self) -> None:
        """It is open. Whether it ``works`` is not known yet: patience goes on growing."""
        self.due_ns = None

    def works(self) -> None:
        """Something was read from it or written to it: the next failure is a first one."""
        self._wait_ns = FIRST_TRY_NS

    def is_due(self, now_ns: int) -> bool:
        """Whether to try now."""
        return self.due_ns is not None and now_ns >= self.due_ns
