"""What is known of one run of the virtual world, and what it says: measured, judged. Pure.

Moments are CLOCK_MONOTONIC nanoseconds throughout.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from controller.bench.virtual.forwarding import Forwarding
from controller.bench.virtual.outage import Outage
from controller.bench.virtual.tcp_fate import Told, worst
from controller.bench.world import Measurement, Unit

PLANNED_OVERLAP_NS = 50_000_000  # docs/behaviour.md FW-2
_PLANNED_FOR_NS = 5_000_000_000  # an order is carried out, or given up, well within this time
_BEFORE_NS = 300_000_000
_MS = 1e6


@dataclass(slots=True)
class Run:
    """What happened since the world was prepared, as the bench did it."""

    boots: list[tuple[int, Unit]] = field(default_factory=list)
    faults: list[int] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)  # planned switchovers asked for at a console
    flows_ns: int | None = None  # since when traffic got through both ways
    disturbed_ns: int | None = None  # the first thing done after that

    def acted(self, now_ns: int) -> None:
        """Something was done to the pair; the control window ends here."""
        if self.flows_ns is not None and self.disturbed_ns is None:
            self.disturbed_ns = now_ns

    def windows(self, end_ns: int) -> list[tuple[int, int]]:
        """From each fault to the next, or to the end."""
        return list(zip(self.faults, [*self.faults[1:], end_ns], strict=True))


def decided_ns(forwarding: Forwarding, fault_ns: int, end_ns: int) -> int | None:
    """From the fault to the first frame from an active MAC at a unit that did not forward before.

    None if no such unit appeared before ``end_ns``.
    """
    found = []
    for unit in Unit:
        first = forwarding.first_active(unit, fault_ns)
        before = forwarding.forwarded(unit, fault_ns - _BEFORE_NS, fault_ns)
        if first is not None and first <= end_ns and not before:
            found.append(first - fault_ns)
    return min(found, default=None)


def measurement(
    run: Run,
    forwarding: Forwarding,
    end_ns: int,
    outage: Callable[[int, int], Outage] | None,
    connections: Callable[[int, int | None, int], Told] | None,
) -> Measurement:
    """The worst of every fault. ``outage`` and ``connections`` ask the probe; None: no traffic."""
    windows = run.windows(end_ns)
    decided = [decided_ns(forwarding, *window) for window in windows]
    seen = [one for one in decided if one is not None]
    overlaps = [end - begin for begin, end in forwarding.overlaps()]
    lost = control = None
    if outage is not None and windows and run.flows_ns is not None:
        spans = [outage(*window) for window in windows]
        lost = spans[0]
        for span in spans[1:]:
            lost = lost.worse(span)
        control = outage(run.flows_ns, run.disturbed_ns or windows[0][0])
    tcp = None
    if connections is not None:
        # Long after a takeover its resets still come, when a host's timer does: a fault without one
        # is judged only in a run without any.
        tcp = worst(
            connections(fault_ns, None if after_ns is None else fault_ns + after_ns, last_ns)
            for (fault_ns, last_ns), after_ns in zip(windows, decided, strict=True)
            if after_ns is not None or not seen
        )
    return Measurement(
        decide_ms=max(seen) / _MS if seen else None,
        outage_lost=lost.lost if lost else None,
        outage_gap_ms=lost.gap_ns / _MS if lost else None,
        control_lost=control.lost if control else None,
        control_gap_ms=control.gap_ns / _MS if control else None,
        tcp=tcp.word if tcp else None,
        tcp_reset_ms=None if tcp is None or tcp.reset_ns is None else tcp.reset_ns / _MS,
        overlap_ms=max(overlaps, default=0) / _MS,
    )


def violations(run: Run, forwarding: Forwarding) -> list[str]:
    """Where both units forwarded for longer than allowed: 50 ms when planned, else not at all."""
    found = []
    for begin, end in forwarding.overlaps():
        planned = any(order <= begin <= order + _PLANNED_FOR_NS for order in run.orders)
        allowed = PLANNED_OVERLAP_NS if planned else 0
        if end - begin > allowed or (end == begin and not planned):
            bound = "FW-2 allows 50 ms" if planned else "FW-1: the old active is silent first"
            found.append(f"both units forwarded for {(end - begin) / _MS:.3f} ms; {bound}")
    return found
