"""Messages over MQTT, with the moment their unit said them."""

import json
from datetime import UTC, datetime

from controller.bench.perf.told import Said, first, read
from firmware.core.management.dates import iso_text

TOPIC = "fover/v1/lab/bench/444433330001/event/message"
MS = 1_000_000
WALL_MS = 1_167_113_264_123


def payload(**fields: object) -> bytes:
    return json.dumps({"at": iso_text(WALL_MS), "number": 104003, **fields}).encode()


def test_the_units_moment_is_brought_to_the_benchs_clock() -> None:
    assert datetime.fromtimestamp(WALL_MS / 1000, UTC).year == 2006
    offset_ns = (WALL_MS - 5_000) * MS
    assert read(TOPIC, payload(), offset_ns) == Said("444433330001", 104003, 5_000 * MS)


def test_anything_else_is_no_message() -> None:
    assert read("fover/v1", payload(), 0) is None
    for text in (b"", b"[]", b"3", b"{}", payload(at="yesterday"), payload(number=None)):
        assert read(TOPIC, text, 0) is None


def test_the_first_from_a_moment_on_in_whole_milliseconds() -> None:
    said = [Said("1", 104003, at * MS) for at in (40, 10, 20)]
    said += [Said("2", 104003, 15 * MS), Said("1", 104001, 16 * MS)]
    assert first(said, "1", 104003, 20 * MS + 400_000) == 20 * MS
    assert first(said, "1", 104003, 21 * MS + 1) == 40 * MS
    assert first(said, "2", 104001, 0) is None
