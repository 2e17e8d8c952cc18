"""A short, repeatable stretch of the fuzzer: it reaches every reason and every body."""

from __future__ import annotations

from collections import Counter
from random import Random

from fuzz import samples, throw

from firmware.core.wire import cobs, formats


def test_a_seeded_stretch_reaches_every_reason_and_body() -> None:
    random, kept, decoder = Random(3), samples(), cobs.Decoder()
    became: Counter[str] = Counter()
    for _ in range(60):
        became += throw(random, kept, decoder)
    bodies = {row.body.__name__ for row in formats.FORMATS}
    assert set(became) == bodies | set(formats.REASONS) | set(cobs.REASONS) | {"off the cable"}
