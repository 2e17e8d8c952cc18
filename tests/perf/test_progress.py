"""How far it is, and how long it may still take."""

import pytest

from controller.bench.perf.progress import eta


@pytest.mark.parametrize(
    ("took_s", "done", "steps", "words"),
    [
        (10, 0, 5, ""),
        (10, 0, 0, ""),
        (10, 1, 5, ", 40 s left"),
        (600, 2, 4, ", 10 min left"),
        (10, 5, 5, ", 0 s left"),
        (10, 6, 5, ""),
    ],
)
def test_the_time_left_is_told_from_the_steps_done(
    took_s: float, done: int, steps: int, words: str
) -> None:
    assert eta(took_s, done, steps) == words
