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
    """One bound and what was measured. ``held`` is None where the world cannot say.

    ``instead`` is what became of the connections where they were not reset, or not kept.
    """

    what: str
    bound: int | None
    measured: float | None
    unit: str
    held: bool | None
    instead: str = ""

    @property
    def text(self) -> str:
        """For a person: "outage 1200 ms, bound 1000 ms"."""
        if self.instead:
            return f"{self.what}: {self.instead}"
        seen = "was not measured" if self.measured is None else f"{self.measured:g}{self.unit}"
        return f"{self.what} {seen}, bound {self.bound}{self.unit}"


_CLAIMS = {
    "decide": Claim.DECIDE,
    "outage": Claim.OUTAGE,
    "lost": Claim.OUTAGE,
    "overlap": Claim.OVERLAP,
}


def judge(bounds: Bounds, measurement: Measurement, claims: frozenset[Claim]) -> tuple[Row, ...]:
    """A row for every bound the story has, in the order decide, outage, lost, overlap, tcp."""
    table = (
        ("decide", bounds.decide_ms, measurement.decide_ms, " ms"),
        ("outage", bounds.outage_ms, measurement.outage_gap_ms, " ms"),
        ("lost", bounds.lost, measurement.outage_lost, " packets"),
        ("overlap", bounds.overlap_ms, measurement.overlap_ms, " ms"),
    )
    rows = [
        Row(what, bound, measured, unit, _held(bound, measured, _CLAIMS[what] in claims))
        for what, bound, measured, unit in table
        if bound is not None
    ]
    return (*rows, *_tcp(bounds, measurement, Claim.TCP in claims))


def _tcp(bounds: Bounds, measurement: Measurement, claimed: bool) -> tuple[Row, ...]:
    """What the story says of TCP: at a takeover connections are reset, else kept."""
    if not bounds.tcp_kept and bounds.tcp_reset_ms is None:
        return ()
    wanted = "kept" if bounds.tcp_kept else "reset"
    bound, measured = bounds.tcp_reset_ms, measurement.tcp_reset_ms
    right = measurement.tcp == wanted
    held = right and (bound is None or _held(bound, measured, claimed))
    instead = "" if right else f"{measurement.tcp or 'not measured'}, wanted {wanted}"
    return (Row(f"tcp {wanted}", bound, measured, " ms", held if claimed else None, instead),)


def _held(bound: int, measured: float | None, claimed: bool) -> bool | None:
    if not claimed:
        return None
    return measured is not None and measured <= bound
