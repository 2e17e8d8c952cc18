"""The processes the supervisor starts: each with its group, so that none of a family is missed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from pathlib import Path

from firmware.core.failover.fence_events import Process
from firmware.processes.nursery import Nursery, spawn


class Child:
    """One running process. Its group is its own; what it starts is in it."""

    def __init__(
        self, process: Process, config: Path, nursery: Nursery, heartbeat_fd: int | None
    ) -> None:
        """Start it, quickly where the nursery is ready. Raises OSError when the machine cannot."""
        self.process = process
        self.pid = nursery.start(process, heartbeat_fd) or _spawn(process, config, heartbeat_fd)
        self._pidfd = os.pidfd_open(self.pid)

    def fileno(self) -> int:
        """A descriptor that is readable once the process is dead."""
        return self._pidfd

    def freeze(self) -> None:
        """Stop it and all it started, where they stand."""
        self._signal(signal.SIGSTOP)

    def ask_to_end(self) -> None:
        """Let it end in good order. What it started is its own to end."""
        os.kill(self.pid, signal.SIGTERM)  # at worst a zombie: it is not reaped before ``reap``

    def kill(self) -> None:
        """End it and all it started."""
        self._signal(signal.SIGKILL)

    def reap(self) -> str:
        """Wait for its end, which must have been brought about; how it ended, in words."""
        _, status = os.waitpid(self.pid, 0)
        os.close(self._pidfd)
        code = os.waitstatus_to_exitcode(status)
        if code < 0:
            return f"ended by {signal.Signals(-code).name}"
        return f"ended with status {code}"

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:  # all of them are gone
            return


def bury(group: int) -> bool:
    """Reap those of a killed child's group that have ended. Whether some have not yet.

    What it had started, an ``nft`` say, is ours once it is dead itself, and may still be busy in
    the kernel: it is asked for again, never waited for.
    """
    try:
        while os.waitpid(-group, os.WNOHANG) != (0, 0):
            continue
    except ChildProcessError:
        return False
    return True


def end_all(children: Iterable[Child]) -> None:
    """Kill them all before waiting for any."""
    killed = list(children)
    for child in killed:
        child.kill()
    for child in killed:
        child.reap()


def _spawn(process: Process, config: Path, heartbeat_fd: int | None) -> int:
    command = [process.value, "--config", str(config), "--parent", str(os.getpid())]
    if heartbeat_fd is not None:
        os.set_inheritable(heartbeat_fd, True)  # the caller closes it
        command += ["--heartbeat-fd", str(heartbeat_fd)]
    return spawn(command)
