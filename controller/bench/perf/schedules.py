"""How fast schedules are simulated: what decides how much hunting a night allows."""

from __future__ import annotations

import time

from controller.bench.perf.figures import Section, Series
from controller.bench.perf.progress import Progress
from controller.bench.simulated.playing import play

BATCH = 25


def schedules(progress: Progress, repetitions: int) -> Section:
    """So many batches, one process, one core."""
    section = Section(
        name="schedules",
        title="Simulated schedules",
        how=f"`fover explore`: {repetitions} batches of {BATCH} seeds, one process. A schedule "
        "is a pair booted and hurt in a minute or so of its own time, every rule checked after "
        "every step.",
        tried=repetitions,
    )
    rates = []
    for batch in range(repetitions):
        progress.now(f"schedules: batch {batch + 1} of {repetitions}")
        begun = time.perf_counter()
        for seed in range(batch * BATCH + 1, (batch + 1) * BATCH + 1):
            broken = play(seed)
            if broken is not None:
                section.failures.append(f"seed {seed} broke a rule: {'; '.join(broken.why)}")
        rates.append(BATCH / (time.perf_counter() - begun))
    section.series.append(
        Series(what="schedules", unit="a second", values=tuple(rates), best="high")
    )
    return section
