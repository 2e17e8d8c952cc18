"""The cable's driver on real pseudo-terminals. Time is injected: pacing is judged in bytes."""

from __future__ import annotations

import os
import select
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
from wire_samples import HEADER, hello, segment

from firmware.core.failover.events import BadFrameReceived, Event, FrameReceived
from firmware.core.wire import cobs, frames
from firmware.core.wire.bodies import (
    CABLE,
    BadFrame,
    Frame,
    Hello,
    Interfaces,
    InterfaceState,
    Probe,
    Segment,
)
from firmware.core.wire.link import BAD_FRAMES_TOLD, FIRST_TRY_NS
from firmware.drivers.serial_link import (
    BULK_MAX,
    BYTES_PER_SECOND,
    LEAD_NS,
    SMALL_MAX,
    SerialLink,
)

MS = 1_000_000
PATIENCE_S = 10


class FarEnd:
    """The other end of the cable: a pseudo-terminal's master, and the frames that come out."""

    def __init__(self) -> None:
        self.master, self._slave = os.openpty()  # the slave kept open: no hang-up by accident
        tty.setraw(self._slave)
        self.device = os.ttyname(self._slave)
        self.decoder = cobs.Decoder()

    def read(self, count: int) -> bytes:
        """Exactly that many bytes; fails when they do not come."""
        data = b""
        while len(data) < count:
            assert select.select([self.master], [], [], PATIENCE_S)[0], f"{len(data)} of {count}"
            data += os.read(self.master, count - len(data))
        return data

    def is_silent(self) -> bool:
        return not select.select([self.master], [], [], 0)[0]

    def frames(self, count: int) -> list[Frame]:
        """That many frames, whatever their sizes."""
        found: list[Frame] = []
        while len(found) < count:
            for one in self.decoder.feed(self.read(1)):
                assert not isinstance(one, BadFrame), one
                frame = frames.decode(one)
                assert isinstance(frame, Frame), frame
                found.append(frame)
        return found

    def hang_up(self) -> None:
        os.close(self.master)
        os.close(self._slave)


@pytest.fixture
def far() -> Iterator[FarEnd]:
    far = FarEnd()
    yield far
    far.hang_up()


@pytest.fixture
def link(far: FarEnd) -> Iterator[SerialLink]:
    link = SerialLink(far.device)
    yield link
    link.close()


def size(frame: Frame) -> int:
    return len(cobs.encode(frames.encode(frame)))


def heard(link: SerialLink, enough: int) -> list[Event]:
    """Events as a loop would get them, until there are enough."""
    events: list[Event] = []
    while len(events) < enough:
        assert select.select([link], [], [], PATIENCE_S)[0], events
        events += link.receive()
    return events


def test_bulk_leaves_at_the_pace_of_the_line_and_not_a_frame_sooner(
    far: FarEnd, link: SerialLink
) -> None:
    bulk = [segment(number) for number in range(BULK_MAX)]
    for frame in bulk:
        link.send(frame)
    out, sent, now_ms = 0, 0, 0
    while sent < len(bulk):
        link.pump(now_ms * MS)
        out += len(far.read(sum(map(size, bulk[sent : link.counts.sent]))))
        sent = link.counts.sent
        owed_ns = out * 1_000_000_000 // BYTES_PER_SECOND - now_ms * MS
        assert owed_ns <= LEAD_NS + size(bulk[0]) * 1_000_000_000 // BYTES_PER_SECOND
        assert owed_ns >= 0 or sent == len(bulk)  # the line is never idle either
        now_ms += 1
    assert far.is_silent()


def test_a_late_loop_does_not_catch_up_with_a_burst(far: FarEnd, link: SerialLink) -> None:
    for number in range(20):
        link.send(segment(number))
    link.pump(0)
    link.pump(10_000 * MS)
    assert link.counts.sent == 2
    link.pump(10_000 * MS + 1)
    assert link.counts.sent == 2


@pytest.mark.parametrize("after_ms", range(0, 45, 3))
def test_a_hello_passes_all_bulk_but_the_frame_on_the_line(
    far: FarEnd, link: SerialLink, after_ms: int
) -> None:
    for number in range(BULK_MAX):
        link.send(segment(number))
    for now_ms in range(after_ms + 1):
        link.pump(now_ms * MS)
    before = link.counts.sent
    link.send(hello())
    now_ms = after_ms
    while link.counts.sent == before:
        link.pump(now_ms * MS)
        now_ms += 1
    got = far.frames(before + 1)
    assert isinstance(got[-1].body, Hello)  # the next one out, and
    on_line_ns = sum(map(size, got)) * 1_000_000_000 // BYTES_PER_SECOND
    longest_ns = (size(segment(1)) + size(hello())) * 1_000_000_000 // BYTES_PER_SECOND
    assert on_line_ns - after_ms * MS <= longest_ns + LEAD_NS + MS  # 37 ms at the worst


def test_a_newer_hello_takes_the_place_of_one_that_waits(far: FarEnd, link: SerialLink) -> None:
    probe = Frame(HEADER, Probe(3))
    for frame in (hello(1), probe, hello(2), hello(3)):
        link.send(frame)
    for now_ms in range(0, 100, 5):
        link.pump(now_ms * MS)
    assert far.frames(2) == [probe, hello(3)]
    assert link.counts.dropped == 2


def test_newer_states_of_interfaces_do_the_same(far: FarEnd, link: SerialLink) -> None:
    was, is_now = (
        Frame(HEADER, Interfaces((state,) * 17))
        for state in (InterfaceState.NORMAL, InterfaceState.FAILED)
    )
    for frame in (hello(1), was, hello(2), is_now):
        link.send(frame)
    for now_ms in range(0, 100, 5):
        link.pump(now_ms * MS)
    assert far.frames(2) == [hello(2), is_now]


def test_queues_are_bounded_and_count_what_they_drop(far: FarEnd, link: SerialLink) -> None:
    for number in range(BULK_MAX + 3):
        link.send(segment(number))
    for number in range(SMALL_MAX + 5):
        link.send(Frame(HEADER, Probe(number)))
    assert link.counts.dropped == 8
    now_ns = 0
    while (due_ns := link.next_due_ns()) is not None:
        now_ns = max(now_ns, due_ns)
        link.pump(now_ns)
    got = far.frames(SMALL_MAX + BULK_MAX)
    assert got[0].body == Probe(5)  # of the small ones the newest stay, of the bulk the oldest
    last = got[-1].body
    assert isinstance(last, Segment)
    assert last.number == BULK_MAX - 1


def test_a_terminal_that_takes_no_more_loses_no_frame_in_the_middle(
    far: FarEnd, link: SerialLink
) -> None:
    now_ns = 0
    for number in range(5000):  # nobody reads: its buffer fills, then our queue
        link.send(segment(number))
        now_ns += 30 * MS
        link.pump(now_ns)
        if link.counts.dropped:
            break
    assert link.counts.dropped == 1
    written = link.counts.sent
    assert link.next_due_ns() is not None
    got = []
    for _ in range(written + BULK_MAX):  # now read, and let the rest follow
        got += far.frames(1)
        now_ns += 30 * MS
        link.pump(now_ns)
    numbers = [frame.body.number for frame in got if isinstance(frame.body, Segment)]
    assert len(numbers) == written + BULK_MAX
    assert far.decoder.counts.bad_frames == 0


def test_what_comes_in_is_told_with_noise_bounded(far: FarEnd, link: SerialLink) -> None:
    os.write(far.master, b"\x07\0" * 40)
    os.write(far.master, cobs.encode(b"no frame of ours"))
    os.write(far.master, cobs.encode(frames.encode(hello())))
    events: list[Event] = []
    while FrameReceived(CABLE, hello()) not in events:
        assert select.select([link], [], [], PATIENCE_S)[0], events
        one = link.receive()
        assert sum(isinstance(event, BadFrameReceived) for event in one) <= BAD_FRAMES_TOLD
        events += one
    assert link.counts.bad_frames == 41
    assert link.counts.frames == 1
    assert link.receive() == []


def test_two_ends_of_one_cable_hear_each_other() -> None:
    left, right = FarEnd(), FarEnd()
    ends = SerialLink(left.device), SerialLink(right.device)
    for end in ends:
        end.send(hello())
        end.pump(0)
    os.write(right.master, left.read(size(hello())))
    os.write(left.master, right.read(size(hello())))
    for end in ends:
        assert heard(end, 1) == [FrameReceived(CABLE, hello())]
        end.close()
    left.hang_up()
    right.hang_up()


def test_a_device_that_goes_away_is_counted_and_found_again(tmp_path: Path) -> None:
    name = tmp_path / "tty"
    first = FarEnd()
    name.symlink_to(first.device)
    link = SerialLink(str(name))
    fd = link.fileno()
    link.pump(0)
    link.send(segment(1))
    first.hang_up()
    assert select.select([link], [], [], PATIENCE_S)[0]
    assert link.receive() == []
    assert str(name) in link.trouble
    assert (link.counts.errors, link.counts.dropped) == (1, 1)
    assert link.next_due_ns() == FIRST_TRY_NS
    link.pump(FIRST_TRY_NS)  # still gone: later, and later each time
    assert link.next_due_ns() == FIRST_TRY_NS * 3
    link.send(hello())
    assert link.counts.dropped == 2
    second = FarEnd()
    name.unlink()
    name.symlink_to(second.device)
    link.pump(FIRST_TRY_NS * 3)
    assert (link.trouble, link.counts.opened, link.fileno()) == ("", 2, fd)
    os.write(second.master, cobs.encode(frames.encode(hello())))
    assert heard(link, 1) == [FrameReceived(CABLE, hello())]
    link.close()
    second.hang_up()


@pytest.mark.parametrize("device", ["/dev/null", "/dev/no-such-tty", "/"])
def test_what_is_no_terminal_is_named_and_never_raised(device: str) -> None:
    link = SerialLink(device)
    assert device in link.trouble
    assert link.receive() == []
    link.send(hello())
    link.pump(0)
    assert link.notice(hello()) is None
    assert link.next_due_ns() is not None
    link.close()


def test_a_second_process_is_kept_out(far: FarEnd, link: SerialLink) -> None:
    second = SerialLink(far.device)
    assert "lock" in second.trouble
    second.close()


def test_a_notice_outlives_the_driver_and_keeps_nobody_out(far: FarEnd) -> None:
    dying = SerialLink(far.device)
    route = dying.notice(hello(9))
    assert route is not None
    assert route == dying.notice(hello(9))
    assert (route.channel, route.address) == (CABLE, None)
    handed_over = os.dup(route.fd)
    dying.send(segment(1))
    dying.pump(0)
    far.read(100)  # the unit dies with a frame half written
    dying.close()
    os.write(handed_over, route.data)
    restarted = SerialLink(far.device)
    assert restarted.trouble == ""
    found = far.decoder.feed(far.read(len(route.data)))
    while not any(one == frames.encode(hello(9)) for one in found):
        found += far.decoder.feed(far.read(1))
    restarted.close()
    os.close(handed_over)
