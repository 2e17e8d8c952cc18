"""``failover exec``: a line run on the other unit, or on this one, as a session of its own there.

Decides where a line goes, what may not be sent, and when an answer is not coming any more. Each
session has one counterpart on each unit, so its place among the modes there is its own;
counterparts have negative numbers. The line itself is run by ``run``, which the owner of the
sessions gives, and what it answers is caught on its way out (``caught``). ``finish`` ends the wait
of the asking session.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from firmware.core.management.replicate.messages import (
    ANSWER_DEFLATED_MAX,
    ANSWER_MAX,
    Answer,
    Exec,
    Leave,
    Message,
)

PATIENCE_MS = 10_000
ASKED_MOST = 64  # commands of this unit that wait for the mate
SERVED_MOST = 16  # counterparts of the mate's sessions
WENT_AWAY = "ERROR: the other unit went away before it answered\n"
_CUT = b"\n<--- the rest is not sent --->\n"
# Not over the link: they belong to a terminal, or would never end.
FORBIDDEN = ("changeto", "debug", "undebug", "configure")


class Target(Enum):
    """Whom a line is for."""

    ACTIVE = "active"
    STANDBY = "standby"
    MATE = "mate"


@dataclass(frozen=True, slots=True)
class Asked:
    """A session waits for the mate."""

    session: int
    due_ms: int


@dataclass(slots=True)
class Remote:
    """``run(counterpart, line, configuring)`` runs a line; a ``Reply`` that is done ends it."""

    run: Callable[[int, str, bool], None] | None = None
    finish: Callable[[int, str], None] | None = None
    tickets: int = 0
    asked: dict[int, Asked] = field(default_factory=dict)  # by ticket
    running: dict[int, int] = field(default_factory=dict)  # counterpart -> ticket, -1 for our own
    printed: dict[int, list[str]] = field(default_factory=dict)  # by counterpart
    known: dict[int, None] = field(default_factory=dict)  # sessions of ours the mate knows
    served: dict[int, None] = field(default_factory=dict)  # the mate's, the longest idle first

    def here(self, session: int, line: str, *, configuring: bool) -> str:
        """Run a line of that session on this unit. Empty, or why not; then ``finish`` follows."""
        return self._run(ours(session), -1, line, configuring=configuring)

    def ask(self, session: int, line: str, now_ms: int, *, configuring: bool) -> Exec | str:
        """What to send to the mate; or why not. ``finish`` follows."""
        if len(self.asked) >= ASKED_MOST:
            return f"{ASKED_MOST} commands wait for the other unit already"
        self.tickets = (self.tickets + 1) & 0xFFFFFFFF
        self.asked[self.tickets] = Asked(session, now_ms + PATIENCE_MS)
        self.known[session] = None
        return Exec(self.tickets, session, configuring, line)

    def serve(self, said: Exec) -> Answer | None:
        """The mate asks. An answer at once is a refusal; another follows from ``caught``."""
        counterpart = theirs(said.session)
        why = refusal(said.line)
        if not why:
            self.served.pop(counterpart, None)
            if len(self.served) >= SERVED_MOST:
                del self.served[next(iter(self.served))]
            self.served[counterpart] = None
            why = self._run(counterpart, said.ticket, said.line, configuring=said.configuring)
        return Answer(said.ticket, f"ERROR: {why}\n") if why else None

    def answered(self, said: Answer) -> None:
        """The mate's answer."""
        asked = self.asked.pop(said.ticket, None)
        if asked is not None:
            self._finish(asked.session, said.text)

    def caught(self, counterpart: int, text: str, *, done: bool) -> Message | None:
        """A counterpart printed. The message for the mate, when its command is over."""
        self.printed.setdefault(counterpart, []).append(text)
        if not done or counterpart not in self.running:
            return None
        text, ticket = "".join(self.printed.pop(counterpart)), self.running.pop(counterpart)
        if ticket < 0:
            self._finish(-counterpart // 2 - 1, text)
            return None
        return Answer(ticket, _cut(text))

    def time_passed(self, now_ms: int) -> None:
        """Give up what the mate did not answer."""
        for ticket in [t for t, asked in self.asked.items() if asked.due_ms <= now_ms]:
            why = f"ERROR: the other unit did not answer within {PATIENCE_MS // 1000} s\n"
            self._finish(self.asked.pop(ticket).session, why)

    def due_ms(self) -> int | None:
        """When ``time_passed`` has something to do."""
        return min((asked.due_ms for asked in self.asked.values()), default=None)

    def mate_lost(self) -> None:
        """The mate, or the way to it, began anew: no answer comes."""
        for asked in list(self.asked.values()):
            self._finish(asked.session, WENT_AWAY)
        self.asked.clear()
        for counterpart in [c for c in self.running if c % 2]:
            del self.running[counterpart]
            self.printed.pop(counterpart, None)
        self.served.clear()
        self.known.clear()

    def closed(self, session: int) -> Leave | None:
        """A session ended; what the mate must know of it, if anything."""
        for ticket in [t for t, asked in self.asked.items() if asked.session == session]:
            del self.asked[ticket]
        self.running.pop(ours(session), None)
        self.printed.pop(ours(session), None)
        known = session in self.known
        self.known.pop(session, None)
        return Leave(session) if known else None

    def left(self, session: int) -> None:
        """A session of the mate's ended."""
        self.served.pop(theirs(session), None)
        self.running.pop(theirs(session), None)
        self.printed.pop(theirs(session), None)

    def _run(self, counterpart: int, ticket: int, line: str, *, configuring: bool) -> str:
        if self.run is None:
            return "this unit runs nothing for failover exec"
        if counterpart in self.running:
            return "the command before is not answered yet"
        self.running[counterpart] = ticket
        self.run(counterpart, line, configuring)
        return ""

    def _finish(self, session: int, text: str) -> None:
        assert self.finish is not None, "sessions without an owner"
        self.finish(session, text)


def ours(session: int) -> int:
    """The counterpart of one of this unit's sessions on this unit: even."""
    return -2 * (session + 1)


def theirs(session: int) -> int:
    """The counterpart of one of the mate's: odd."""
    return -2 * (session + 1) - 1


def refusal(line: str) -> str:
    """Why a line may not be run by failover exec, or nothing."""
    words = line.lower().split()
    if not words:
        return "which command? failover exec {active | standby | mate} COMMAND"
    if line.rstrip().endswith("?"):
        return "there is no help for the other unit's commands"
    if len(words[0]) > 2 and any(word.startswith(words[0]) for word in FORBIDDEN):
        return f"{words[0]} is not for failover exec"
    if len(words) > 1 and "failover".startswith(words[0]) and "exec".startswith(words[1]):
        return "failover exec within failover exec"
    return ""


def _cut(text: str) -> str:
    """As much of an answer as one message holds."""
    data, size = text.encode("utf-8", "replace"), ANSWER_MAX
    kept = data[:size]
    while len(zlib.compress(kept)) > ANSWER_DEFLATED_MAX - len(_CUT):
        size //= 2
        kept = data[:size]
    if len(kept) == len(data):
        return text
    return (kept[: size - len(_CUT)] + _CUT).decode("utf-8", "ignore")
