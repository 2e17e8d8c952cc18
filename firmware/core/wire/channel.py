"""Ordered delivery above frames: every message arrives, once, in order, or the channel begins anew.

Decides what to send, send again and acknowledge. Knows nothing of what a message says, of which
link carries it, nor of clocks: time is an argument. The same on the cable and on the LAN; only the
numbers in ``ChannelRate`` differ.

A message is cut into segments, numbered over all messages. The sender keeps at most ``window`` of
them unacknowledged; the receiver holds those that came early and acknowledges cumulatively. One
lost segment is sent again on the second acknowledgement that asks for it. Silence for
``retransmit_ms`` makes the sender go back to the first unacknowledged one and start slowly, twice
as many at each acknowledgement, so that a link that is down costs one segment per try. Nothing is
ever given up: the engine resets the channel when the mate's boot changes.

Acknowledgements that fit nothing under way, and no other between them, mean that the two ends count
differently: somebody spoke in the name of one. The channel is then ``astray``, and never comes
right by itself.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from firmware.core.wire.bodies import SEGMENT_CABLE, SEGMENT_LAN, Ack, Segment

MESSAGE_MAX = 1 << 20  # bytes
QUEUE_MAX = 4 << 20  # bytes queued and not yet cut, MESSAGE_COST a message included
MESSAGE_COST = 64
_MASK = 0xFFFFFFFF
_ASKED_AGAIN = 2  # acknowledgements of one number until it counts as lost
_ASTRAY = 4  # that fit nothing, in a row; one or two may have been overtaken on their way
AT_ONCE = 0  # a due time that has always come


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRate:
    """How a kind of link is used. Both units must agree on ``window``."""

    segment_bytes: int
    window: int  # segments unacknowledged at most
    burst: int  # segments out of one poll, so that a step stays short
    retransmit_ms: int
    retransmit_most_ms: int  # after doubling at each try
    ack_every: int  # segments
    ack_delay_ms: int  # for the last few


# 11,520 bytes/s: a segment is 20 ms of line, a window 165 ms, its acknowledgement back within 100.
CABLE_RATE = ChannelRate(
    segment_bytes=SEGMENT_CABLE,
    window=8,
    burst=8,
    retransmit_ms=700,
    retransmit_most_ms=4000,
    ack_every=2,
    ack_delay_ms=40,
)
# A round trip is two rounds of two loops, about 1 ms: a window each is 38 MB/s. 32 datagrams fit
# a default socket buffer even when the receiver sleeps.
LAN_RATE = ChannelRate(
    segment_bytes=SEGMENT_LAN,
    window=32,
    burst=8,
    retransmit_ms=30,
    retransmit_most_ms=500,
    ack_every=8,
    ack_delay_ms=2,
)


@dataclass(slots=True)
class ChannelCounts:
    """Since the channel was made; ``reset`` keeps them."""

    delivered: int = 0  # messages
    refused: int = 0  # messages that found the queue full or were too long
    sent: int = 0  # segments, repeats included
    repeated: int = 0
    ignored: int = 0  # segments and acks that came twice or made no sense
    oversize: int = 0  # messages of the mate longer than MESSAGE_MAX, dropped


class OrderedChannel:
    """Both directions of the ordered stream between this unit and the mate."""

    def __init__(self, rate: ChannelRate, *, first_number: int = 0) -> None:
        self.rate = rate
        self.counts = ChannelCounts()
        self._sender = _Sender(rate, self.counts, first_number)
        self._receiver = _Receiver(rate, self.counts, first_number)

    @property
    def idle(self) -> bool:
        """Whether the mate has acknowledged everything queued."""
        return self._sender.idle

    @property
    def astray(self) -> bool:
        """Whether the mate's end counts differently: only a ``reset`` of both helps."""
        return self._sender.senseless >= _ASTRAY

    def queue(self, message: bytes) -> bool:
        """Have a message carried. False: too long, or the queue is full; it was not taken."""
        return self._sender.queue(message)

    def on_segment(self, segment: Segment) -> list[bytes]:
        """The messages that this segment completes, in order. Its ack comes out of ``poll``."""
        return self._receiver.on_segment(segment)

    def on_ack(self, ack: Ack) -> None:
        """The mate has everything before that number."""
        self._sender.on_ack(ack.next_number)

    def poll(self, now_ms: int) -> list[Segment | Ack]:
        """What to send now. Due whenever ``next_due_ms`` has come; harmless at any other time."""
        out: list[Segment | Ack] = []
        ack = self._receiver.poll(now_ms)
        if ack is not None:
            out.append(ack)
        out += self._sender.poll(now_ms)
        return out

    def next_due_ms(self) -> int | None:
        """When to poll: a time, AT_ONCE, or None while there is nothing to wait for."""
        send_ms, acknowledge_ms = self._sender.next_due_ms(), self._receiver.next_due_ms()
        if send_ms is None or acknowledge_ms is None:
            return acknowledge_ms if send_ms is None else send_ms
        return min(send_ms, acknowledge_ms)

    def drop_waiting(self) -> int:
        """Take back the messages of which no byte was sent yet; how many. Order is kept.

        For a queue that overflowed: what is under way still arrives, then what is queued next.
        """
        return self._sender.drop_waiting()

    def reset(self) -> None:
        """Begin anew with a mate that began anew: numbers restart, what was queued is gone.

        Only when the mate's boot changed, or both units change the link at once: a unit that
        resets alone is not understood by a mate whose numbers went on.
        """
        self._sender = _Sender(self.rate, self.counts, 0)
        self._receiver = _Receiver(self.rate, self.counts, 0)


class _Sender:
    """Cuts, sends and repeats. ``_cursor`` is how many of ``_window`` are under way."""

    def __init__(self, rate: ChannelRate, counts: ChannelCounts, first_number: int) -> None:
        self._rate = rate
        self._counts = counts
        self._messages: deque[bytes] = deque()
        self._queued = 0  # bytes, against QUEUE_MAX
        self._offset = 0  # of the first message, cut so far
        self._window: deque[Segment] = deque()  # unacknowledged, in order
        self._base = first_number  # number of the first of them
        self._cursor = 0
        self._allowed = rate.window
        self._asked = 0  # acks that asked for the base again
        self._repairing = 0  # segments from the base on that were under way when one was lost
        self._repair = False  # send the base again at the next poll
        self._wait_ms = rate.retransmit_ms
        self._deadline_ms: int | None = None
        self.senseless = 0  # acknowledgements in a row that fit nothing

    @property
    def idle(self) -> bool:
        return not self._window and not self._messages

    def queue(self, message: bytes) -> bool:
        cost = len(message) + MESSAGE_COST
        if len(message) > MESSAGE_MAX or self._queued + cost > QUEUE_MAX:
            self._counts.refused += 1
            return False
        self._messages.append(message)
        self._queued += cost
        return True

    def drop_waiting(self) -> int:
        begun = [self._messages[0]] if self._offset else []
        dropped = len(self._messages) - len(begun)
        self._messages = deque(begun)
        self._queued = sum(len(message) + MESSAGE_COST for message in begun)
        return dropped

    def on_ack(self, next_number: int) -> None:
        came = (next_number - self._base) & _MASK
        if came > len(self._window):
            self._counts.ignored += 1
            self.senseless += 1
            return
        self.senseless = 0
        if came:
            self._advance(came)
        elif self._cursor:
            self._asked += 1
            if self._asked == _ASKED_AGAIN and not self._repairing:
                self._repairing = self._cursor
                self._repair = True

    def _advance(self, came: int) -> None:
        for _ in range(came):
            self._window.popleft()
        self._base = (self._base + came) & _MASK
        self._cursor = max(0, self._cursor - came)
        self._allowed = min(self._rate.window, self._allowed * 2)
        self._asked = 0
        self._wait_ms = self._rate.retransmit_ms
        self._deadline_ms = None
        # Not all that was under way when one was lost: then the next one was lost as well.
        self._repairing = max(0, self._repairing - came)
        self._repair = self._repairing > 0

    def poll(self, now_ms: int) -> list[Segment]:
        if not (self._window or self._messages or self._repair):
            return []
        if self._deadline_ms is not None and now_ms >= self._deadline_ms:
            self._go_back()
        out: list[Segment] = []
        if self._repair and self._cursor:
            out.append(self._window[0])
            self._counts.repeated += 1
            self._deadline_ms = None
        self._repair = False
        while len(out) < self._rate.burst and self._cursor < self._allowed and self._has_next():
            out.append(self._window[self._cursor])
            self._cursor += 1
        self._counts.sent += len(out)
        if self._window and self._deadline_ms is None:
            self._deadline_ms = now_ms + self._wait_ms
        return out

    def next_due_ms(self) -> int | None:
        unsent = len(self._window) > self._cursor or bool(self._messages)
        if self._repair or (unsent and self._cursor < self._allowed):
            return AT_ONCE
        if self._window and self._deadline_ms is None:
            return AT_ONCE  # to set the deadline: on_ack does not know the time
        return self._deadline_ms

    def _go_back(self) -> None:
        self._counts.repeated += self._cursor
        self._cursor = 0
        self._allowed = 1
        self._asked = self._repairing = 0
        self._wait_ms = min(self._wait_ms * 2, self._rate.retransmit_most_ms)
        self._deadline_ms = None

    def _has_next(self) -> bool:
        """Whether the window holds a segment at the cursor, cut now if need be."""
        if self._cursor == len(self._window) and self._messages:
            self._window.append(self._cut())
        return self._cursor < len(self._window)

    def _cut(self) -> Segment:
        message = self._messages[0]
        end = self._offset + self._rate.segment_bytes
        payload = message[self._offset : end]
        more = end < len(message)
        self._offset = end
        if not more:
            self._messages.popleft()
            self._queued -= len(message) + MESSAGE_COST
            self._offset = 0
        return Segment((self._base + len(self._window)) & _MASK, more, payload)


class _Receiver:
    """Puts in order, joins, acknowledges. Holds at most a window and one message."""

    def __init__(self, rate: ChannelRate, counts: ChannelCounts, first_number: int) -> None:
        self._rate = rate
        self._counts = counts
        self._expected = first_number
        self._early: dict[int, Segment] = {}
        self._joined = bytearray()
        self._oversize = False  # the message under way is too long: dropped to its end
        self._unacknowledged = 0
        self._ack_now = False
        self._ack_due_ms: int | None = None

    def on_segment(self, segment: Segment) -> list[bytes]:
        ahead = (segment.number - self._expected) & _MASK
        if ahead:
            # Old: our ack was lost. Early: one before it was. Either way the mate must hear.
            self._ack_now = True
            if ahead < self._rate.window and segment.number not in self._early:
                self._early[segment.number] = segment
            else:
                self._counts.ignored += 1
            return []
        messages: list[bytes] = []
        self._ack_now = self._ack_now or bool(self._early)
        following: Segment | None = segment
        while following is not None:
            self._join(following, messages)
            self._expected = (self._expected + 1) & _MASK
            self._unacknowledged += 1
            following = self._early.pop(self._expected, None)
        return messages

    def poll(self, now_ms: int) -> Ack | None:
        if not self._ready():
            if not self._unacknowledged:
                return None
            if self._ack_due_ms is None:
                self._ack_due_ms = now_ms + self._rate.ack_delay_ms
            if now_ms < self._ack_due_ms:
                return None
        self._ack_now = False
        self._unacknowledged = 0
        self._ack_due_ms = None
        return Ack(self._expected)

    def next_due_ms(self) -> int | None:
        if self._ready() or (self._unacknowledged and self._ack_due_ms is None):
            return AT_ONCE
        return self._ack_due_ms

    def _ready(self) -> bool:
        return self._ack_now or self._unacknowledged >= self._rate.ack_every

    def _join(self, segment: Segment, messages: list[bytes]) -> None:
        if len(self._joined) + len(segment.payload) > MESSAGE_MAX:
            self._counts.oversize += not self._oversize
            self._oversize = True
        if not self._oversize:
            self._joined += segment.payload
        if segment.more:
            return
        if not self._oversize:
            messages.append(bytes(self._joined))
            self._counts.delivered += 1
        self._joined.clear()
        self._oversize = False
