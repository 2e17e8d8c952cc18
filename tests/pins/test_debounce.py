"""The final level is always reported, and never before it has held."""

from hypothesis import given
from hypothesis import strategies as st

from wiring.debounce import Debounce


def test_without_settling_every_change_passes() -> None:
    debounce = Debounce(settle_us=0, level=False)
    assert [debounce.offer(level, 1) for level in (True, False, True)] == [True, True, True]
    assert debounce.due_us is None


def test_a_spike_is_never_told() -> None:
    debounce = Debounce(settle_us=100, level=False)
    assert not debounce.offer(True, 10)
    assert debounce.due_us == 110
    assert not debounce.offer(False, 109)
    assert debounce.due_us is None
    assert not debounce.expire(1000)
    assert debounce.reported is False


def test_a_level_counts_once_it_has_held() -> None:
    debounce = Debounce(settle_us=100, level=False)
    debounce.offer(True, 10)
    assert not debounce.expire(109)
    assert debounce.expire(110)
    assert debounce.reported is True
    assert not debounce.expire(111)


@given(st.lists(st.integers(1, 300), min_size=1, max_size=40), st.integers(0, 100))
def test_what_is_reported_last_is_what_is_true(gaps: list[int], settle_us: int) -> None:
    debounce = Debounce(settle_us=settle_us, level=False)
    now_us, level = 0, False
    for gap in gaps:
        now_us += gap
        debounce.expire(now_us - 1)
        level = not level
        debounce.offer(level, now_us)
    debounce.expire(now_us + settle_us)
    assert debounce.reported is level
