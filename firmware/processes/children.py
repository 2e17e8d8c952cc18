"""The processes the supervisor starts: each with its group, so that none of a family is missed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from firmware.core.failover.fence_events import Process


class Child:
    """One running process. Its group is its own; what it starts is in it."""

    def __init__(self, process: Process, config: Path, pass_fd: int | None) -> None:
        """Start it. Raises OSError when the machine cannot."""
        self.process = process
        command = [sys.executable, "-m", "firmware", process.value, "--config", str(config)]
        command += ["--parent", str(os.getpid())]
        if pass_fd is not None:
            command += ["--heartbeat-fd", str(pass_fd)]
        self._popen = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            pass_fds=() if pass_fd is None else (pass_fd,),
            start_new_session=True,
        )
        self._pidfd = os.pidfd_open(self._popen.pid)

    @property
    def pid(self) -> int:
        """Its process id, and its group's."""
        return self._popen.pid

    def fileno(self) -> int:
        """A descriptor that is readable once the process is dead."""
        return self._pidfd

    def freeze(self) -> None:
        """Stop it and all it started, where they stand."""
        self._signal(signal.SIGSTOP)

    def ask_to_end(self) -> None:
        """Let it end in good order."""
        # To the process alone: what it started is its own to end.
        if self._popen.poll() is None:
            self._popen.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it and all it started."""
        self._signal(signal.SIGKILL)

    def reap(self) -> str:
        """Wait for its end, which must have been brought about; how it ended, in words."""
        code = self._popen.wait()
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1
        if code < 0:
            return f"ended by {signal.Signals(-code).name}"
        return f"ended with status {code}"

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._popen.pid, number)
        except ProcessLookupError:  # all of them are gone
            return


def end_all(children: Iterable[Child]) -> None:
    """Kill them all before waiting for any."""
    killed = list(children)
    for child in killed:
        child.kill()
    for child in killed:
        child.reap()
