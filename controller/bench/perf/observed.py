"""One switchover as captures and the probe saw it, and rows of figures from many. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from controller.bench.perf.figures import Aim, Series
from controller.bench.virtual.evidence import decided_ns
from controller.bench.virtual.forwarding import Forwarding
from controller.bench.virtual.frames import ARP, Seen
from controller.bench.virtual.outage import Outage
from controller.bench.world import Unit

BEFORE_NS = 300_000_000  # as evidence has it: who forwarded in it did so before
_MS = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A switchover. Times in milliseconds from the fault; outages the worse direction."""

    old: Unit  # who was active
    decide_ms: float  # to the first frame from an active MAC at the new unit
    silent_ms: float  # to the last frame the old unit forwarded; 0: it was silent already
    overlap_ms: float  # both forwarded for so long
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
) -> Observed | str:
    """Judge one. ``span``: fault and end, ns. ``outages``: with the fault, and the control.

    A line saying why if the new unit forwarded before the fault, or never spoke after it.
    """
    fault_ns, end_ns = span
    if forwarding.forwarded(old.mate, fault_ns - BEFORE_NS, fault_ns):
        return f"{old.mate} forwarded already before the fault: a false switchover"
    decided = decided_ns(forwarding, fault_ns, end_ns)
    if decided is None:
        return f"{old.mate} was not seen to send a frame from an active MAC"
    last = forwarding.last(old, end_ns)
    both = [min(end, end_ns) - begin for begin, end in forwarding.overlaps() if end >= fault_ns]
    outage, control = outages
    return Observed(
        old=old,
        decide_ms=decided / _MS,
        silent_ms=max(0, (last or fault_ns) - fault_ns) / _MS,
        overlap_ms=max(both, default=0) / _MS,
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


def gap_series(what: str, seen: Sequence[Observed], aim: Aim | None = None) -> Series:
    """The longest silences at a receiver, beside those without a fault."""
    return Series(
        what=what,
        unit="ms",
        values=tuple(one.gap_ms for one in seen),
        control=tuple(one.control_gap_ms for one in seen),
        aim=aim,
    )


def lost_series(what: str, seen: Sequence[Observed], aim: Aim | None = None) -> Series:
    """The longest runs of lost packets, one a millisecond being sent each way."""
    return Series(
        what=what,
        unit="packets",
        values=tuple(float(one.lost) for one in seen),
        control=tuple(float(one.control_lost) for one in seen),
        aim=aim,
    )


def decide_series(what: str, seen: Sequence[Observed], aim: Aim | None = None) -> Series:
    """From the fault to the new unit's first frame from an active MAC."""
    return Series(what=what, unit="ms", values=tuple(one.decide_ms for one in seen), aim=aim)


def silent_series(what: str, seen: Sequence[Observed]) -> Series:
    """From the fault to the old unit's last forwarded frame."""
    return Series(what=what, unit="ms", values=tuple(one.silent_ms for one in seen))


def overlap_series(what: str, seen: Sequence[Observed], aim: Aim) -> Series:
    """For how long both units forwarded."""
    return Series(what=what, unit="ms", values=tuple(one.overlap_ms for one in seen), aim=aim)


def tcp_note(what: str, seen: Sequence[Observed]) -> str:
    """How the TCP conversations took it, counted."""
    words = sorted({one.tcp for one in seen})
    counts = [f"{sum(one.tcp == word for one in seen)} {word}" for word in words]
    return f"TCP conversations, {what}: {', '.join(counts) or 'none'}."
