"""How fast schedules are simulated: what decides how much hunting a night allows."""

from __future__ import annotations

import time

from controller.bench.perf.figures import Section, Series
from controller.bench.perf.progress import Progress
from controller.bench.simulated.playing import play

BATCH = 25


def schedules(progress: Progress, section: Section, repetitions: int) -> None:
    """So many batches, one process, one core."""
    section.title = "Simulated schedules"
    section.how = (
        f"`fover explore`: {repetitions} batches of {BATCH} seeds, one process. A schedule "
        "is a pair booted and hurt in a minute or so of its own time, every rule checked after "
        "every step."
    )
    section.tried = repetitions
    progress.expect(repetitions)
    rates: list[float] = []
    try:
        for batch in range(repetitions):
            progress.now(f"schedules: batch {batch + 1} of {repetitions}")
            rates.append(_batch(batch, section))
            progress.done()
    finally:
        section.series.append(
            Series(what="schedules", unit="a second", values=tuple(rates), best="high")
        )


def _batch(batch: int, section: Section) -> float:
    """How many a second."""
    begun = time.perf_counter()
    for seed in range(batch * BATCH + 1, (batch + 1) * BATCH + 1):
        broken = play(seed)
        if broken is not None:
            section.failures.append(f"seed {seed} broke a rule: {'; '.join(broken.why)}")
    return BATCH / (time.perf_counter() - begun)
