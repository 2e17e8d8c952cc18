"""What must never be seen from outside a pair, judged at every change of who forwards.

A forwarder is a unit that can emit a frame from an active MAC: powered, a data NIC up, holding the
active addresses. Two at once are allowed for 50 ms in a planned switchover and not at all while the
two can hear each other. The sentences are those of docs/behaviour.md, clauses FW-1 to FW-5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from controller.bench.simulated.clock import Schedule
from controller.bench.simulated.unit import SimulatedUnit
from controller.bench.world import Unit

OVERLAP_MOST_US = 50_000
SAMPLE_US = 100_000
SLACK_MS = 1_500  # beyond the hold time: probing, a fence, a boot's first words


class Pair(Protocol):
    """What the rules look at: two units and whether they can hear each other."""

    schedule: Schedule
    judge: Judge

    @property
    def units(self) -> Mapping[Unit, SimulatedUnit]:
        """Both boxes, by name."""

    def hears(self, unit: Unit) -> bool:
        """Whether anything the mate says can reach that unit."""


@dataclass(frozen=True, slots=True)
class Span:
    """From ``begin_us`` to ``end_us`` these units forwarded."""

    begin_us: int
    end_us: int
    units: tuple[Unit, ...]


class Judge:
    """Keeps who forwarded when."""

    def __init__(self, schedule: Schedule, units: Mapping[Unit, SimulatedUnit]) -> None:
        self._schedule = schedule
        self._units = units
        self._since_us = 0
        self._now: tuple[Unit, ...] = ()
        self._spans: list[Span] = []

    def look(self) -> None:
        """Something changed: note who forwards from now on."""
        now = tuple(unit for unit, box in self._units.items() if box.forwards)
        if now == self._now:
            return
        if self._schedule.now_us > self._since_us:
            self._spans.append(Span(self._since_us, self._schedule.now_us, self._now))
        self._since_us, self._now = self._schedule.now_us, now

    @property
    def spans(self) -> tuple[Span, ...]:
        """Everything up to now."""
        return (*self._spans, Span(self._since_us, self._schedule.now_us, self._now))

    def forwarded_since(self, us: int) -> tuple[Unit, ...]:
        """Who forwarded at any time since then."""
        recent = [span.units for span in self.spans if span.end_us >= us]
        return tuple(unit for unit in Unit if any(unit in units for units in recent))

    def decided_us(self, fault_us: int) -> int | None:
        """From a fault to the first moment a unit forwards that did not at the fault."""
        before = next((s.units for s in self.spans if s.begin_us <= fault_us < s.end_us), None)
        if before is None:
            before = self._now
        for span in self.spans:
            if span.begin_us >= fault_us and set(span.units) - set(before):
                return span.begin_us - fault_us
        return None

    def overlap_us(self, since_us: int = 0) -> int:
        """The longest time both forwarded without a pause."""
        both = [s for s in self.spans if len(s.units) == 2 and s.end_us > since_us]
        return max((s.end_us - max(s.begin_us, since_us) for s in both), default=0)

    def violations(self) -> list[str]:
        """FW-2: more than 50 ms of two forwarders."""
        return [
            f"FW-2: both units forwarded for {(s.end_us - s.begin_us) / 1000:.1f} ms "
            f"from {s.begin_us / 1e6:.3f} s"
            for s in self.spans
            if len(s.units) == 2 and s.end_us - s.begin_us > OVERLAP_MOST_US
        ]


class Rules:
    """The rules of a hunt, over a whole schedule. Samples ten times a second."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._fault_us: int | None = None
        self._hold_ms = 0
        self._both_ms = self._both_worst_ms = 0
        self._sample()

    def fault(self) -> None:
        """The measured fault comes now."""
        self._fault_us = self._pair.schedule.now_us
        holds = [
            box.engine.unit.settings.hold_unit_ms
            for box in self._pair.units.values()
            if box.engine is not None and box.engine.started
        ]
        self._hold_ms = max(holds, default=0)

    def _sample(self) -> None:
        units = self._pair.units
        both = all(box.forwards for box in units.values())
        hear = all(self._pair.hears(unit) for unit in units)
        self._both_ms = self._both_ms + SAMPLE_US // 1000 if both and hear else 0
        self._both_worst_ms = max(self._both_worst_ms, self._both_ms - self._holds_ms())
        self._pair.schedule.after(SAMPLE_US, self._sample)

    def _holds_ms(self) -> int:
        """Two units that hear each other may need this long to notice that both are active."""
        polls = [
            max(box.engine.unit.settings.poll_unit_ms, box.engine.unit.settings.poll_interface_ms)
            for box in self._pair.units.values()
            if box.engine is not None and box.engine.started
        ]
        return 2 * max(polls, default=0) + SLACK_MS

    def broken(self, *, single: bool) -> list[str]:
        """What was broken, in words; empty if nothing was."""
        why = [] if not single else [*self._pair.judge.violations(), *self._nobody()]
        if self._both_worst_ms > 0:
            why.append(f"FW-2: both forward and hear each other {self._both_worst_ms} ms too long")
        return why + (self._not_converged() if not single else [])

    def _nobody(self) -> list[str]:
        """FW-4: a single fault leaves nobody forwarding no longer than its bound."""
        bound_us = (self._hold_ms + SLACK_MS) * 1000
        return [
            f"FW-4: nobody forwards for {(s.end_us - s.begin_us) / 1e6:.3f} s"
            for s in self._pair.judge.spans
            if self._fault_us is not None
            and s.end_us > self._fault_us
            and not s.units
            and s.end_us - max(s.begin_us, self._fault_us) > bound_us
        ]

    def _not_converged(self) -> list[str]:
        """FW-5: faults have stopped and everything is mended: one active, one Standby Ready."""
        states = sorted(box.state for box in self._pair.units.values())
        if states == ["Active", "Standby Ready"]:
            return []
        return [f"FW-5: the units have come to rest as {' and '.join(states)}"]
