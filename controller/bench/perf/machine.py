"""The machine the numbers come from, in words."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

_CPU_KEYS = ("model name", "Model", "Hardware")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a reader needs to place the numbers."""

    cpu: str
    cores: int
    memory_mb: int
    kernel: str
    python: str
    load: str  # the three load averages when the run began
    root: bool  # of the machine, not of a user namespace only
    real_time: bool

    def lines(self) -> tuple[str, ...]:
        """For the page and the terminal."""
        who = "root" if self.root else "an ordinary user, in a user namespace"
        how = "allowed" if self.real_time else "not allowed: not real-time"
        return (
            f"CPU: {self.cpu}, {self.cores} cores; {self.memory_mb:,} MB of memory",
            f"Kernel: {self.kernel}; Python {self.python}",
            f"Load average at the start: {self.load}",
            f"Run as: {who}; real-time priority {how}",
        )


def this_machine() -> Machine:
    """Look at the machine now; call it before anything is started."""
    return Machine(
        cpu=cpu_model(Path("/proc/cpuinfo").read_text()),
        cores=os.cpu_count() or 1,
        memory_mb=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20,
        kernel=f"{platform.release()} {platform.machine()}",
        python=platform.python_version(),
        load=" ".join(Path("/proc/loadavg").read_text().split()[:3]),
        root=is_root(Path("/proc/self/uid_map").read_text()),
        real_time=may_real_time(),
    )


def cpu_model(cpuinfo: str) -> str:
    """The CPU's name out of /proc/cpuinfo, whose key differs between kinds of machines."""
    found: dict[str, str] = {}
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        found.setdefault(key.strip(), value.strip())
    return next((found[key] for key in _CPU_KEYS if found.get(key)), "unnamed")


def is_root(uid_map: str) -> bool:
    """Whether user 0 here is user 0 of the machine."""
    return os.geteuid() == 0 and uid_map.split()[:2] == ["0", "0"]


def may_real_time() -> bool:
    """Whether a process started here may have real-time priority: tried, and given back."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        return False
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    return True
