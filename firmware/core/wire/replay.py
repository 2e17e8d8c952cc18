"""Whether a sequence number was heard before, on a channel where frames may overtake one another.

Decides that only. A recording is worth nothing across boots (the echo sees to that); within one
boot this is what refuses it. Strictly growing numbers would not do: on the cable a hello overtakes
the segments that wait for the line, which were numbered before it.
"""

from __future__ import annotations

WIDTH = 1024  # numbers behind the newest that may still come; the cable holds back 32 frames
_ALL = (1 << WIDTH) - 1


class SequenceWindow:
    """The newest number heard on one channel in one boot of the mate, and which before it."""

    def __init__(self) -> None:
        self.newest = -1
        self._seen = 0  # bit n: newest - n was heard

    def fresh(self, sequence: int) -> bool:
        """Note a number; False if it was noted before or is too old to tell."""
        ahead = sequence - self.newest
        if ahead > 0:
            kept = self._seen << ahead if ahead < WIDTH else 0
            self._seen = (kept | 1) & _ALL
            self.newest = sequence
            return True
        if -ahead >= WIDTH:
            return False  # a failed notice has the last number there is: no bit is so far away
        bit = 1 << -ahead
        if self._seen & bit:
            return False
        self._seen |= bit
        return True
