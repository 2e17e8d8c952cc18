"""The replay window, against a set that remembers everything."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from firmware.core.wire.replay import WIDTH, SequenceWindow


@given(st.lists(st.integers(0, 3000), max_size=200))
def test_a_number_counts_once_and_only_while_it_can_be_told(numbers: list[int]) -> None:
    window = SequenceWindow()
    seen: set[int] = set()
    for number in numbers:
        recent = not seen or number > max(seen) - WIDTH
        assert window.fresh(number) == (number not in seen and recent)
        if recent:
            seen.add(number)


def test_the_last_number_there_is_ends_a_boot() -> None:
    window = SequenceWindow()
    assert window.fresh(5)
    assert window.fresh(0xFFFFFFFF)
    assert not window.fresh(6)
    assert not window.fresh(0xFFFFFFFF)


def test_a_number_far_behind_costs_no_memory() -> None:
    window = SequenceWindow()
    assert window.fresh(0xFFFFFFFF)
    tracemalloc.start()
    try:
        assert not window.fresh(6)
        assert tracemalloc.get_traced_memory()[1] < 10_000
    finally:
        tracemalloc.stop()
