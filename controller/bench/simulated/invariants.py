"""What must never be seen from outside a pair, judged at every change of who forwards.

A forwarder is a unit that can emit a frame from an active MAC: powered, a data NIC up, holding the
active addresses. Two at once are allowed for 50 ms in a planned switchover and not at all while the
two can hear each other. The sentences are those of docs/behaviour.md, FW-1 to FW-5 and FW-8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from controller.bench.faults import Drawn
from controller.bench.player import at_rest
from controller.bench.simulated.clock import Schedule
from controller.bench.simulated.unit import SimulatedUnit
from controller.bench.world import Unit
from firmware.core.settings import Mode, Settings

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
        self._watchers: list[Callable[[], None]] = []

    @property
    def now(self) -> tuple[Unit, ...]:
        """Who forwards."""
        return self._now

    def watch(self, tell: Callable[[], None]) -> None:
        """Have that told of every change."""
        self._watchers.append(tell)

    def look(self) -> None:
        """Something changed: note who forwards from now on."""
        now = tuple(unit for unit, box in self._units.items() if box.forwards)
        if now == self._now:
            return
        if self._schedule.now_us > self._since_us:
            self._spans.append(Span(self._since_us, self._schedule.now_us, self._now))
        self._since_us, self._now = self._schedule.now_us, now
        for tell in self._watchers:
            tell()

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
    """The rules of a hunt, over a whole schedule."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._single: Drawn | None = None
        self._fault_us = self._hold_ms = 0
        self.active: tuple[Unit, ...] = ()  # when the measured fault came
        self._both_since_us: int | None = None  # two forwarders that hear each other
        self._both_worst_us = 0
        pair.judge.watch(self._look)

    def fault(self, drawn: Drawn | None) -> None:
        """The measured fault comes now; it will be the only one."""
        self._single, self._fault_us = drawn, self._pair.schedule.now_us
        self.active = self._pair.judge.now
        self._hold_ms = max((settings.hold_unit_ms for settings in self._settings()), default=0)

    def _look(self) -> None:
        """Who forwards has changed. While both do, look again and again whether they hear."""
        if len(self._pair.judge.now) == 2 and self._both_since_us is None:
            self._sample()

    def _sample(self) -> None:
        pair, now_us = self._pair, self._pair.schedule.now_us
        if len(pair.judge.now) < 2:
            self._both_since_us = None
            return
        hear = all(pair.hears(unit) for unit in Unit) and self._a_pair
        if self._both_since_us is None or not hear:
            self._both_since_us = now_us
        too_long_us = now_us - self._both_since_us - self._patience_ms() * 1000
        self._both_worst_us = max(self._both_worst_us, too_long_us)
        pair.schedule.after(SAMPLE_US, self._sample)

    def _patience_ms(self) -> int:
        """Two units that hear each other may need this long to notice that both are active."""
        polls = [max(s.poll_unit_ms, s.poll_interface_ms) for s in self._settings()]
        return 2 * max(polls, default=0) + SLACK_MS

    def _settings(self) -> list[Settings]:
        boxes = self._pair.units.values()
        return [b.engine.unit.settings for b in boxes if b.engine is not None and b.engine.started]

    @property
    def _a_pair(self) -> bool:
        """Whether both units are told to be one: on, by the same link, with the same key."""
        settings = self._settings()
        if len(settings) < 2 or not all(one.enabled for one in settings):
            return False
        if settings[0].mode is Mode.LAN and settings[0].lan_identity is settings[1].lan_identity:
            return False
        links = [
            (one.mode, one.key, one.failover_link and one.failover_link.physical)
            for one in settings
        ]
        return links[0] == links[1]

    def broken(self, *, willing: bool = False) -> list[str]:
        """What was broken, in words, each with its clause; empty if nothing was.

        ``willing``: two units that are not told to be a pair need not come to rest as one.
        """
        why = [] if self._single is None else self._broken_by(self._single)
        if self._both_worst_us > 0:
            too_long_ms = self._both_worst_us // 1000
            why.append(f"FW-2: both forward and hear each other {too_long_ms} ms too long")
        return why + (self._restless() if self._a_pair or not willing else [])

    def _broken_by(self, single: Drawn) -> list[str]:
        return [*self._pair.judge.violations(), *self._nobody(), *self._moved(single)]

    def _nobody(self) -> list[str]:
        """FW-4: a single fault leaves nobody forwarding no longer than its bound."""
        return [
            f"FW-4: nobody forwards for {us / 1e6:.3f} s"
            for span in self._since_fault()
            if not span.units
            and (us := span.end_us - max(span.begin_us, self._fault_us))
            > (self._hold_ms + SLACK_MS) * 1000
        ]

    def _moved(self, single: Drawn) -> list[str]:
        """FW-8: service moves because of a fault that may move it, once, and never back."""
        if len(self.active) != 1:
            return []
        alone = [span.units for span in self._since_fault() if len(span.units) == 1]
        turns = sum(a != b for a, b in pairwise([self.active, *alone]))
        allowed = int(single.may_move(self.active[0]))
        if turns <= allowed:
            return []
        return [f"FW-8: service moved {turns} times, {allowed} allowed for: {single.fault.what}"]

    def _since_fault(self) -> list[Span]:
        return [span for span in self._pair.judge.spans if span.end_us > self._fault_us]

    def _restless(self) -> list[str]:
        """FW-5: faults have stopped and everything is mended: one active, one Standby Ready."""
        states = [box.state for box in self._pair.units.values()]
        if at_rest(states):
            return []
        return [f"FW-5: the units have come to rest as {' and '.join(sorted(states))}"]
