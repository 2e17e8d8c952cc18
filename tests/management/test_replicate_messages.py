"""Replication between two managements: whole, in order, and nothing hostile gets through."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core.management.replicate.inbox import Inbox, Whole
from firmware.core.management.replicate.messages import (
    ANSWER_MAX,
    BATCH_MAX,
    SLICE_MAX,
    TEXT_MAX,
    Answer,
    Bad,
    Batch,
    Begin,
    Done,
    Exec,
    Failure,
    Leave,
    Line,
    Message,
    Refused,
    Resync,
    Save,
    Slice,
    Took,
    decode,
    encode,
    whole,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=2000)
WORDS = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=60)
u32 = st.integers(0, 2**32 - 1)
ITEMS = st.one_of(st.just(Save()), st.builds(Line, st.lists(WORDS, max_size=3).map(tuple), WORDS))
MESSAGES: st.SearchStrategy[Message] = st.one_of(
    st.builds(Begin, u32, u32, u32, u32, u32),
    st.builds(Slice, st.binary(min_size=1, max_size=SLICE_MAX)),
    st.builds(Batch, u32, st.lists(ITEMS, min_size=1, max_size=40).map(tuple)),
    st.builds(Done, u32),
    st.sampled_from((Took(), Resync())),
    st.builds(Exec, u32, u32, st.booleans(), WORDS),
    st.builds(Answer, u32, TEXTS),
    st.builds(Leave, u32),
)


@given(MESSAGES)
def test_what_is_encoded_decodes_to_itself(message: Message) -> None:
    assert decode(encode(message)) == message


@given(WORDS, WORDS)
def test_words_for_a_person_arrive_as_far_as_they_can_be_printed(line: str, why: str) -> None:
    assert isinstance(decode(encode(Failure(line * 20, why * 20))), Failure)
    assert isinstance(decode(encode(Refused(why * 20))), Refused)
    assert decode(encode(Failure("hostname x", "no"))) == Failure("hostname x", "no")


@given(TEXTS, u32)
def test_a_whole_configuration_arrives_whole(text: str, last: int) -> None:
    inbox = Inbox()
    outcomes = [inbox.receive(message) for message in whole(text, last)]
    assert isinstance(outcomes[0], Begin)
    assert outcomes[-1] == Whole(text, text.count("\n"))
    assert not inbox.receiving


def test_a_long_one_is_sliced() -> None:
    text = "".join(f"access-list {zlib.crc32(b'%d' % n)} permit\n" for n in range(20_000))
    messages = whole(text, 0)
    assert len(messages) > 5
    assert max(len(message) for message in messages) <= SLICE_MAX + 1
    inbox = Inbox()
    assert [inbox.receive(message) for message in messages][-1] == Whole(text, 20_000)


@given(st.binary(max_size=60))
def test_noise_is_counted(payload: bytes) -> None:
    inbox = Inbox()
    assert isinstance(inbox.receive(payload), Bad) == (inbox.bad == 1)


@given(st.sampled_from(b"BSTNLDFMXAZ"), st.binary(max_size=80))
def test_noise_that_begins_well_is_read_or_refused(letter: int, rest: bytes) -> None:
    assert decode(bytes([letter]) + rest) is not None


@given(
    st.lists(st.one_of(st.binary(max_size=30), st.sampled_from(whole("a\n" * 99, 3))), max_size=9)
)
def test_only_what_was_announced_is_ever_taken_over(payloads: list[bytes]) -> None:
    inbox = Inbox()
    for payload in payloads:
        outcome = inbox.receive(payload)
        assert not isinstance(outcome, Whole) or outcome.text == "a\n" * 99


def test_a_bomb_is_stopped_at_what_was_announced() -> None:
    deflated = zlib.compress(bytes(50_000_000), 9)
    inbox = Inbox()
    assert isinstance(inbox.receive(encode(Begin(len(deflated), 100, 0, 0, 0))), Begin)
    outcomes = [
        inbox.receive(encode(Slice(deflated[i : i + SLICE_MAX])))
        for i in range(0, len(deflated), SLICE_MAX)
    ]
    assert isinstance(outcomes[-1], Bad)
    assert outcomes[-1].lost


@pytest.mark.parametrize(("letter", "most"), [(b"L", BATCH_MAX), (b"A", ANSWER_MAX)])
def test_a_bomb_of_lines_or_of_an_answer_is_stopped_too(letter: bytes, most: int) -> None:
    deflated = zlib.compress(b"a" * 50_000_000, 9)
    for size in (100, most, most + 1, 50_000_000):
        assert isinstance(decode(letter + struct.pack(">II", 1, size) + deflated), Bad)


def test_claims_beyond_the_limit_are_refused_and_their_slices_passed_over() -> None:
    inbox = Inbox()
    for claim in (Begin(TEXT_MAX + 1, 5, 0, 0, 0), Begin(5, TEXT_MAX + 1, 0, 0, 0)):
        assert isinstance(inbox.receive(encode(claim)), Bad)
        assert not inbox.receiving
    assert inbox.bad == 2
    assert inbox.receive(encode(Slice(b"x"))) is None
    assert inbox.bad == 2


def test_a_reset_in_the_middle_forgets_the_half() -> None:
    inbox = Inbox()
    messages = whole("".join(f"{zlib.crc32(b'%d' % n)}\n" for n in range(5000)), 0)
    inbox.receive(messages[0])
    inbox.receive(messages[1])
    inbox.reset()
    assert isinstance(inbox.receive(messages[2]), Bad)
    assert [inbox.receive(message) for message in messages][-1] is not None


def lines(first: int, *texts: str) -> Batch:
    return Batch(first, tuple(Line((), text) for text in texts))


def test_lines_are_taken_in_their_order_from_where_the_configuration_ended() -> None:
    inbox = Inbox()
    for message in whole("a\n", 7):
        inbox.receive(message)
    for batch in (lines(8, "hostname a", "hostname b"), lines(10, "hostname c")):
        assert inbox.receive(encode(batch)) == batch
    gap = inbox.receive(encode(lines(12, "hostname x")))
    assert isinstance(gap, Bad)
    assert gap.lost
    restarted = lines(1, "hostname x")
    assert inbox.receive(encode(restarted)) == restarted


def test_numbers_go_round() -> None:
    inbox = Inbox()
    for batch in (lines(2**32 - 2, "a", "b", "c"), lines(1, "d")):
        assert inbox.receive(encode(batch)) == batch


def test_lines_that_are_no_lines_are_refused() -> None:
    def batch(text: bytes) -> bytes:
        return b"L" + struct.pack(">II", 1, len(text)) + zlib.compress(text)

    for payload in (
        b"L" + struct.pack(">II", 1, 9) + b"short",
        batch(b"two\rlines"),
        batch(b"nul \x00"),
        batch(b"\xff"),
        batch(b"a" * 5000),
        batch(b"\x1e\x1e"),
        b"L",
        b"Tx",
        b"Mx",
        b"D",
        b"Z" + bytes(5),
        b"X" + struct.pack(">IIB", 1, 1, 2) + b"show version",
        b"X" + struct.pack(">IIB", 1, 1, 1) + b"two\nlines",
        b"F" + b"no tab",
        b"S",
        b"W",
        b"",
    ):
        assert isinstance(decode(payload), Bad), payload
