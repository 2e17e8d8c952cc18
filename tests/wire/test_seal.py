"""Sealed frames: what opens, what does not, and a key that changes while both speak."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given
from hypothesis import strategies as st
from wire_samples import HEADER, all_frames, hello, segment

from firmware.core.settings import Identity, Settings
from firmware.core.wire import formats, frames, packing, seal
from firmware.core.wire.bodies import (
    FRAME_LAN_MAX,
    SEGMENT_LAN,
    BadFrame,
    FailedNotice,
    Frame,
    Header,
    Hello,
    Probe,
    UnitState,
)
from firmware.core.wire.seal import Seals, Unreadable

ROOT = Path(__file__).parents[2]
ONE, TWO, THREE = (bytes([n]) * seal.KEY_BYTES for n in (1, 2, 3))
HOLD_MS = 15_000
PATIENCE_MS = 2 * HOLD_MS
SERVING = Frame(
    HEADER, Hello(identity=Identity.PRIMARY, state=UnitState.ACTIVE, chassis=1, holding=True)
)


sealable = all_frames.filter(
    lambda f: f.header.sequence < formats.SEQUENCE_LAST or isinstance(f.body, FailedNotice)
)


def seals(key: bytes | None = None) -> Seals:
    made = Seals(ChaCha20Poly1305, InvalidTag)
    made.use(key, from_mate=False, now_ms=0, hold_ms=HOLD_MS)
    return made


def mended(data: bytes) -> bytes:
    """Under a right CRC, whatever was done to it."""
    return data[:-4] + zlib.crc32(data[:-4]).to_bytes(4, "big")


def golden() -> list[tuple[str, str, str]]:
    text = (ROOT / "tests/golden/frames-sealed-v1.txt").read_text()
    lines = [line.strip() for line in text.splitlines() if line and not line.startswith("#")]
    return list(zip(lines[0::3], lines[1::3], lines[2::3], strict=True))


@pytest.mark.parametrize(("name", "raw", "said"), golden(), ids=[one[0] for one in golden()])
def test_a_kept_sample_reads_and_writes_the_same_for_ever(name: str, raw: str, said: str) -> None:
    made = seals(seal.derive("cisco"))
    frame = made.decode(bytes.fromhex(raw))
    assert repr(frame) == said, name
    assert isinstance(frame, Frame)
    assert made.encode(frame).hex() == raw, name


def test_a_secret_gives_the_same_key_for_ever() -> None:
    assert seal.derive("cisco").hex() == (
        "1998bfef3faa055ce0219fed81e98a43e0159267fdcb8e178d9499e12645cda4"
    )
    assert seal.derive(bytes(16)) != seal.derive("0" * 32)
    assert len(seal.derive("?" * 63)) == seal.KEY_BYTES


def test_a_key_is_not_in_what_is_printed_of_settings() -> None:
    key = seal.derive("cisco")
    assert Settings(key=key) != Settings()
    assert repr(Settings(key=key)) == repr(Settings())


@given(sealable)
def test_any_frame_opens_to_itself(frame: Frame) -> None:
    data = seals(ONE).encode(frame)
    assert len(data) == len(frames.encode(frame)) + seal.TAG_BYTES
    assert seals(ONE).decode(data) == frame
    assert seals(ONE).decode(data + bytes(20), padded=True) == frame


def test_the_longest_frames_fit() -> None:
    data = seals(ONE).encode(segment(1, SEGMENT_LAN))
    assert len(data) <= FRAME_LAN_MAX
    assert b"\2" * 20 not in data  # what the segment carries


@given(sealable, st.data())
def test_any_changed_bit_is_refused_even_under_a_right_crc(
    frame: Frame, data: st.DataObject
) -> None:
    sealed = bytearray(seals(ONE).encode(frame))
    bit = data.draw(st.integers(0, 8 * (len(sealed) - 4) - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    assert not isinstance(seals(ONE).decode(bytes(sealed)), Frame)
    assert not isinstance(seals(ONE).decode(mended(bytes(sealed))), Frame)


@given(st.binary(max_size=200), st.sampled_from((None, ONE)))
def test_any_bytes_are_no_frame_and_raise_nothing(raw: bytes, key: bytes | None) -> None:
    assert not isinstance(seals(ONE).decode(raw), Frame)
    seals(key).decode(raw)


@given(st.integers(0, 255), st.binary(max_size=80), st.sampled_from((None, ONE)))
def test_any_body_under_a_right_outside_raises_nothing(
    number: int, body: bytes, key: bytes | None
) -> None:
    data = frames.close_up(frames.front_of(number, HEADER, len(body)) + body)
    found = seals(key).decode(data)
    if key is not None:
        assert isinstance(found, Unreadable)


@pytest.mark.parametrize(
    ("written", "read", "why"),
    [
        (ONE, None, seal.NO_KEY),
        (None, ONE, seal.NOT_SEALED),
        (TWO, ONE, seal.WRONG_SEAL),
    ],
)
def test_another_key_opens_nothing_and_three_things_are_claimed(
    written: bytes | None, read: bytes | None, why: str
) -> None:
    writer, reader = seals(written), seals(read)
    assert reader.decode(writer.encode(SERVING)) == Unreadable(why, serves=True)
    assert reader.decode(writer.encode(hello())) == Unreadable(why, serves=False)
    assert reader.decode(writer.encode(Frame(HEADER, Probe(1)))) == Unreadable(why, probe=True)
    assert reader.decode(writer.encode(segment(1))) == Unreadable(why)


def test_the_type_cannot_claim_what_the_body_denies() -> None:
    """A frame of ours is written in one way only, even by somebody who has the key."""
    number, plain = packing.pack_body(hello().body)
    front = frames.front_of(number | seal.SEALED | seal.SERVES, HEADER, len(plain) + seal.TAG_BYTES)
    nonce = HEADER.boot.to_bytes(8, "big") + HEADER.sequence.to_bytes(4, "big")
    data = frames.close_up(front + ChaCha20Poly1305(ONE).encrypt(nonce, plain, front))
    assert seals(ONE).decode(data) == BadFrame(formats.BAD_VALUE)


def test_a_notice_is_the_same_bytes_on_every_channel_and_its_number_nobody_elses() -> None:
    last = Header(formats.SEQUENCE_LAST, HEADER.boot, HEADER.echo)
    notice = Frame(last, FailedNotice(Identity.PRIMARY))
    made = seals(ONE)
    assert made.encode(notice) == made.encode(notice)
    with pytest.raises(AssertionError, match="nonce"):
        made.encode(Frame(last, Probe(1)))


# A key that changes


def opens(reader: Seals, writer: Seals) -> bool:
    return isinstance(reader.decode(writer.encode(hello())), Frame)


def pair(key: bytes | None) -> tuple[Seals, Seals]:
    return seals(key), seals(key)


def use(made: Seals, key: bytes | None, now_ms: int, *, from_mate: bool = False) -> None:
    made.use(key, from_mate=from_mate, now_ms=now_ms, hold_ms=HOLD_MS)


def test_a_first_key_counts_at_once() -> None:
    typed, mate = pair(None)
    use(typed, ONE, 0)
    assert not opens(mate, typed)
    assert not opens(typed, mate)
    use(mate, ONE, 0)
    assert opens(mate, typed)
    assert opens(typed, mate)


@pytest.mark.parametrize("key", [TWO, None], ids=["another key", "no key"])
def test_a_change_never_parts_the_pair(key: bytes | None) -> None:
    typed, mate = pair(ONE)
    use(typed, key, 0)
    assert opens(mate, typed)  # the line itself travels now, under the old key
    assert opens(typed, mate)
    late = typed.encode(hello())
    use(mate, key, 5, from_mate=True)
    assert isinstance(mate.decode(late), Frame)
    answer, before = mate.encode(hello()), typed.changes
    assert isinstance(typed.decode(answer), Frame)
    assert typed.changes == before + 1  # notices sealed before are stale
    assert opens(mate, typed)
    mate.time_passed(6)
    assert isinstance(mate.decode(late), Frame)  # on another channel it came later
    for made in (typed, mate):
        made.time_passed(5 + seal.UNDER_WAY_MS)
    assert not isinstance(mate.decode(late), Frame)
    assert not opens(mate, seals(ONE))
    assert opens(mate, typed)
    assert opens(typed, mate)


def test_a_mate_that_was_not_told_is_waited_for_and_then_not() -> None:
    typed, mate = pair(ONE)
    use(typed, TWO, 0)
    typed.time_passed(PATIENCE_MS - 1)
    assert opens(mate, typed)
    assert opens(typed, mate)
    typed.time_passed(PATIENCE_MS)
    assert not opens(mate, typed)
    assert not opens(typed, mate)


def test_a_short_hold_time_does_not_cut_the_line_off() -> None:
    typed = seals(ONE)
    typed.use(TWO, from_mate=False, now_ms=0, hold_ms=30)
    typed.time_passed(seal.PATIENCE_LEAST_MS - 1)
    assert opens(seals(ONE), typed)


def test_a_mate_that_is_told_and_hears_nothing_more_forgets_the_old_key_too() -> None:
    mate = seals(ONE)
    use(mate, TWO, 0, from_mate=True)
    mate.time_passed(PATIENCE_MS)
    assert not opens(mate, seals(ONE))


def test_the_same_key_again_changes_nothing() -> None:
    made = seals(ONE)
    before = made.changes
    use(made, ONE, 5)
    use(made, ONE, 6, from_mate=True)
    assert made.changes == before
    assert opens(seals(ONE), made)


def test_two_changes_in_a_row_arrive_in_their_order() -> None:
    typed, mate = pair(ONE)
    use(typed, TWO, 0)
    use(typed, THREE, 1)
    assert opens(mate, typed)
    use(mate, TWO, 2, from_mate=True)
    assert opens(mate, typed)
    assert opens(typed, mate)
    use(mate, THREE, 3, from_mate=True)
    assert opens(typed, mate)
    assert opens(mate, typed)
    assert not opens(seals(ONE), typed)


def test_keys_tried_without_end_are_bounded() -> None:
    typed = seals(ONE)
    for n in range(100):
        use(typed, bytes([n]) * seal.KEY_BYTES, n)
    assert opens(seals(bytes([99]) * seal.KEY_BYTES), typed)
    assert not opens(typed, seals(bytes([50]) * seal.KEY_BYTES))


@given(st.lists(st.sampled_from(("typed says", "mate says", "line", "pass")), max_size=40))
def test_whatever_is_lost_or_late_nobody_is_parted_once_the_line_is_there(does: list[str]) -> None:
    """Sayings that are not in the list were lost. The line gets through within the patience."""
    typed, mate = pair(ONE)
    use(typed, TWO, 0)
    now_ms, told = 0, False
    for what in [*does, "line", *does]:
        if what == "typed says":
            assert opens(mate, typed)
        elif what == "mate says":
            assert opens(typed, mate)
        elif what == "line" and not told:
            told = True
            use(mate, TWO, now_ms, from_mate=True)
        elif told or now_ms + 700 < PATIENCE_MS:
            now_ms += 700
            typed.time_passed(now_ms)
            mate.time_passed(now_ms)
    assert opens(typed, mate)
    assert opens(mate, typed)
    assert opens(seals(TWO), mate)
