"""Real-time priority for the bench's own instruments, so that they are not what they measure."""

from __future__ import annotations

import contextlib
import os
import resource

INSTRUMENT = 1  # probes and the capture; below every process of a unit
CABLE = 2  # a wire is late for nobody
_SLICE_US = 50_000


def calm() -> None:
    """Take real-time priority from everything in this private world, before it is ended.

    A unit's supervisor was once seen to loop in the kernel at its end, SIGKILL pending, starving
    whatever it waited for on its CPU until its priority was taken.
    """
    for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):
        with contextlib.suppress(OSError):  # gone, or not ours
            if os.sched_getscheduler(pid) & ~os.SCHED_RESET_ON_FORK == os.SCHED_FIFO:
                os.sched_setscheduler(pid, os.SCHED_OTHER, os.sched_param(0))


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
