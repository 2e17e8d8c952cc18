"""What a row of measured values comes to, and whether an aim is met. Pure.

Quantiles are nearest-rank: always a value that was measured, never one in between, so that "p95 of
20" is the nineteenth and "worst" is what really happened. Only the median of an even number of
values is the mean of the middle two.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figures:
    """A row of values in four numbers; all but ``count`` in the values' own unit."""

    count: int
    median: float
    p95: float
    worst: float


@dataclass(frozen=True, slots=True)
class Aim:
    """What we want: that figure, at most so much."""

    figure: Literal["median", "worst"]
    limit: float

    def met(self, figures: Figures) -> bool:
        """Whether those figures meet it."""
        return (figures.median if self.figure == "median" else figures.worst) <= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One thing measured again and again. ``control``: the same, no fault, in the same run.

    ``cause``: of what; rows of causes are shown side by side. Empty: it stands for itself.
    """

    what: str
    unit: str
    values: tuple[float, ...]
    control: tuple[float, ...] = ()
    aim: Aim | None = None
    best: Literal["low", "high"] = "low"  # high: a rate, whose worst is its least
    cause: str = ""

    @property
    def name(self) -> str:
        """Cause, what and unit, as a table's row begins."""
        words = f"{self.cause}: {self.what}" if self.cause else self.what
        return f"{words}, {self.unit}" if self.unit else words

    def figures(self) -> Figures | None:
        """Of the values; None if nothing could be measured."""
        return figures(self.values, self.best)

    def control_figures(self) -> Figures | None:
        """Of the control; None if there is none."""
        return figures(self.control, self.best)

    def met(self) -> bool | None:
        """Whether the aim is met; None without an aim. With nothing measured it is not."""
        if self.aim is None:
            return None
        found = self.figures()
        return found is not None and self.aim.met(found)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose cells are words already."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(slots=True, kw_only=True)
class Section:
    """All that one measurement found. ``how``: a sentence or two saying how it was measured."""

    name: str
    title: str
    how: str
    series: list[Series] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tried: int = 0
    failures: list[str] = field(default_factory=list)  # each repetition that failed, and why


def quantile(values: Iterable[float], share: float) -> float:
    """The nearest-rank quantile. ``share``: above 0, up to 1. At least one value."""
    assert 0 < share <= 1, share
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1]


def figures(values: Sequence[float], best: Literal["low", "high"] = "low") -> Figures | None:
    """Median, p95 and worst; None of no values."""
    if not values:
        return None
    if best == "low":
        return Figures(len(values), median(values), quantile(values, 0.95), max(values))
    turned = [-value for value in values]
    return Figures(len(values), median(values), -quantile(turned, 0.95), min(values))


def number(value: float) -> str:
    """Three digits or so: 0.42, 5.4, 27, 1,200."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) < 10:
        return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 1 else f"{value:.1f}"
    return f"{value:.0f}"
