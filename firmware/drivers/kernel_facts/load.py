"""The machine's memory and processors, from /proc."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

SAMPLE_S = 5.0
_SAMPLES = 62  # five minutes and a little


def memory(meminfo: Path) -> tuple[int, int]:
    """Bytes there are, and bytes a program could have."""
    lines = (line.partition(":") for line in meminfo.read_text().splitlines())
    sizes = {name: int(rest.split()[0]) for name, _, rest in lines if rest}
    return sizes["MemTotal"] * 1024, sizes.get("MemAvailable", sizes["MemFree"]) * 1024


@dataclass(frozen=True, slots=True)
class _Sample:
    at_s: float
    busy: int  # ticks of all processors since boot
    total: int


class CpuLoad:
    """How much of their time the processors worked, over the last seconds and minutes."""

    def __init__(self, stat: Path) -> None:
        self._stat = stat
        self._samples: deque[_Sample] = deque(maxlen=_SAMPLES)
        self.sample()

    def sample(self) -> None:
        """Note how far the counters are; to be called every SAMPLE_S."""
        with suppress(OSError, ValueError, IndexError):
            self._samples.append(self._now())

    def percentages(self) -> tuple[int, int, int]:
        """Over 5, 60 and 300 s; over what is known, where that is less."""
        now = self._now()
        five, sixty, all_of_them = (self._percent(now, span) for span in (5, 60, 300))
        return five, sixty, all_of_them

    def _now(self) -> _Sample:
        ticks = [int(word) for word in self._stat.read_text().splitlines()[0].split()[1:9]]
        idle = ticks[3] + ticks[4]  # idle, and waiting for a disk
        return _Sample(monotonic(), sum(ticks) - idle, sum(ticks))

    def _percent(self, now: _Sample, span_s: int) -> int:
        old = [one for one in self._samples if one.at_s <= now.at_s - span_s]
        since = old[-1] if old else next(iter(self._samples), now)
        ticks = now.total - since.total
        return round(100 * (now.busy - since.busy) / ticks) if ticks else 0
