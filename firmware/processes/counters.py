"""How late and how slow the failover process was, kept where anybody can read it.

In <run>/failover-counters.json, written when nothing is due for a while; times in microseconds,
since the start of the process. The garbage collector runs at such moments too, and only then.

A *stall* is a span in which something was due and the loop did not come to it, for half the unit
hold time and more: not much longer, and a mate that hears nothing believes this unit dead. Each is
kept with its begin and end, so that a switchover can be laid beside it.
"""

from __future__ import annotations

import gc
import json
import os
from collections import deque
from collections.abc import Callable
from pathlib import Path

from firmware.processes.clock import now_ns

STEP_SLOW_NS = 2_000_000
BUCKETS_US = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
WRITE_EVERY_NS = 2_000_000_000
COLLECT_EVERY_NS = 10_000_000_000
IDLE_NS = 3_000_000  # what must be free of duties before either is done
PATIENCE = 6  # times its interval; then it is done in any moment
STALLS_KEPT = 64


class Counters:
    """Counted by the loop. ``late`` is of alarms, ``step`` of engine steps with their effects.

    ``more`` gives what others counted, whenever the file is written.
    """

    def __init__(self, path: Path, more: Callable[[], dict[str, object]]) -> None:
        self._path, self._more = path, more
        self._late_worst_ns = self._step_worst_ns = self._collect_worst_ns = 0
        self._steps = self._steps_slow = self._alarms = 0
        self._lateness = [0] * (len(BUCKETS_US) + 1)
        self._stall_ns: int | None = None  # so long is a stall; None: the hold time is not known
        self._stalled = 0
        self._untold = False  # a stall that the file does not know yet
        self._stalls: deque[tuple[int, int]] = deque(maxlen=STALLS_KEPT)
        self._written_ns = self._collected_ns = now_ns()

    def late(self, by_ns: int) -> None:
        """An alarm came that much after its time."""
        self._alarms += 1
        self._late_worst_ns = max(self._late_worst_ns, by_ns)
        by_us = by_ns // 1_000
        bucket = sum(by_us > limit for limit in BUCKETS_US)
        self._lateness[bucket] += 1

    def hold(self, hold_unit_ms: int) -> None:
        """The unit hold time is this from now on."""
        self._stall_ns = hold_unit_ms * 500_000

    def ran(self, due_ns: int, at_ns: int) -> None:
        """The loop came at ``at_ns`` to what was due first, at ``due_ns``; or was early."""
        if self._stall_ns is not None and at_ns - due_ns >= self._stall_ns:
            self._stalled += 1
            self._stalls.append((due_ns, at_ns))
            self._untold = True

    def step(self, took_ns: int) -> None:
        """A step and its effects took that long."""
        self._steps += 1
        self._step_worst_ns = max(self._step_worst_ns, took_ns)
        self._steps_slow += took_ns > STEP_SLOW_NS

    def idle(self, next_due_ns: int) -> None:
        """Use a free moment, if this is one."""
        now = now_ns()
        free = next_due_ns - now >= IDLE_NS
        if self._untold:
            self._write()  # whoever is ended for the next one takes this one along
        elif _is_time(now - self._collected_ns, COLLECT_EVERY_NS, free=free):
            self._collected_ns = now
            gc.collect()
            self._collect_worst_ns = max(self._collect_worst_ns, now_ns() - now)
        elif _is_time(now - self._written_ns, WRITE_EVERY_NS, free=free):
            self._write()

    def as_dict(self) -> dict[str, object]:
        """What the file says."""
        limits = [*(f"<= {limit}" for limit in BUCKETS_US), f"> {BUCKETS_US[-1]}"]
        return {
            "alarms": self._alarms,
            "late_worst_us": self._late_worst_ns // 1_000,
            "late_us": dict(zip(limits, self._lateness, strict=True)),
            "stalled": self._stalled,
            "stalls_ns": [list(stall) for stall in self._stalls],  # the last, monotonic clock
            "steps": self._steps,
            "step_worst_us": self._step_worst_ns // 1_000,
            f"steps_over_{STEP_SLOW_NS // 1_000}_us": self._steps_slow,
            "collect_worst_us": self._collect_worst_ns // 1_000,
            **self._more(),
        }

    def _write(self) -> None:
        self._written_ns, self._untold = now_ns(), False
        written = self._path.with_suffix(".new")
        try:
            written.write_text(json.dumps(self.as_dict()), encoding="ascii")
            os.replace(written, self._path)
        except OSError:  # <run> was emptied under us: the next moment will do
            return


def _is_time(since_ns: int, interval_ns: int, *, free: bool) -> bool:
    return since_ns >= (interval_ns if free else PATIENCE * interval_ns)
