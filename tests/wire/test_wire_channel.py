"""Ordered delivery: two ends wired together, over links that lose, repeat and reorder."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.core.wire.bodies import Ack, Segment
from firmware.core.wire.channel import (
    CABLE_RATE,
    LAN_RATE,
    MESSAGE_COST,
    MESSAGE_MAX,
    QUEUE_MAX,
    ChannelRate,
    OrderedChannel,
)

CABLE_BYTES_MS = 11.52
OVERHEAD = 36  # header, CRC, COBS, segment's own fields


@dataclass
class Wire:
    """One direction. ``line`` paces it, else it is as fast as a LAN."""

    random: Random
    loss: float = 0.0
    twice: float = 0.0
    late_ms: int = 0  # at most, at random: reorders
    line: bool = False
    free_ms: float = 0.0
    carried: int = 0

    def arrivals(self, now_ms: int, body: Segment | Ack) -> list[int]:
        self.carried += 1
        due = now_ms + 1.0
        if self.line:
            size = OVERHEAD + (len(body.payload) if isinstance(body, Segment) else 0)
            self.free_ms = max(self.free_ms, now_ms) + size / CABLE_BYTES_MS
            due = self.free_ms
        if self.random.random() < self.loss:
            return []
        copies = 2 if self.random.random() < self.twice else 1
        return [int(due) + self.random.randint(0, self.late_ms) for _ in range(copies)]


@dataclass
class Pair:
    """Two channels, two wires, virtual time."""

    ends: tuple[OrderedChannel, OrderedChannel]
    wires: tuple[Wire, Wire]
    now_ms: int = 0
    heard: tuple[list[bytes], list[bytes]] = field(default_factory=lambda: ([], []))
    under_way: list[tuple[int, int, int, Segment | Ack]] = field(default_factory=list)
    count: int = 0

    def run(self, until_ms: int) -> None:
        while True:
            dues = [self.now_ms if due <= self.now_ms else due for due in self._dues()]
            if not dues or min(dues) > until_ms:
                return
            self.now_ms = min(dues)
            while self.under_way and self.under_way[0][0] <= self.now_ms:
                _, _, end, body = heapq.heappop(self.under_way)
                self._deliver(end, body)
            for end in (0, 1):
                for body in self.ends[end].poll(self.now_ms):
                    for at_ms in self.wires[end].arrivals(self.now_ms, body):
                        self.count += 1
                        heapq.heappush(self.under_way, (at_ms, self.count, 1 - end, body))

    def _dues(self) -> list[int]:
        dues = [due for end in self.ends if (due := end.next_due_ms()) is not None]
        return dues + [entry[0] for entry in self.under_way[:1]]

    def _deliver(self, end: int, body: Segment | Ack) -> None:
        if isinstance(body, Ack):
            self.ends[end].on_ack(body)
        else:
            self.heard[end].extend(self.ends[end].on_segment(body))


def pair(rate: ChannelRate, random: Random, *, first: int = 0, line: bool = False) -> Pair:
    return Pair(
        (OrderedChannel(rate, first_number=first), OrderedChannel(rate, first_number=first)),
        (Wire(random, line=line), Wire(random, line=line)),
    )


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 1 << 32),
    rate=st.sampled_from((CABLE_RATE, LAN_RATE)),
    first=st.sampled_from((0, 0xFFFFFFFE, 0xFFFFFFF0)),
    loss=st.sampled_from((0.0, 0.1, 0.5)),
    twice=st.sampled_from((0.0, 0.3)),
    late_ms=st.sampled_from((0, 5, 100)),
    sizes=st.tuples(*[st.lists(st.integers(0, 5000), max_size=12)] * 2),
)
def test_what_is_queued_arrives_once_and_in_order_once_the_link_lets_it(
    seed: int,
    rate: ChannelRate,
    first: int,
    loss: float,
    twice: float,
    late_ms: int,
    sizes: tuple[list[int], list[int]],
) -> None:
    random = Random(seed)
    world = pair(rate, random, first=first)
    for wire in world.wires:
        wire.loss, wire.twice, wire.late_ms = loss, twice, late_ms
    said = tuple([random.randbytes(size) for size in ends] for ends in sizes)
    for end in (0, 1):
        assert all(world.ends[end].queue(message) for message in said[end])
    world.run(2_000)
    for heard, wanted in zip(reversed(world.heard), said, strict=True):
        assert heard == wanted[: len(heard)]  # never anything else, whatever the link does
    for wire in world.wires:
        wire.loss = 0.0
    world.run(200_000)
    assert (world.heard[1], world.heard[0]) == said
    assert world.ends[0].idle
    assert world.ends[1].idle
    assert world.ends[0].next_due_ms() is None


def test_the_cable_does_not_stall_and_repeats_nothing() -> None:
    world = pair(CABLE_RATE, Random(1), line=True)
    message = Random(2).randbytes(60_000)
    assert world.ends[0].queue(message)
    line_ms = int(300 * (200 + OVERHEAD) / CABLE_BYTES_MS)
    world.run(line_ms + 100)  # virtual time: the line was never idle
    assert world.heard[1] == [message]
    assert world.ends[0].counts.repeated == 0
    assert world.wires[0].carried == 300
    assert world.wires[1].carried == 150  # an ack for every second segment


def test_both_directions_of_the_cable_at_once_repeat_nothing() -> None:
    world = pair(CABLE_RATE, Random(1), line=True)
    for end in world.ends:
        assert end.queue(bytes(20_000))
    world.run(60_000)
    assert [len(heard) for heard in world.heard] == [1, 1]
    assert [end.counts.repeated for end in world.ends] == [0, 0]


def test_one_lost_segment_is_repaired_without_waiting_for_the_timeout() -> None:
    world = pair(LAN_RATE, Random(1))
    assert world.ends[0].queue(bytes(20 * 1200))
    first = world.ends[0].poll(0) + world.ends[0].poll(0)
    assert len(first) == 16
    lost, *others = first
    for segment in others:
        assert isinstance(segment, Segment)
        assert world.ends[1].on_segment(segment) == []
        for ack in world.ends[1].poll(1):
            assert isinstance(ack, Ack)
            world.ends[0].on_ack(ack)
    repaired = world.ends[0].poll(2)
    assert repaired[0] == lost
    assert lost not in repaired[1:]
    world.ends[1].on_segment(repaired[0])  # type: ignore[arg-type]
    assert world.ends[1].poll(3) == [Ack(16)]
    assert world.ends[0].counts.repeated == 1


def test_several_lost_segments_are_repaired_one_after_the_other() -> None:
    sender, receiver = OrderedChannel(LAN_RATE), OrderedChannel(LAN_RATE)
    sender.queue(bytes(16 * 1200))
    under_way = sender.poll(0) + sender.poll(0)
    lost = [under_way.pop(9), under_way.pop(3), under_way.pop(2)]
    heard: list[bytes] = []
    for _ in range(10):  # a round a millisecond: long before the timeout
        for segment in under_way:
            assert isinstance(segment, Segment)
            heard += receiver.on_segment(segment)
            for ack in receiver.poll(1):
                assert isinstance(ack, Ack)
                sender.on_ack(ack)
        under_way = sender.poll(1)
    assert heard == [bytes(16 * 1200)]
    assert sender.counts.repeated == len(lost)


def test_a_link_that_is_down_costs_one_segment_a_try() -> None:
    world = pair(LAN_RATE, Random(1))
    world.wires[0].loss = 1.0
    assert world.ends[0].queue(bytes(100_000))
    world.run(10_000)
    tries = 10_000 // LAN_RATE.retransmit_most_ms + 6
    assert world.wires[0].carried <= LAN_RATE.window + tries
    assert not world.ends[0].idle


def test_a_burst_is_bounded_and_the_rest_is_due_at_once() -> None:
    channel = OrderedChannel(LAN_RATE)
    channel.queue(bytes(100 * 1200))
    for _ in range(LAN_RATE.window // LAN_RATE.burst):
        due = channel.next_due_ms()
        assert due is not None
        assert due <= 5
        assert len(channel.poll(5)) == LAN_RATE.burst
    assert channel.next_due_ms() == 5 + LAN_RATE.retransmit_ms
    assert channel.poll(6) == []


def test_a_full_queue_refuses_and_empties() -> None:
    channel = OrderedChannel(LAN_RATE)
    assert not channel.queue(bytes(MESSAGE_MAX + 1))
    while channel.queue(bytes(MESSAGE_MAX)):
        pass
    assert not channel.queue(bytes(MESSAGE_MAX))
    assert channel.counts.refused == 3
    small = OrderedChannel(LAN_RATE)
    taken = 0
    while small.queue(b""):  # even nothing has a cost
        taken += 1
    assert taken == QUEUE_MAX // MESSAGE_COST
    small.poll(0)
    assert small.queue(b"")


def test_what_waits_can_be_taken_back_and_the_order_holds() -> None:
    world = pair(LAN_RATE, Random(1))
    sender = world.ends[0]
    begun = Random(3).randbytes(100 * 1200)
    sender.queue(begun)
    sender.queue(b"never begun")
    sender.poll(0)
    assert sender.drop_waiting() == 1
    sender.queue(b"afterwards")
    world.run(60_000)
    assert world.heard[1] == [begun, b"afterwards"]
    assert sender.idle


def test_nonsense_of_the_mate_is_counted() -> None:
    channel = OrderedChannel(LAN_RATE)
    channel.queue(b"one")
    channel.poll(0)
    for number in (2, 500, 0xFFFFFFFF):
        channel.on_ack(Ack(number))
    assert not channel.idle
    assert channel.on_segment(Segment(LAN_RATE.window, False, b"beyond")) == []
    assert channel.on_segment(Segment(0xFFFFFFFF, False, b"before")) == []
    assert channel.counts.ignored == 5
    assert Ack(0) in channel.poll(0)


def test_a_message_without_an_end_is_dropped_and_the_next_one_read() -> None:
    channel = OrderedChannel(LAN_RATE)
    segments = MESSAGE_MAX // 1200 + 2
    for number in range(segments):
        assert channel.on_segment(Segment(number, True, bytes(1200))) == []
    assert channel.on_segment(Segment(segments, False, b"")) == []
    assert channel.counts.oversize == 1
    assert channel.on_segment(Segment(segments + 1, False, b"next")) == [b"next"]


def test_reset_begins_anew_on_both_sides() -> None:
    world = pair(LAN_RATE, Random(1))
    world.ends[0].queue(bytes(5000))
    part = world.ends[0].poll(0)[0]
    assert isinstance(part, Segment)
    world.ends[1].on_segment(part)
    for end in world.ends:
        end.reset()
        assert end.idle
        assert end.next_due_ms() is None
    world.ends[0].queue(b"new")
    world.run(1000)
    assert world.heard[1] == [b"new"]


@pytest.mark.parametrize("rate", [CABLE_RATE, LAN_RATE])
def test_a_trickle_over_a_dead_link_still_times_out(rate: ChannelRate) -> None:
    """A deadline counts from the oldest: new messages do not push it away."""
    channel = OrderedChannel(rate)
    channel.queue(b"oldest")
    first = channel.poll(0)
    now_ms = 0
    while now_ms < rate.retransmit_ms - 10:
        now_ms += 10
        channel.queue(b"younger")
        assert first[0] not in channel.poll(now_ms)
    assert channel.poll(rate.retransmit_ms)[0] == first[0]
