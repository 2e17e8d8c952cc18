"""Frames: kept samples, any bytes at all, and the sizes others rely on."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_samples import HEADER, all_frames, hello, hellos, identifies, lists, segment

from firmware.core.wire import bodies, cobs, formats, frames
from firmware.core.wire.bodies import (
    FRAME_CABLE_MAX,
    FRAME_LAN_MAX,
    HELLO_CABLE_MAX,
    INTERFACES_MOST,
    MORE_IDENTITY_MOST,
    SEGMENT_CABLE,
    SEGMENT_LAN,
    TEST_ENTRIES_MOST,
    Ack,
    BadFrame,
    Body,
    Frame,
    InterfaceKind,
    Interfaces,
    InterfaceState,
    MoreIdentity,
    Segment,
)

ROOT = Path(__file__).parents[2]


def golden() -> list[tuple[str, str, str]]:
    text = (ROOT / "tests/golden/frames-v1.txt").read_text()
    lines = [line.strip() for line in text.splitlines() if line and not line.startswith("#")]
    return list(zip(lines[0::3], lines[1::3], lines[2::3], strict=True))


@pytest.mark.parametrize(("name", "raw", "said"), golden(), ids=[one[0] for one in golden()])
def test_a_kept_sample_reads_and_writes_the_same_for_ever(name: str, raw: str, said: str) -> None:
    frame = frames.decode(bytes.fromhex(raw))
    assert repr(frame) == said, name
    assert isinstance(frame, Frame)
    assert frames.encode(frame).hex() == raw, name


def test_every_body_has_a_kept_sample() -> None:
    kept = {type(frames.decode(bytes.fromhex(raw)).body) for _, raw, _ in golden()}  # type: ignore[union-attr]
    assert kept == {row.body for row in formats.FORMATS}


@given(all_frames)
def test_what_is_encoded_decodes_to_itself(frame: Frame) -> None:
    data = frames.encode(frame)
    assert frames.decode(data) == frame
    assert len(data) <= FRAME_LAN_MAX


@given(all_frames, st.binary(max_size=46))
def test_ethernet_padding_is_ignored_where_it_can_be_and_refused_elsewhere(
    frame: Frame, padding: bytes
) -> None:
    data = frames.encode(frame) + padding
    assert frames.decode(data, padded=True) == frame
    if padding:
        assert frames.decode(data) == BadFrame(formats.WRONG_LENGTH)


@given(st.binary(max_size=1500), st.booleans())
def test_any_bytes_are_a_frame_or_refused_with_a_known_reason(data: bytes, padded: bool) -> None:
    found = frames.decode(data, padded=padded)
    assert isinstance(found, Frame) or found.why in formats.REASONS


def sealed(number: int, body: bytes, *, version: int = formats.VERSION, boot: int = 1) -> bytes:
    """A frame with a right CRC and whatever else the test wants."""
    length = frames.OVERHEAD + len(body)
    data = struct.pack(">BBHIQQ", version, number, length, 1, boot, 0) + body
    return data + struct.pack(">I", zlib.crc32(data))


@given(st.integers(0, 14), st.binary(max_size=300))
def test_any_body_under_a_right_crc_is_read_or_refused(number: int, body: bytes) -> None:
    data = sealed(number, body)
    found = frames.decode(data)
    if isinstance(found, Frame):  # then it is what we would have written: no two ways to say it
        assert frames.encode(Frame(found.header, found.body))[24:-4] == body
    else:
        assert found.why in formats.REASONS


@given(all_frames, st.data())
def test_one_changed_bit_is_always_noticed(frame: Frame, data: st.DataObject) -> None:
    raw = bytearray(frames.encode(frame))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    assert isinstance(frames.decode(bytes(raw)), BadFrame)


@given(all_frames, st.data())
def test_a_truncated_frame_is_refused(frame: Frame, data: st.DataObject) -> None:
    raw = frames.encode(frame)
    cut = raw[: data.draw(st.integers(0, len(raw) - 1))]
    assert isinstance(frames.decode(cut), BadFrame)
    assert isinstance(frames.decode(cut, padded=True), BadFrame)


HELLO_BODY = frames.encode(hello())[24:-4]
BARE_IDENTIFY = bytes(9) + b"\x01c" + bytes(4)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", formats.TOO_SHORT),
        (bytes(27), formats.TOO_SHORT),
        (bytes(28), formats.WRONG_LENGTH),
        (b"\x01\x08\xff\xff" + bytes(1396), formats.TOO_LONG),
        (sealed(8, bytes(4))[:-1] + b"\0", formats.WRONG_CRC),
        (sealed(8, bytes(4), version=2), formats.OTHER_VERSION),
        (sealed(8, bytes(4), boot=0), formats.NO_BOOT),
        (sealed(0, b""), formats.UNKNOWN_TYPE),
        (sealed(99, bytes(4)), formats.UNKNOWN_TYPE),
        (sealed(8, bytes(5)), formats.WRONG_SIZE),
        (sealed(8, bytes(3)), formats.WRONG_SIZE),
        (sealed(5, b"\x05" + bytes(4)), formats.BAD_VALUE),  # no such step
        (sealed(6, b"\x02"), formats.BAD_VALUE),  # no such identity
        (sealed(7, bytes(4) + b"\x02"), formats.BAD_VALUE),  # more: neither yes nor no
        (sealed(7, bytes(5 + SEGMENT_LAN + 1)), formats.WRONG_SIZE),
        (sealed(1, b"\x80" + HELLO_BODY[1:]), formats.BAD_VALUE),  # an unknown flag
        (sealed(1, HELLO_BODY[:1] + b"\x0e" + HELLO_BODY[2:]), formats.BAD_VALUE),  # no such state
        (
            sealed(1, HELLO_BODY[:18] + b"\x11" + HELLO_BODY[19:]),
            formats.BAD_VALUE,
        ),  # 17 of them
        (sealed(1, HELLO_BODY[:-1] + b"\x01"), formats.BAD_VALUE),  # a state beyond the count
        (sealed(1, HELLO_BODY[:-8] + b"\xf1" + bytes(7)), formats.BAD_VALUE),  # no such state
        (sealed(1, HELLO_BODY + bytes(1)), formats.BAD_VALUE),  # nothing more, and yet there
        (sealed(1, HELLO_BODY + b"\x01\x01"), formats.WRONG_SIZE),
        (sealed(2, bytes(8) + b"\x11"), formats.BAD_VALUE),  # 17 MACs
        (sealed(2, bytes(8) + b"\x00" + b"\x00"), formats.BAD_VALUE),  # no chassis
        (sealed(2, bytes(8) + b"\x00" + b"\x01\xe9" + bytes(4)), formats.BAD_TEXT),
        (sealed(2, bytes(8) + b"\x01" + b"\x01c" + bytes(4) + bytes(5)), formats.WRONG_SIZE),
        (sealed(2, bytes(8) + b"\x00" + b"\x09c"), formats.WRONG_SIZE),
        (sealed(2, BARE_IDENTIFY + bytes(17)), formats.BAD_VALUE),  # nothing more, and yet there
        (sealed(2, BARE_IDENTIFY + b"\x10" + bytes(16)), formats.BAD_VALUE),  # an unknown flag
        (sealed(2, BARE_IDENTIFY + b"\x08" + bytes(16)), formats.BAD_VALUE),  # more, without 16
        (sealed(2, BARE_IDENTIFY + bytes(5) + b"\xff" + bytes(11)), formats.BAD_VALUE),  # feature
        (
            sealed(2, BARE_IDENTIFY + bytes(9) + b"\x10" + bytes(7)),
            formats.BAD_VALUE,
        ),  # no MAC
    ],
)
def test_each_kind_of_nonsense_is_named(data: bytes, why: str) -> None:
    assert frames.decode(data) == BadFrame(why)


@given(hellos)
def test_a_hello_fits_its_place_on_the_cable(body: Body) -> None:
    assert len(cobs.encode(frames.encode(Frame(HEADER, body)))) <= HELLO_CABLE_MAX


@given(st.one_of(identifies, lists))
def test_what_is_not_cut_into_segments_fits_the_cable(body: Body) -> None:
    assert len(cobs.encode(frames.encode(Frame(HEADER, body)))) <= FRAME_CABLE_MAX


def test_a_cable_segment_fits_the_cable_whatever_it_holds() -> None:
    for filling in (0, 1, 255):
        body = Segment(0xFFFFFFFF, True, bytes([filling]) * SEGMENT_CABLE)
        assert len(cobs.encode(frames.encode(Frame(HEADER, body)))) <= FRAME_CABLE_MAX


def test_the_longest_lists_fit_the_cable() -> None:
    macs = ("ff:ff:ff:ff:ff:ff",) * MORE_IDENTITY_MOST
    kinds = (InterfaceKind.OTHER,) * MORE_IDENTITY_MOST
    for body in (
        Interfaces((InterfaceState.LINK_DOWN_NOT_MONITORED,) * INTERFACES_MOST),
        MoreIdentity(total=INTERFACES_MOST, first=220, macs=macs, kinds=kinds),
        bodies.TestReport(
            (bodies.TestEntry(INTERFACES_MOST - 1, bodies.TestStage.ENDED, True),)
            * TEST_ENTRIES_MOST
        ),
    ):
        assert len(cobs.encode(frames.encode(Frame(HEADER, body)))) <= FRAME_CABLE_MAX


def test_our_own_mistakes_are_not_sent() -> None:
    with pytest.raises(AssertionError, match="17 interfaces"):
        frames.encode(hello(interfaces=17))
    with pytest.raises(AssertionError, match="1201 bytes"):
        frames.encode(segment(1, 1201))
    with pytest.raises(AssertionError, match="boot"):
        frames.encode(Frame(type(HEADER)(1, 0, 0), Ack(1)))


def test_a_chassis_number_is_the_head_of_a_digest() -> None:
    # printf 444433330001 | sha256sum | cut -c1-16
    assert f"{frames.chassis_number('444433330001'):016x}" == "4f7cd8c6dc8c2629"
