"""One switchover as captures and the probe saw it, and rows of figures from many. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from controller.bench.perf.figures import Aim, Series
from controller.bench.virtual.evidence import decided_ns
from controller.bench.virtual.forwarding import Forwarding
from controller.bench.virtual.frames import ARP, Seen
from controller.bench.virtual.outage import Outage
from controller.bench.world import Unit

BEFORE_NS = 300_000_000  # as evidence has it: who forwarded in it did so before
_MS = 1e6
# What the rows of a cause are called.
DETECT, SAYS_FAILED, SILENT, BOTH = "detect", "104003", "silent", "both forward"
GAP, LOST = "gap", "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A fault, and the switchover it led to. Milliseconds from the fault; the worse direction."""

    old: Unit  # who was active
    decide_ms: float | None  # to the first frame from an active MAC at the new unit; None: stayed
    let_go_ms: float | None = None  # to the old unit's word that it fails; None: not said
    silent_ms: float | None  # to the last frame the old unit forwarded; 0: it was silent already
    overlap_ms: float | None  # both forwarded for so long
    lost: int  # longest run of lost packets
    gap_ms: float  # longest silence
    control_lost: int
    control_gap_ms: float
    tcp: str


def observed(
    old: Unit,
    forwarding: Forwarding,
    span: tuple[int, int],
    outages: tuple[Outage, Outage],
    tcp: str,
    *,
    moves: bool = True,
    let_go_ns: int | None = None,
) -> Observed | str:
    """Judge one. ``span``: fault and end, ns. ``outages``: with the fault, and the control.

    ``moves``: the mate must take over, else it must not. ``let_go_ns``: when the old unit said that
    it fails. A line saying why if the mate forwarded before the fault, or did not do as it must.
    """
    fault_ns, end_ns = span
    if forwarding.forwarded(old.mate, fault_ns - BEFORE_NS, fault_ns):
        return f"{old.mate} forwarded already before the fault: a false switchover"
    decided = decided_ns(forwarding, fault_ns, end_ns)
    if decided is None and moves:
        return f"{old.mate} was not seen to send a frame from an active MAC"
    if decided is not None and not moves:
        return f"{old.mate} took over {decided / _MS:.1f} ms after a fault that must move nobody"
    last = forwarding.last(old, end_ns)
    both = [min(end, end_ns) - begin for begin, end in forwarding.overlaps() if end >= fault_ns]
    outage, control = outages
    return Observed(
        old=old,
        decide_ms=None if decided is None else decided / _MS,
        let_go_ms=None if let_go_ns is None else max(0, let_go_ns - fault_ns) / _MS,
        silent_ms=max(0, (last or fault_ns) - fault_ns) / _MS if moves else None,
        overlap_ms=max(both, default=0) / _MS if moves else None,
        lost=outage.lost,
        gap_ms=outage.gap_ns / _MS,
        control_lost=control.lost,
        control_gap_ms=control.gap_ns / _MS,
        tcp=tcp,
    )


def remembered(frames: Iterable[Seen]) -> list[Seen]:
    """The ARP frames a later judgement needs: who bound which MAC to which address last.

    A judgement of later frames alone would not know whose the active MACs are.
    """
    last = {
        (frame.unit, frame.ethernet, frame.source, frame.mac_from): frame
        for frame in frames
        if frame.ethertype == ARP
    }
    return sorted(last.values())


def series_of(cause: str, seen: Sequence[Observed], aims: Mapping[str, Aim]) -> list[Series]:
    """The rows of one cause. ``aims``: by what a row is called. What nobody saw has no row."""
    worse = {GAP: _of(seen, "gap_ms"), LOST: _of(seen, "lost")}
    control = {GAP: _of(seen, "control_gap_ms"), LOST: _of(seen, "control_lost")}
    rows = {
        DETECT: _of(seen, "decide_ms"),
        SAYS_FAILED: _of(seen, "let_go_ms"),
        SILENT: _of(seen, "silent_ms"),
        BOTH: _of(seen, "overlap_ms"),
        **worse,
    }
    return [
        Series(
            what=what,
            unit="packets" if what == LOST else "ms",
            values=values,
            control=control.get(what, ()),
            aim=aims.get(what),
            cause=cause,
        )
        for what, values in rows.items()
        if values or what in aims
    ]


def _of(seen: Sequence[Observed], name: str) -> tuple[float, ...]:
    values = (getattr(one, name) for one in seen)
    return tuple(float(value) for value in values if value is not None)


def tcp_note(what: str, seen: Sequence[Observed]) -> str:
    """How the TCP conversations took it, counted."""
    words = sorted({one.tcp for one in seen})
    counts = [f"{sum(one.tcp == word for one in seen)} {word}" for word in words]
    return f"TCP conversations, {what}: {', '.join(counts) or 'none'}."
