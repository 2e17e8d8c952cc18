"""Real-time priority, a CPU of one's own, locked memory: whatever of it the machine allows.

Nothing here may fail a start: on a machine that refuses (an ordinary user, a user namespace) the
process runs without, and says so. Everything is applied *after* the imports: a start under
``RLIMIT_RTTIME`` would be killed by it.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import resource
import signal
import sys
import threading
from dataclasses import dataclass

SUPERVISOR_PRIORITY = 50
FAILOVER_PRIORITY = 40  # under the supervisor, which must see it hang

# CPU time without a rest, in microseconds, that a loop gone wild may take from everybody below it.
# SIGXCPU at the first, which is counted; SIGKILL at the second. The failover process is fenced by
# the supervisor above it long before; a small board may need 30 ms to take a configuration in, and
# must not die of it. Nobody stands above the supervisor, and its death is the unit's: it has no
# such limit, and the kernel's own throttling of real-time work (95 %) keeps the machine usable.
RTTIME_SOFT_US, RTTIME_HARD_US = 20_000, 200_000

_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4
_PR_SET_PDEATHSIG, _PR_SET_TIMERSLACK, _PR_SET_CHILD_SUBREAPER = 1, 29, 36
_SWITCH_INTERVAL_S = 0.0005

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Granted:
    """What the machine allowed, and the words of what it refused."""

    real_time: bool
    refusals: tuple[str, ...] = ()


def take_real_time(priority: int, cpu: int | None) -> Granted:
    """SCHED_FIFO at that priority (1 to 99) on that CPU (None: any), memory locked.

    SIGXCPU must have a handler by now, or it ends the process. Threads and processes started later
    begin at ordinary priority.
    """
    refusals = []
    real_time = True
    try:
        policy = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(0, policy, os.sched_param(priority))
    except OSError as error:
        real_time = False
        refusals.append(f"SCHED_FIFO refused ({error.strerror})")
    if real_time and priority < SUPERVISOR_PRIORITY:
        _limit_rttime()
    if cpu is not None:
        try:
            os.sched_setaffinity(0, {cpu})
        except OSError as error:
            refusals.append(f"CPU {cpu} of [realtime] refused ({error.strerror})")
    if not _lock_memory():
        refusals.append("memory not locked")
    _libc.prctl(_PR_SET_TIMERSLACK, 1, 0, 0, 0)  # else alarms come up to 50 us late
    return Granted(real_time, tuple(refusals))


def give_back_real_time() -> None:
    """Ordinary priority for the end of a process, which is in no hurry and may take its time."""
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def freeze_heap() -> None:
    """Have no later garbage collection look at what the imports made. After the imports."""
    gc.collect()
    gc.freeze()


def quieten_interpreter() -> None:
    """Keep garbage collection and other threads off the hot path. After the imports.

    The loop calls ``gc.collect`` itself when nothing is due. The switch interval bounds how long a
    worker thread keeps the interpreter from the loop.
    """
    freeze_heap()
    gc.disable()
    sys.setswitchinterval(_SWITCH_INTERVAL_S)


def favour_worker_threads() -> None:
    """Let the other threads of this process run before ordinary processes, where allowed.

    One that holds the interpreter while the CPU is taken from it would stop the loop as well.
    """
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and thread.native_id is not None:
            try:
                os.setpriority(os.PRIO_PROCESS, thread.native_id, -20)
            except OSError:  # refused, or the thread has just ended: then it runs as it runs
                return


def run_anywhere() -> None:
    """Undo a pinning that was inherited."""
    try:
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
    except OSError:  # then it stays where it is
        return


def end_with(parent: int, by: signal.Signals) -> bool:
    """Be sent that signal when the parent process dies. False: it is dead already."""
    _libc.prctl(_PR_SET_PDEATHSIG, by, 0, 0, 0)
    return os.getppid() == parent


def adopt_orphans() -> None:
    """Become the parent of any descendant whose own parent ends."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _limit_rttime() -> None:
    try:
        resource.setrlimit(resource.RLIMIT_RTTIME, (RTTIME_SOFT_US, RTTIME_HARD_US))
    except (OSError, ValueError):  # a lower limit was set from outside; then that one holds
        return


def _lock_memory() -> bool:
    """Keep what was touched in memory. Only without a limit: at a limit, allocations would fail."""
    try:
        no_limit = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.setrlimit(resource.RLIMIT_MEMLOCK, no_limit)
    except (OSError, ValueError):
        return False
    locked: int = _libc.mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT)
    return locked == 0
