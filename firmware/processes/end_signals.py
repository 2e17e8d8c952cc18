"""Signals as something a loop can wait for: the wish to end, and the kernel's word of a hog."""

from __future__ import annotations

import signal
import socket

_ENDING = (signal.SIGTERM, signal.SIGINT)


class EndSignals:
    """Takes SIGTERM, SIGINT and SIGXCPU of this process. To be made in the main thread.

    ``hogs`` counts how often the process took its CPU at real-time priority for longer than
    ``realtime.RTTIME_SOFT_US``; the kernel tells once a second at most.
    """

    def __init__(self) -> None:
        self.hogs = 0
        self._read, self._write = socket.socketpair()
        self._read.setblocking(False)
        self._write.setblocking(False)
        signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        for number in (*_ENDING, signal.SIGXCPU):
            # Without a handler the process would end; the byte on the socket is what tells.
            signal.signal(number, lambda *_: None)

    def fileno(self) -> int:
        """Readable when a signal has come."""
        return self._read.fileno()

    def asked_to_end(self) -> bool:
        """Whether one of the signals since the last call was the wish to end."""
        try:
            numbers = self._read.recv(64)
        except BlockingIOError:
            return False
        self.hogs += numbers.count(signal.SIGXCPU)
        return any(number in numbers for number in _ENDING)

    def close(self) -> None:
        """Leave the signals to whoever wants them."""
        signal.set_wakeup_fd(-1)
        self._read.close()
        self._write.close()
