"""`debug fover`: each keyword tells its own, to the session that asked and to no other."""

from __future__ import annotations

import re

import pytest
from test_replication_pair import Pair

from controller.bench.world import (
    Cut,
    Kill,
    Link,
    PowerOff,
    Process,
    Unit,
)
from firmware.core.management import events as ev
from firmware.core.management.cli.table.orders import DEBUG_WORDS
from firmware.core.settings import Mode

P, S = Unit.PRIMARY, Unit.SECONDARY
CONSOLE, OTHER = 61, 62


class Watched:
    """A settled pair, and two consoles at its secondary; the first follows one thing."""

    def __init__(self, mode: Mode, word: str) -> None:
        self.pair = Pair(mode).start()
        for session in (CONSOLE, OTHER):
            self.tell(ev.SessionOpened(session, ev.SessionKind.CONSOLE))
            for line in ("enable", "cisco"):
                self.tell(ev.CommandEntered(session, line))
        self.said: dict[int, int] = {}
        self.type(f"debug fover {word}")

    def tell(self, event: ev.Event) -> None:
        self.pair.box(S).step_management(event)
        self.pair.world.run(10)

    def type(self, line: str) -> str:
        before = len(self.heard(CONSOLE))
        self.tell(ev.CommandEntered(CONSOLE, line))
        return self.heard(CONSOLE)[before:]

    def heard(self, session: int) -> str:
        return "".join(self.pair.box(S).answers.get(session, []))

    def disturb(self) -> None:
        """Something of everything."""
        pair = self.pair
        pair.type(P, "hostname other", "failover exec mate show clock", "write standby")
        pair.world.run(8_000)
        pair.do(Cut(Link.OUTSIDE))
        pair.do(Cut(Link.FAILOVER))
        pair.world.run(20_000)
        self.tell(ev.Fenced("a test"))
        pair.do(PowerOff((P,)))
        pair.world.run(60_000)
        pair.do(Kill(S, Process.FAILOVER))
        pair.world.run(10_000)


MODES = {"cable": Mode.CABLE}


@pytest.mark.parametrize("word", sorted(set(DEBUG_WORDS) - {"verify"}))
def test_every_keyword_tells_its_own_and_to_that_session(word: str) -> None:
    watched = Watched(MODES.get(word, Mode.LAN), word)
    watched.disturb()
    told = re.findall(r"fover_\w+(?=: )", watched.heard(CONSOLE))
    assert set(told) == {f"fover_{word.replace('-', '_')}"}
    assert "fover_" not in watched.heard(OTHER)


def test_undebug_all_ends_it() -> None:
    watched = Watched(Mode.LAN, "")
    assert watched.type("show debug").count("debug fover ") == len(DEBUG_WORDS)
    watched.type("undebug all")
    before = watched.heard(CONSOLE).count("fover_")
    watched.disturb()
    assert watched.heard(CONSOLE).count("fover_") == before
    assert "debug fover" not in watched.type("show debug").replace("show debug", "")
