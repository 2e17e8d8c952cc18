"""Replication between two managements: whole, in order, and nothing hostile gets through."""

import struct
import zlib

from hypothesis import given
from hypothesis import strategies as st

from firmware.core.management.replicate import (
    SLICE_MAX,
    TEXT_MAX,
    Bad,
    Begin,
    Inbox,
    Replicate,
    Save,
    Slice,
    Whole,
    decode,
    encode,
    whole,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=2000)


@given(TEXTS, st.integers(0, 2**32 - 1))
def test_a_whole_configuration_arrives_whole(text: str, last: int) -> None:
    inbox = Inbox()
    messages = whole(text, last)
    outcomes = [inbox.receive(message) for message in messages]
    assert isinstance(outcomes[0], Begin)
    assert outcomes[-1] == Whole(text, text.count("\n"))
    assert not inbox.receiving


def test_a_long_one_is_sliced() -> None:
    text = "".join(f"access-list {zlib.crc32(b'%d' % n)} permit\n" for n in range(20_000))
    messages = whole(text, 0)
    assert len(messages) > 10
    assert max(len(message) for message in messages) <= SLICE_MAX + 1
    inbox = Inbox()
    assert [inbox.receive(message) for message in messages][-1] == Whole(text, 20_000)


@given(st.binary(max_size=60))
def test_noise_is_counted(payload: bytes) -> None:
    inbox = Inbox()
    outcome = inbox.receive(payload)
    assert isinstance(outcome, Bad) == (inbox.bad == 1)


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


def test_claims_beyond_the_limit_are_refused() -> None:
    inbox = Inbox()
    for claim in (Begin(TEXT_MAX + 1, 5, 0, 0, 0), Begin(5, TEXT_MAX + 1, 0, 0, 0)):
        assert isinstance(inbox.receive(encode(claim)), Bad)
        assert not inbox.receiving


def test_a_reset_in_the_middle_forgets_the_half() -> None:
    inbox = Inbox()
    messages = whole("".join(f"{zlib.crc32(b'%d' % n)}\n" for n in range(5000)), 0)
    inbox.receive(messages[0])
    inbox.receive(messages[1])
    inbox.reset()
    assert isinstance(inbox.receive(messages[2]), Bad)
    assert [inbox.receive(message) for message in messages][-1] is not None


def test_lines_are_taken_in_their_order_from_where_the_configuration_ended() -> None:
    inbox = Inbox()
    for message in whole("a\n", 7):
        inbox.receive(message)
    line = Replicate(8, "interface Ethernet0", "no shutdown")
    assert inbox.receive(encode(line)) == line
    gap = inbox.receive(encode(Replicate(10, "", "hostname x")))
    assert isinstance(gap, Bad)
    assert gap.lost
    restarted = Replicate(1, "", "hostname x")
    assert inbox.receive(encode(restarted)) == restarted
    assert inbox.receive(encode(Save())) == Save()


def test_lines_that_are_no_lines_are_refused() -> None:
    for payload in (
        b"R" + struct.pack(">IH", 1, 9) + b"short",
        b"R" + struct.pack(">IH", 1, 0) + b"two\nlines",
        b"R" + struct.pack(">IH", 1, 0) + b"\xff",
        b"R" + struct.pack(">IH", 1, 0) + bytes(5000),
        b"R",
        b"Wx",
        b"S",
        b"",
    ):
        assert isinstance(decode(payload), Bad)
