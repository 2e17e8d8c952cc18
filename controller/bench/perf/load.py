"""Every core hogged, at plain priority."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from controller.bench.virtual.processes import Processes

_LOOP = "while True: pass"


@contextmanager
def every_core_hogged(processes: Processes) -> Iterator[None]:
    """A busy loop for each core, while the block runs. Raises WorldError."""
    cores = range(os.cpu_count() or 1)
    hogs = [processes.start(f"hog-{core}", [sys.executable, "-c", _LOOP]) for core in cores]
    try:
        yield
    finally:
        for hog in hogs:
            processes.end(hog)
