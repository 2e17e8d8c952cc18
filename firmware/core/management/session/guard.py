"""Wrong passwords are answered slowly: each source of them has a time before which it gets nothing.

The right password waits as long as a wrong one would, so that an answer held back tells nothing.
Bounded: the source heard from longest ago is forgotten first.
"""

from __future__ import annotations

from dataclasses import dataclass, field

STEP_MS = 500  # the first wrong one; each further one twice that
WAIT_MAX_MS = 8_000
QUEUE_MAX_MS = 30_000  # many at once from one source wait in a row, no longer than this
FORGOTTEN_MS = 600_000
SOURCES_MAX = 256
CONSOLE = "console"


@dataclass(slots=True)
class _Source:
    failures: int
    until_ms: int


@dataclass(slots=True)
class Guard:
    """Who guessed wrong, and how long he has to wait."""

    _sources: dict[str, _Source] = field(default_factory=dict)

    def wait_ms(self, source: str, now_ms: int, *, right: bool) -> int:
        """A password came from there: how long to hold the answer back, in milliseconds."""
        found = self._sources.pop(source, None)
        if found is None or now_ms - found.until_ms > FORGOTTEN_MS:
            found = _Source(0, now_ms)
        waits_ms = max(0, found.until_ms - now_ms)
        if right:
            return waits_ms
        found.failures += 1
        step_ms = min(STEP_MS << min(found.failures - 1, 10), WAIT_MAX_MS)
        waits_ms = min(waits_ms + step_ms, QUEUE_MAX_MS)
        found.until_ms = now_ms + waits_ms
        if len(self._sources) >= SOURCES_MAX:
            del self._sources[next(iter(self._sources))]
        self._sources[source] = found
        return waits_ms
