"""The clock of the processes, and alarms finer than a millisecond.

``epoll`` rounds a time-out up to a whole millisecond and comes late under load; a timerfd does
neither, and is one more descriptor in the loop. Python has it from 3.13, so libc is asked.
"""

from __future__ import annotations

import ctypes
import os
import time

_CLOCK_MONOTONIC = 1
_TFD_NONBLOCK_CLOEXEC = os.O_NONBLOCK | os.O_CLOEXEC
_TFD_TIMER_ABSTIME = 1
_NS = 1_000_000_000


def now_ns() -> int:
    """Nanoseconds of the machine's monotonic clock."""
    return time.monotonic_ns()


def now_ms() -> int:
    """The core's clock: whole milliseconds of the monotonic clock."""
    return time.monotonic_ns() // 1_000_000


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


_libc = ctypes.CDLL(None, use_errno=True)


class Alarm:
    """One alarm on the monotonic clock. Readable once its moment has come."""

    def __init__(self) -> None:
        self._fd: int = _libc.timerfd_create(_CLOCK_MONOTONIC, _TFD_NONBLOCK_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create refused")
        self._spec = _Itimerspec()
        self._set: int | None = None

    def fileno(self) -> int:
        """The descriptor to wait on."""
        return self._fd

    @property
    def due_ns(self) -> int | None:
        """The moment it is set to; None: not set."""
        return self._set

    def set(self, due_ns: int | None) -> None:
        """Ring at that moment, at once if it is past; None: do not ring. Replaces the last."""
        if due_ns == self._set:
            return
        moment = 0 if due_ns is None else max(due_ns, 1)  # to the kernel, zero means never
        self._spec.value.seconds, self._spec.value.nanoseconds = divmod(moment, _NS)
        spec = ctypes.byref(self._spec)
        if _libc.timerfd_settime(self._fd, _TFD_TIMER_ABSTIME, spec, None) != 0:
            raise OSError(ctypes.get_errno(), "timerfd_settime refused")
        self._set = due_ns

    def rang(self) -> bool:
        """Whether it has rung; it is then not set any more."""
        try:
            os.read(self._fd, 8)
        except BlockingIOError:
            return False
        self._set = None
        return True

    def close(self) -> None:
        """Give the descriptor back."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
