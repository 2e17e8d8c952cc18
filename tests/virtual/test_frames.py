"""Captured frames and pcap files, read from bytes."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.bench.virtual.frames import ARP, IPV4, RECORD, BadPcap, Seen, digest, read_pcap
from controller.bench.virtual.ring import RingReader, RingWriter
from controller.bench.world import Unit

MACS = bytes(range(12))
ARP_FRAME = MACS + b"\x08\x06" + b"\0\1\x08\0\6\4\0\2" + bytes(6) + b"\xac\x10\1\1" + bytes(6)
ARP_FRAME += b"\xac\x10\1\3"
UDP_FRAME = (
    MACS + b"\x08\0" + b"\x45" + bytes(8) + b"\x11" + bytes(2) + b"\xc0\xa8\1\x0a\xac\x10\1\3"
)


def test_arp_and_ipv4_fields() -> None:
    assert digest(ARP_FRAME) == (2, ARP, MACS[:6], MACS[6:], b"\xac\x10\1\1", b"\xac\x10\1\3")
    assert digest(UDP_FRAME) == (
        17, IPV4, MACS[:6], MACS[6:], b"\xc0\xa8\1\x0a", b"\xac\x10\1\3",
    )  # fmt: skip
    assert digest(MACS + b"\x88\xb5") == (0, 0x88B5, MACS[:6], MACS[6:], bytes(4), bytes(4))
    assert digest(MACS) is None


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_left(data: bytes) -> None:
    fields = digest(data)
    assert fields is None or RECORD.pack(1, 2, *fields)


def pcap(*frames: bytes, magic: int = 0xA1B23C4D, linktype: int = 1) -> bytes:
    data = struct.pack("<IHHiIII", magic, 2, 4, 0, 0, 64, linktype)
    for number, frame in enumerate(frames):
        data += struct.pack("<IIII", 10, number, len(frame), len(frame)) + frame
    return data


@pytest.mark.parametrize(("magic", "unit_ns"), [(0xA1B23C4D, 1), (0xA1B2C3D4, 1000)])
def test_pcap_times_become_the_benches(magic: int, unit_ns: int) -> None:
    data = pcap(ARP_FRAME, UDP_FRAME, magic=magic)
    first, second = read_pcap(data, Unit.SECONDARY, 1, offset_ns=4_000_000_000)
    assert (first.at_ns, second.at_ns) == (6_000_000_000, 6_000_000_000 + unit_ns)
    assert (second.unit, second.ethernet, second.mac_from) == (Unit.SECONDARY, 1, MACS[6:])


@pytest.mark.parametrize("cut", [1, 15, 16, 30])
def test_a_frame_cut_short_ends_the_file(cut: int) -> None:
    whole = pcap(ARP_FRAME, UDP_FRAME)
    assert len(list(read_pcap(whole[:-cut], Unit.PRIMARY, 0, 0))) == 1


@pytest.mark.parametrize("data", [b"", b"#!/bin/sh\n" + bytes(40), pcap(linktype=113)])
def test_what_is_no_pcap_is_refused(data: bytes) -> None:
    with pytest.raises(BadPcap, match=r"pcap|link type"):
        list(read_pcap(data, Unit.PRIMARY, 0, 0))


def test_a_ring_keeps_the_newest(tmp_path: Path) -> None:
    writer = RingWriter(tmp_path / "ring", RECORD, capacity=10)
    reader = RingReader(tmp_path / "ring", RECORD)
    assert reader.newest() is None
    for number in range(25):
        writer.append(number, 0, 0, 0, bytes(6), bytes(6), bytes(4), bytes(4))
        newest = reader.newest()
        assert newest is not None
        assert Seen._make(newest).at_ns == number
    assert [record[0] for record in reader.since(0)] == list(range(15, 25))
    assert [record[0] for record in reader.since(22)] == [22, 23, 24]
    writer.note(3, 77)
    assert (reader.number(3), reader.written) == (77, 25)
