"""Real-time priority for the bench's own instruments, so that they are not what they measure."""

from __future__ import annotations

import os
import resource

INSTRUMENT = 1  # probes and the capture; below every process of a unit
CABLE = 2  # a wire is late for nobody
_SLICE_US = 50_000


def real_time(level: int) -> bool:
    """Ask for SCHED_FIFO at that level (1 to 99). False where it is not allowed; nothing changes.

    The kernel is told to end the process should it ever hog a CPU: a bench must not take the
    machine with it.
    """
    try:
        resource.setrlimit(resource.RLIMIT_RTTIME, (_SLICE_US * 10, _SLICE_US * 20))
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(level))
    except (PermissionError, ValueError):
        return False
    return True
