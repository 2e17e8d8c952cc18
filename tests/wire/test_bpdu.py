"""Spanning tree, as switches say it; and anything else, which is not it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core.wire.bpdu import Bpdu, decode

LLC, SNAP = "424203", "aaaa0300000c010b"
# Root, cost, bridge, port; message age 0, maximum age 20 s, hello 2 s; then the forward delay.
BODY = "8000 52540000aa01 00000000 8000 52540000aa01 8001 0000 1400 0200".replace(" ", "")
FRAMES = {
    "a bridge of Linux, 15 s": (
        LLC + "0000 00 00 00" + BODY + "0f00" + "00" * 8,
        Bpdu("STP", 15_000, 2_000, None),
    ),
    "2 s": (LLC + "0000 00 00 01" + BODY + "0200", Bpdu("STP", 2_000, 2_000, None)),
    "rapid, forwarding": (
        LLC + "0000 02 02 3c" + BODY + "0f00" + "00",
        Bpdu("RSTP", 15_000, 2_000, True),
    ),
    "rapid, discarding": (
        LLC + "0000 02 02 0e" + BODY + "0400" + "00",
        Bpdu("RSTP", 4_000, 2_000, False),
    ),
    "multiple, learning": (
        LLC + "0000 03 02 1c" + BODY + "1e00" + "00" * 67,
        Bpdu("MSTP", 30_000, 2_000, False),
    ),
    "per VLAN": (SNAP + "0000 00 00 00" + BODY + "0f00", Bpdu("STP", 15_000, 2_000, None)),
}


@pytest.mark.parametrize("name", FRAMES)
def test_what_switches_say(name: str) -> None:
    frame, meant = FRAMES[name]
    assert decode(bytes.fromhex(frame)) == meant


def test_a_silent_time_is_two_forward_delays() -> None:
    assert Bpdu("STP", 15_000, 2_000, None).silent_ms == 30_000


@pytest.mark.parametrize(
    "frame",
    [
        "",
        LLC,
        LLC + "0000 00 80",  # a notice that the topology changed
        LLC + "0000 00 00 00" + BODY,  # ends before the forward delay
        LLC + "0001 00 00 00" + BODY + "0f00",  # another protocol
        LLC + "0000 01 00 00" + BODY + "0f00",  # no such version
        LLC + "0000 00 02 00" + BODY + "0f00",  # type and version do not fit
        LLC + "0000 00 00 00" + BODY + "0000",  # no time at all
        LLC + "0000 00 00 00" + BODY + "ffff",  # four minutes
        "fefe03" + "0000 00 00 00" + BODY + "0f00",  # somebody else's 802.2
    ],
)
def test_what_is_none(frame: str) -> None:
    assert decode(bytes.fromhex(frame)) is None


@given(st.binary(max_size=80), st.sampled_from([b"", bytes.fromhex(LLC), bytes.fromhex(SNAP)]))
def test_any_bytes_are_a_bpdu_or_none(data: bytes, header: bytes) -> None:
    found = decode(header + data)
    assert found is None or 0 < found.forward_delay_ms <= 60_000
