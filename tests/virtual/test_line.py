"""The cable's pacing, judged by counted bytes under a clock the test holds."""

import pytest

from controller.bench.virtual.line import BYTES_PER_S, FIFO_BYTES, Line
from firmware.core.wire import cobs

MS = 1_000_000


def drain(line: Line, until_ns: int) -> bytes:
    """Follow the line's own wake-ups until a time."""
    out = b""
    while (due := line.next_due_ns()) is not None and due <= until_ns:
        got = line.take(due)
        # A wake-up is never for nothing, but where a byte then begins its delay.
        assert got or not line.closed or line.delay_ns
        out += got
    return out + line.take(until_ns)


@pytest.mark.parametrize("ms", [1, 7, 22, 100, 250])
def test_passes_what_the_line_rate_allows_and_no_more(ms: int) -> None:
    line = Line(seed=1)
    line.offer(bytes(FIFO_BYTES), now_ns=5)
    assert len(drain(line, 5 + ms * MS)) == ms * BYTES_PER_S // 1000


def test_rate_does_not_drift_over_many_small_takes() -> None:
    line = Line(seed=1)
    delivered = 0
    for ms in range(10_000):
        line.offer(bytes(20), now_ns=ms * MS)
        delivered += len(line.take((ms + 1) * MS))
    # One byte of slack: the first byte's time is counted from its own beginning.
    assert abs(delivered - 10 * BYTES_PER_S) <= 1


def test_idle_time_is_not_saved_up() -> None:
    line = Line(seed=1)
    line.offer(b"x", now_ns=0)
    assert line.take(1_000 * MS) == b"x"
    line.offer(bytes(100), now_ns=2_000 * MS)
    assert len(line.take(2_001 * MS)) == 11


def test_order_and_content_survive() -> None:
    line = Line(seed=1)
    sent = bytes(range(256)) * 4
    line.offer(sent, now_ns=0)
    assert drain(line, 1_000 * MS) == sent


def test_a_full_fifo_drops_and_counts() -> None:
    line = Line(seed=1)
    line.offer(bytes(FIFO_BYTES - 1), now_ns=0)
    line.offer(bytes(11), now_ns=0)
    assert line.count.dropped == 10
    assert len(drain(line, 10_000 * MS)) == FIFO_BYTES
    assert line.count.delivered == FIFO_BYTES


def test_an_open_wire_loses_bytes_in_their_own_time() -> None:
    line = Line(seed=1)
    line.closed = False
    line.offer(bytes(115), now_ns=0)
    assert line.take(5 * MS) == b""
    line.closed = True
    assert len(drain(line, 1_000 * MS)) == 115 - 57
    assert line.count.lost == 57


def test_garbling_changes_its_share_and_replays_by_seed() -> None:
    received = []
    for _ in range(2):
        line = Line(seed=7)
        line.garble_percent = 30
        line.offer(bytes(4000), now_ns=0)
        received.append(drain(line, 1_000 * MS))
        assert sum(byte != 0 for byte in received[-1]) == line.count.garbled
        assert 900 < line.count.garbled < 1500
    assert received[0] == received[1]


def test_garbling_everything_leaves_no_byte_as_it_was() -> None:
    line = Line(seed=3)
    line.garble_percent = 100
    line.offer(bytes(500), now_ns=0)
    assert 0 not in drain(line, 1_000 * MS)


def test_loss_takes_whole_frames_and_leaves_the_others_whole() -> None:
    line = Line(seed=5)
    line.lose_percent = 30
    sent = [bytes([number]) * 6 for number in range(1, 201)]
    received = b""
    for number, data in enumerate(sent):
        line.offer(cobs.encode(data), now_ns=number * MS)
        received += line.take((number + 1) * MS)
    received += drain(line, 1_000 * MS)
    frames = [frame for frame in received.split(cobs.DELIMITER) if frame]
    assert frames == [cobs.encode(data)[1:-1] for data in sent if cobs.encode(data)[1:-1] in frames]
    assert 120 < len(frames) < 160
    assert line.count.lost == 7 * (len(sent) - len(frames))


def test_a_delayed_byte_comes_so_much_later_and_none_overtakes() -> None:
    line = Line(seed=1)
    line.delay_ns = 50 * MS
    line.offer(b"first", now_ns=0)
    assert drain(line, 50 * MS) == b""
    line.delay_ns = 0
    line.offer(b"second", now_ns=50 * MS)
    assert drain(line, 52 * MS) == b"firstsecond"
    assert line.next_due_ns() is None
