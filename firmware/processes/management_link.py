"""The failover process's end of its talk with management, which may die, hang or be slow.

Nothing here waits for it. What cannot be queued is dropped and counted; what a restarted management
would miss for ever (the history, the log, the identity to latch) is kept for it, within bounds.
"""

from __future__ import annotations

import selectors
from collections import deque
from collections.abc import Callable
from pathlib import Path

from firmware.core.failover.effects import DeliverMessage, LatchIdentity, Log, StateChanged
from firmware.processes import ipc

KEPT_MAX = 256  # messages for a management that is away
PAYLOAD_MAX = ipc.MESSAGE_MAX // 2  # opaque bytes grow by a third on the way


class ManagementLink:
    """Listens on <run>/failover; the newest connection is management's. Raises OSError at once."""

    def __init__(self, path: Path) -> None:
        self.listener = ipc.Listener(path)
        self.connection: ipc.Connection | None = None
        self.dropped = 0
        self._greeted = False
        self._kept: deque[ipc.Message] = deque(maxlen=KEPT_MAX)

    def admit(self, selector: selectors.BaseSelector, hear: Callable[[], None]) -> None:
        """Let the one that knocks take the place of the one before."""
        connection = self.listener.accept()
        if connection is None:
            return
        self._lose(selector)
        self.connection = connection
        selector.register(connection, selectors.EVENT_READ, hear)

    def receive(self) -> list[ipc.Message]:
        """What it says."""
        return [] if self.connection is None else self.connection.receive()

    def greet(self) -> None:
        """It has said its boot facts: say what it missed."""
        self._greeted = True
        while self._kept and self.connection is not None:
            self.connection.send(self._kept.popleft())

    def tell(self, message: ipc.Message) -> None:
        """Say it, keep it, or drop it; never wait."""
        if isinstance(message, DeliverMessage) and len(message.payload) > PAYLOAD_MAX:
            self.dropped += 1  # nobody of ours sends one so large
        elif self.connection is not None and self._greeted:
            self.connection.send(message)
        elif isinstance(message, StateChanged | Log | LatchIdentity):
            self._kept.append(message)
        else:
            self.dropped += 1

    def flush(self, selector: selectors.BaseSelector) -> None:
        """Hand the kernel what it will take by now; notice that it is gone."""
        if self.connection is None:
            return
        if self.connection.pending:
            self.connection.flush()
        if self.connection.closed:
            self._lose(selector)

    def close(self) -> None:
        """Stop listening."""
        self.listener.close()
        if self.connection is not None:
            self.connection.close()

    def _lose(self, selector: selectors.BaseSelector) -> None:
        if self.connection is not None:
            selector.unregister(self.connection)
            self.dropped += self.connection.dropped
            self.connection.close()
        self.connection, self._greeted = None, False
