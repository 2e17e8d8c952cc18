"""The last words of a failover process, said for it by the supervisor once it is cut off.

The frames were sealed and the descriptors handed over while the process was well. A descriptor
shares its file with the one the process has, so nothing needs opening at the worst moment.
"""

from __future__ import annotations

import os
import socket

from firmware.processes.ipc import NoticeFrame


class Notices:
    """What to say, and where. Empty until something was handed over."""

    def __init__(self) -> None:
        self._frames: tuple[NoticeFrame, ...] = ()
        self._descriptors: tuple[int, ...] = ()

    def replace(self, frames: tuple[NoticeFrame, ...], descriptors: list[int]) -> bool:
        """Keep these instead; the descriptors are ours now. False: they do not match, none kept."""
        self.clear()
        if len(frames) != len(descriptors):
            _close_all(descriptors)
            return False
        self._frames, self._descriptors = frames, tuple(descriptors)
        return True

    def say(self) -> int:
        """Say all of them, once; how many were taken by their channel."""
        said = 0
        for frame, descriptor in zip(self._frames, self._descriptors, strict=True):
            try:
                _send(frame, descriptor)
                said += 1
            except OSError:  # a channel that is down: that is why there is more than one
                continue
        return said

    def clear(self) -> None:
        """Forget them: the process that sealed them is gone, or sealed others."""
        _close_all(self._descriptors)
        self._frames, self._descriptors = (), ()


def _send(frame: NoticeFrame, descriptor: int) -> None:
    if not frame.host:
        os.write(descriptor, frame.data)
        return
    sender = socket.socket(fileno=descriptor)
    try:
        sender.sendto(frame.data, (frame.host, frame.port))
    finally:
        sender.detach()  # the descriptor stays open, and ours


def _close_all(descriptors: tuple[int, ...] | list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
