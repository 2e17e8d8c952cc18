"""A thread for one kind of slow work that answers nothing by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Aside(Generic[_T]):
    """Does the work for one thing after the other."""

    def __init__(self, name: str, work: Callable[[_T], None]) -> None:
        self._work = work
        self._waiting: SimpleQueue[_T | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, what: _T) -> None:
        """After what was put before."""
        self._waiting.put(what)

    def end(self) -> None:
        """Finish what was put, then end."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (what := self._waiting.get()) is not None:
            self._work(what)
