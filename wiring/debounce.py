"""A contact's bounce, filtered as the Linux GPIO character device does it.

A level counts once it has held for the asked time; what was reported last and what is true now
never differ for longer than that. So the final level is always reported, whatever happened between.
"""

from __future__ import annotations


class Debounce:
    """One input. ``settle_us`` of 0 lets every change through at once."""

    def __init__(self, *, settle_us: int, level: bool) -> None:
        self._settle_us = settle_us
        self.reported = level
        self.due_us: int | None = None  # when ``expire`` wants to be called

    def offer(self, level: bool, now_us: int) -> bool:
        """The input is now this; True: report it at once."""
        self.due_us = None
        if level == self.reported:
            return False
        if self._settle_us:
            self.due_us = now_us + self._settle_us
            return False
        self.reported = level
        return True

    def expire(self, now_us: int) -> bool:
        """Whether the other level has held long enough: ``reported`` is it now, report it."""
        if self.due_us is None or now_us < self.due_us:
            return False
        self.due_us = None
        self.reported = not self.reported
        return True
