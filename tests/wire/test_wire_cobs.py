"""COBS: any bytes survive, and after any noise the next delimiter begins anew."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from firmware.core.wire import cobs
from firmware.core.wire.bodies import BadFrame

payloads = st.binary(min_size=1, max_size=250)


@given(st.binary(max_size=252))
def test_what_is_stuffed_comes_out_again(data: bytes) -> None:
    stuffed = cobs.encode(data)
    assert stuffed[0] == stuffed[-1] == 0
    assert 0 not in stuffed[1:-1]
    assert cobs.Decoder().feed(stuffed) == [data]


@given(st.integers(0, 1400), st.integers(0, 255))
def test_the_cost_of_stuffing_is_bounded(length: int, filling: int) -> None:
    assert len(cobs.encode(bytes([filling]) * length)) <= length + length // 254 + 3


def test_blocks_of_254_are_as_the_paper_has_them() -> None:
    """Cheshire and Baker, table 1: no zero follows a block of code 255."""
    assert cobs.encode(b"\0") == b"\0\x01\x01\0"
    assert cobs.encode(b"\x11\x22\0\x33") == b"\0\x03\x11\x22\x02\x33\0"
    data = bytes(range(1, 255)) + b"\xff"
    assert cobs.encode(data) == b"\0\xff" + bytes(range(1, 255)) + b"\x02\xff\0"


@given(st.lists(payloads, max_size=6), st.data())
def test_frames_arrive_however_the_stream_is_cut(sent: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(cobs.encode(one) for one in sent)
    decoder = cobs.Decoder()
    found: list[bytes | BadFrame] = []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += decoder.feed(stream[:size])
        stream = stream[size:]
    assert found == sent


@given(st.binary(max_size=2000), payloads)
def test_after_any_noise_the_next_frame_is_read(noise: bytes, sent: bytes) -> None:
    found = cobs.Decoder().feed(noise + cobs.encode(sent))
    assert found[-1] == sent


@given(payloads, st.data())
def test_a_frame_after_a_half_written_one_is_read(sent: bytes, data: st.DataObject) -> None:
    half = cobs.encode(b"x" * 100)[: data.draw(st.integers(0, 100))]
    decoder = cobs.Decoder()
    assert decoder.feed(half + cobs.encode(sent))[-1] == sent
    assert decoder.counts.frames == 1


def test_noise_without_a_delimiter_is_told_once_and_not_kept() -> None:
    decoder = cobs.Decoder()
    found: list[bytes | BadFrame] = []
    for _ in range(1000):
        found += decoder.feed(b"\x07" * 1000)
    assert found == [BadFrame(cobs.NO_DELIMITER)]
    assert decoder.counts.bytes_dropped == 1_000_000
    assert decoder.feed(cobs.encode(b"hello")) == [b"hello"]


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_every_refusal_has_a_known_reason_and_is_counted(pieces: list[bytes]) -> None:
    decoder = cobs.Decoder()
    found = [one for piece in pieces for one in decoder.feed(piece)]
    bad = [one for one in found if isinstance(one, BadFrame)]
    assert {one.why for one in bad} <= set(cobs.REASONS)
    assert decoder.counts.bad_frames == len(bad)
    assert decoder.counts.frames == len(found) - len(bad)
