"""One thread for the slow work, so that no hello waits for it. Results come back in order."""

from __future__ import annotations

import os
import queue
import threading
from collections import deque
from collections.abc import Callable

from firmware.drivers.netlink.batches import Batches
from firmware.drivers.netlink.messages import Link
from firmware.drivers.netlink.preparation import PreparationError
from firmware.drivers.netlink.sysctl import SettingRefusedError

Made = Batches | list[Link] | None  # what a job returns


class Worker:
    """Runs jobs one after the other. A job that the world refuses answers with the reason.

    A job that fails in any other way is a fault of ours: ``results`` raises it in the loop's
    thread, where the unit dies of it and the mate takes over.
    """

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[tuple[str, Callable[[], Made]] | None] = queue.SimpleQueue()
        self._results: deque[tuple[str, Made | str | Exception]] = deque()
        self._ready = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._thread = threading.Thread(target=self._work, name="data plane", daemon=True)
        self._thread.start()

    def fileno(self) -> int:
        """Readable when there are results."""
        return self._ready

    def start(self, name: str, job: Callable[[], Made]) -> None:
        """Do it after what was asked before."""
        self._jobs.put((name, job))

    def results(self) -> list[tuple[str, Made | str]]:
        """Name of the job, and what it returned, or a string: why it was refused."""
        try:
            os.eventfd_read(self._ready)
        except BlockingIOError:
            return []
        found: list[tuple[str, Made | str]] = []
        while self._results:
            name, result = self._results.popleft()
            if isinstance(result, Exception):
                raise result
            found.append((name, result))
        return found

    def close(self) -> None:
        """Finish what was asked, then end."""
        self._jobs.put(None)
        self._thread.join()
        os.close(self._ready)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            name, run = job
            try:
                result: Made | str | Exception = run()
            except (PreparationError, SettingRefusedError, OSError) as refusal:
                result = str(refusal)
            except Exception as fault:  # carried over, not swallowed
                result = fault
            self._results.append((name, result))
            os.eventfd_write(self._ready, 1)
