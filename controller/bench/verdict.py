"""Whether a measured fault stayed within the bounds of its story.

A bound is judged only where the world claims to measure it; where it claims to and did not, the
bound is not held. The bounds of stories are generous: they say "it works", not how fast it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.bench.story import Bounds
from controller.bench.world import Claim, Measurement


@dataclass(frozen=True, slots=True)
class Row:
    """One bound and what was measured. ``held`` is None where the world cannot say."""

    what: str
    bound: int
    measured: float | None
    unit: str
    held: bool | None

    @property
    def text(self) -> str:
        """For a person: "outage 1200 ms, bound 1000 ms"."""
        seen = "was not measured" if self.measured is None else f"{self.measured:g}{self.unit}"
        return f"{self.what} {seen}, bound {self.bound}{self.unit}"


_CLAIMS = {
    "decide": Claim.DECIDE,
    "outage": Claim.OUTAGE,
    "lost": Claim.OUTAGE,
    "overlap": Claim.OVERLAP,
}


def judge(bounds: Bounds, measurement: Measurement, claims: frozenset[Claim]) -> tuple[Row, ...]:
    """A row for every bound the story has, in the order decide, outage, lost, overlap."""
    table = (
        ("decide", bounds.decide_ms, measurement.decide_ms, " ms"),
        ("outage", bounds.outage_ms, measurement.outage_gap_ms, " ms"),
        ("lost", bounds.lost, measurement.outage_lost, " packets"),
        ("overlap", bounds.overlap_ms, measurement.overlap_ms, " ms"),
    )
    return tuple(
        Row(what, bound, measured, unit, _held(bound, measured, _CLAIMS[what] in claims))
        for what, bound, measured, unit in table
        if bound is not None
    )


def _held(bound: int, measured: float | None, claimed: bool) -> bool | None:
    if not claimed:
        return None
    return measured is not None and measured <= bound
