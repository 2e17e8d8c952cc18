"""What a fault costs: the causes of a section, each played many times over, as rows of figures."""

from __future__ import annotations

from dataclasses import dataclass, field

from controller.bench.perf.causes import LINES, Cause, Causes
from controller.bench.perf.figures import Section
from controller.bench.perf.observed import Observed, series_of, tcp_note
from controller.bench.perf.pair import NotAtRest, Pair
from controller.bench.perf.progress import Progress
from controller.bench.world import WorldError


def switchovers(
    causes: Causes, pair: Pair, progress: Progress, section: Section, repetitions: int
) -> None:
    """Every cause of a section, so many times each; what is known so far if it is interrupted."""
    section.title, section.how = causes.title, causes.how
    progress.expect(len(causes.causes) * repetitions)
    for cause in causes.causes:
        played = _Played(cause, section)
        try:
            played.repeat(pair, progress, repetitions)
        finally:
            rows = series_of(cause.words, played.seen, cause.aims)
            section.series += [row for row in rows if row.what not in cause.untold]
            section.notes.append(tcp_note(cause.words, played.seen))


@dataclass(slots=True)
class _Played:
    """One cause, played again and again. A repetition that fails is noted, and the pair renewed."""

    cause: Cause
    section: Section
    seen: list[Observed] = field(default_factory=list)

    def repeat(self, pair: Pair, progress: Progress, repetitions: int) -> None:
        cause, section, sound = self.cause, self.section, False
        for number in range(1, repetitions + 1):
            section.tried += 1
            progress.now(f"{cause.words}: {number} of {repetitions}{self._so_far()}")
            try:
                if not sound:
                    pair.boot(cause.boot_set, LINES[cause.boot_set])
                sound, hurt = False, pair.active
                found = pair.fault(cause.deed, window_ms=cause.window_ms, moves=cause.moves)
                self.seen.append(found)
                cause.mend(pair, hurt)
                sound = True
            except (NotAtRest, WorldError) as why:
                section.failures.append(f"{cause.words}, repetition {number}: {why}{pair.doubts()}")
            progress.done()

    def _so_far(self) -> str:
        failed = f", {len(self.section.failures)} failed" if self.section.failures else ""
        return f"{failed}; last gap {self.seen[-1].gap_ms:.1f} ms" if self.seen else failed
