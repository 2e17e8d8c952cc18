"""Whether the two units run the same configuration, and what is done if they do not.

Decides from the two digests, as the hellos say them. Two that differ for two polls, while nothing
is on its way to the standby, stay so. The active unit then has its mate take the whole
configuration anew, so that a line lost at a switchover mends itself, but a few times only: what the
standby refuses once it refuses always. A unit that somebody typed at while it was standby is never
mended: whose lines are wanted only a person knows (docs/decisions/0013).
"""

from __future__ import annotations

from dataclasses import dataclass

POLLS = 2  # that digests must differ for
MENDED_MOST = 3  # synchronisations, until the digests are equal or the mate began anew
REFUSED_MOST = 1  # likewise, once the mate has refused a line

THEIRS_EDITED = "the standby unit was changed by hand"
OURS_EDITED = "this unit was changed by hand while it was the standby unit"
NOT_MENDED = "synchronising did not make them the same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What an active unit knows at one moment of a mate that is Standby Ready."""

    equal: bool
    ours_edited: bool
    theirs_edited: bool
    idle: bool  # nothing waits or is under way
    poll_ms: int


@dataclass(slots=True)
class Drift:
    """What was noticed so far. ``why`` is empty while the pair is in sync, or being mended."""

    why: str = ""
    refused: str = ""  # the last line the mate refused
    mended: int = 0
    since_ms: int | None = None

    @property
    def words(self) -> str:
        """Why the pair is out of sync, for a person; empty: it is not, or is being mended."""
        if self.why or not self.refused:
            return self.why
        return f"the standby unit refused {self.refused}"

    def forget(self) -> None:
        """There is no standby any more: what comes is synchronised from the beginning."""
        self.why = self.refused = ""
        self.mended, self.since_ms = 0, None

    def begin_anew(self) -> None:
        """A person asked for a synchronisation: as many may follow as ever."""
        self.why, self.refused = self.words, ""
        self.mended, self.since_ms = 0, None

    def wait(self) -> None:
        """The mate cannot be compared now."""
        self.since_ms = None

    def look(self, seen: Look, now_ms: int) -> bool:
        """Note what is seen; whether the mate is to take the whole configuration anew."""
        if seen.equal:
            self.forget()
            return False
        if not seen.idle:
            self.wait()
            return False
        if self.since_ms is None:
            self.since_ms = now_ms
        if now_ms - self.since_ms < POLLS * seen.poll_ms:
            return False
        self.why = self._why(seen)
        if self.why:
            return False
        self.mended += 1
        self.wait()
        return True

    def due_ms(self, poll_ms: int) -> int | None:
        """When to look again though nothing happened."""
        return None if self.since_ms is None or self.why else self.since_ms + POLLS * poll_ms

    def _why(self, seen: Look) -> str:
        if seen.theirs_edited:
            return THEIRS_EDITED
        if seen.ours_edited:
            return OURS_EDITED
        if self.mended >= (REFUSED_MOST if self.refused else MENDED_MOST):
            return f"the standby unit refused {self.refused}" if self.refused else NOT_MENDED
        return ""
