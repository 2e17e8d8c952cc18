"""Which process of the machine is which process of a unit, and what it costs: from /proc alone.

A unit's processes are forks of one another, so their names do not tell; the sockets they listen on
do, as docs/processes.md has them.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from controller.bench.world import WorldError

LISTENS = {"supervisor": "supervisor", "failover": "failover", "management": "terminal"}
NURSERY = "nursery"
_ACCEPTS = 0x10000  # __SO_ACCEPTCON, as /proc/net/unix prints flags
_CPUCLOCK_SCHED = 2


def processes_of(folder: Path) -> dict[str, int]:
    """Process ids of the unit in that folder, by their names in docs/processes.md.

    One that does not run is left out. Raises WorldError if not even the supervisor runs.
    """
    supervisor = _supervisor(folder / "unit.toml")
    if supervisor is None:
        raise WorldError(f"no supervisor runs for {folder / 'unit.toml'}")
    children = _children(supervisor)
    found = {"supervisor": supervisor}
    for name in ("failover", "management"):
        inode = listener(
            Path(f"/proc/{supervisor}/net/unix").read_text(), folder / "run" / LISTENS[name]
        )
        for pid in children:
            if inode and f"socket:[{inode}]" in _open_files(pid):
                found[name] = pid
    for pid in children:
        if pid not in found.values() and NURSERY in _words(pid):
            found[NURSERY] = pid
    return found


def cpu_ns(pid: int) -> int:
    """CPU time all threads of that process have used. Raises OSError if there is none."""
    # The process's own CPU clock; glibc's clock_getcpuclockid makes the same number.
    return time.clock_gettime_ns((~pid << 3) | _CPUCLOCK_SCHED)


def memory_kb(pid: int) -> tuple[int, int]:
    """Proportional and private memory (PSS, USS) in KiB. Raises OSError if it has ended."""
    return parse_rollup(Path(f"/proc/{pid}/smaps_rollup").read_text())


def rss_kb(pid: int) -> int:
    """Resident memory in KiB, pages shared with others included. Raises OSError if it has ended."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") >> 10


def parse_rollup(text: str) -> tuple[int, int]:
    """PSS and USS in KiB out of /proc/<pid>/smaps_rollup."""
    fields = {}
    for line in text.splitlines():
        key, _, value = line.partition(":")
        words = value.split()
        if len(words) == 2 and words[1] == "kB":
            fields[key] = int(words[0])
    private = fields.get("Private_Clean", 0) + fields.get("Private_Dirty", 0)
    return fields.get("Pss", 0), private


def listener(table: str, path: Path) -> str | None:
    """The inode of the socket that listens at a path, out of /proc/net/unix."""
    for line in table.splitlines()[1:]:
        words = line.split()
        if len(words) >= 8 and words[7] == str(path) and int(words[3], 16) & _ACCEPTS:
            return words[6]
    return None


def _supervisor(config: Path) -> int | None:
    wanted = ["run", "--config", str(config)]
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and _words(int(entry.name))[-3:] == wanted:
            return int(entry.name)
    return None


def _words(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]
    except OSError:  # it ended meanwhile
        return []


def _children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _open_files(pid: int) -> set[str]:
    found = set()
    try:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            found.add(os.readlink(descriptor))
    except OSError:  # it ended, or closed one, while we looked
        pass
    return found
