"""What a pair shows at its consoles that one unit alone cannot."""

from __future__ import annotations

import re

import pytest
from test_replication_pair import MODES, P, Pair, S

from controller.bench.world import Unit
from firmware.core.management import events as ev
from firmware.core.settings import Mode

CONSOLE = 71


class Consoles(Pair):
    """A settled pair with a privileged console at each unit."""

    def start(self) -> Consoles:
        super().start()
        for unit in Unit:
            self.box(unit).step_management(ev.SessionOpened(CONSOLE, ev.SessionKind.CONSOLE))
            for line in ("enable", "cisco"):
                self.at(unit, line)
        return self

    def at(self, unit: Unit, line: str, ms: int = 200) -> str:
        """Type a line at a console; what came of it on the screen in that time."""
        before = len(self.screen(unit))
        self.box(unit).step_management(ev.CommandEntered(CONSOLE, line))
        self.world.run(ms)
        return self.screen(unit)[before:]

    def screen(self, unit: Unit) -> str:
        return "".join(self.box(unit).answers.get(CONSOLE, []))

    def prompts(self) -> tuple[str, ...]:
        """What each console waits with."""
        return tuple(self.screen(unit).splitlines()[-1] for unit in Unit)


@MODES
def test_the_prompt_says_who_serves_the_moment_it_changes(mode: Mode) -> None:
    pair = Consoles(mode).start()
    pair.type(P, "prompt hostname priority state")
    pair.world.run(2_000)
    assert pair.prompts() == ("pix/pri/act# ", "pix/sec/stby# ")
    pair.type(P, "no failover active")
    pair.world.run(3_000)
    assert pair.prompts() == ("pix/pri/stby# ", "pix/sec/act# ")
    for unit in Unit:
        pair.type(unit, "no failover")
    pair.world.run(2_000)
    assert pair.prompts() == ("pix/pri/stbyNoFailover# ", "pix/sec/actNoFailover# ")


@MODES
def test_statistics_count_from_when_they_were_cleared(mode: Mode) -> None:
    pair = Consoles(mode).start()

    def counts() -> list[int]:
        return [
            int(count)
            for count in re.findall(r"[tr]x:(\d+)", pair.at(P, "show failover statistics"))
        ]

    before = counts()
    assert min(before) > 0
    assert "ERROR" not in pair.at(P, "clear failover statistics")
    after = counts()
    assert len(after) == 2
    assert max(after) < min(before)
    pair.world.run(10_000)
    assert min(counts()) > max(after)


@MODES
def test_the_difference_of_two_configurations_is_shown_on_both(mode: Mode) -> None:
    pair = Consoles(mode).start()
    for unit in Unit:
        assert "are equal" in pair.at(unit, "show failover config-diff", 3_000)
    pair.type(S, "banner motd typed on the standby")
    ours, theirs = (pair.at(unit, "show failover config-diff", 3_000) for unit in (S, P))
    assert "\n- banner motd typed on the standby\n" in ours
    assert "\n+ banner motd typed on the standby\n" in theirs
    assert "NOT equal" in pair.at(P, "show fover")
    assert "The configurations" not in pair.at(P, "show failover")


@MODES
def test_the_standby_is_booted_anew_from_the_active_unit_alone(mode: Mode) -> None:
    pair = Consoles(mode).start()
    assert "is not active" in pair.at(S, "failover reload-standby")
    before = len(pair.history(S))
    assert "ERROR" not in pair.at(P, "failover reload-standby", 60_000)
    assert pair.states() == ("Active", "Standby Ready")
    assert len(pair.history(S)) != before
    assert "Active" not in pair.history(S)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("failover timeout 0:10", "failover timeout 0:10:00"),
        ("failover replication http", "failover replication http"),
    ],
)
def test_lines_of_the_next_issues_are_kept_shown_replicated_and_said_to_wait(
    line: str, kept: str
) -> None:
    pair = Consoles(Mode.LAN).start()
    assert pair.type(P, line) == ""
    pair.world.run(2_000)
    for unit in Unit:
        assert f"{kept}\n" in pair.running(unit)
        assert f"  {kept}\n" in pair.at(unit, "show fover not-enforced")


@MODES
def test_a_command_for_the_mate_has_a_mode_of_its_own_there(mode: Mode) -> None:
    pair = Consoles(mode).start()
    assert "is at config mode" in pair.at(P, "show failover exec standby", 3_000)
    assert "ERROR" not in pair.at(P, "configure terminal")
    pair.at(P, "failover exec standby interface Ethernet1", 3_000)
    shown = pair.at(P, "show failover exec standby", 3_000)
    assert "Standby unit Failover EXEC is at interface sub-command mode" in shown
    assert "Active unit Failover EXEC is at config mode" in pair.at(P, "show failover exec active")
    assert "WARNING" in pair.at(P, "failover exec standby description inside of two", 3_000)
    assert "\n description inside of two\n" in pair.running(S)
    assert "\n description inside of two\n" not in pair.running(P)
