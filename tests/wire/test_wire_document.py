"""docs/wire.md says what the code does."""

from __future__ import annotations

import struct
from pathlib import Path

from wire_samples import hello, segment

from firmware.core.wire import cobs, formats, frames
from firmware.core.wire.channel import CABLE_RATE, LAN_RATE
from firmware.core.wire.link import HELLO_ETHERTYPE
from firmware.drivers.lan_link import PORT
from firmware.drivers.raw_ethernet import GROUP

TEXT = (Path(__file__).parents[2] / "docs/wire.md").read_text()
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in TEXT.splitlines()
    if line.startswith("|")
]


def test_the_frame_and_every_body_stand_in_its_tables() -> None:
    wanted = [(name, code, str(struct.calcsize(">" + code))) for name, code in formats.HEADER]
    wanted += [(name, code, "4") for name, code in formats.TRAILER]
    assert [row[:3] for row in ROWS if len(row) == 4 and row[1] in tuple("BHIQ")] == wanted
    bodies = [
        (str(row.number), row.body.__name__, name, code, str(struct.calcsize(">" + code)))
        for row in formats.FORMATS
        for name, code in row.fields
    ]
    assert [row for row in ROWS if len(row) == 5 and row[0].isdigit()] == bodies
    flags = ", ".join(formats.HELLO_FLAGS)
    assert flags in TEXT.replace("\n  ", " ")


def test_the_reasons_are_all_there_and_no_others() -> None:
    reasons = tuple(row[0] for row in ROWS if len(row) == 1)
    assert reasons == ("reason", "---", *formats.REASONS, *cobs.REASONS)


def test_sizes_and_addresses_are_the_ones_in_use() -> None:
    assert f"hello {len(cobs.encode(frames.encode(hello())))} bytes" in TEXT
    assert f"Segment {len(cobs.encode(frames.encode(segment(1, 200))))} |" in TEXT
    assert f"Segment {len(frames.encode(segment(1, 1200))):,} |" in TEXT
    assert f"port {PORT}," in TEXT
    assert f"0x{HELLO_ETHERTYPE:X}, to {GROUP.hex(':')}" in TEXT


def test_the_rates_are_the_ones_in_use() -> None:
    rates = [row[1:] for row in ROWS if len(row) == 3][2:]
    fields: tuple[str, ...] = ("segment_bytes", "window", "burst")
    fields += ("retransmit_ms", "retransmit_most_ms", "ack_every", "ack_delay_ms")
    assert rates == [
        (f"{getattr(CABLE_RATE, name):,}", f"{getattr(LAN_RATE, name):,}") for name in fields
    ]
