"""Quantiles, aims, and what becomes of nothing."""

import pytest

from controller.bench.perf.figures import Aim, Figures, Series, figures, number, quantile


def test_p95_of_twenty_is_the_nineteenth() -> None:
    assert quantile(range(1, 21), 0.95) == 19
    assert quantile(range(1, 22), 0.95) == 20


def test_quantiles_are_values_that_were_measured() -> None:
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert quantile([7.0], 0.01) == 7.0
    assert quantile([1.0, 2.0], 1) == 2.0


def test_an_even_number_has_its_median_in_the_middle() -> None:
    assert figures([4.0, 1.0, 2.0, 8.0]) == Figures(4, 3.0, 8.0, 8.0)


def test_of_a_rate_the_worst_is_the_least() -> None:
    rates = tuple(float(n) for n in range(1, 21))
    assert figures(rates, "high") == Figures(20, 10.5, 2.0, 1.0)


def test_nothing_has_no_figures_and_meets_no_aim() -> None:
    nothing = Series(what="outage", unit="ms", values=(), aim=Aim("worst", 0))
    assert nothing.figures() is None
    assert nothing.met() is False


@pytest.mark.parametrize(
    ("aim", "met"),
    [(Aim("median", 5), True), (Aim("worst", 5), False), (Aim("worst", 9), True), (None, None)],
)
def test_an_aim_is_of_one_figure(aim: Aim | None, met: bool | None) -> None:
    assert Series(what="outage", unit="ms", values=(4.0, 5.0, 9.0), aim=aim).met() is met


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.25, "0.25"),
        (0.5, "0.5"),
        (0.004, "0"),
        (0.999, "1"),
        (5.04, "5.0"),
        (27.4, "27"),
        (1234.5, "1,234"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text
