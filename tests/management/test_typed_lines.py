"""What a typed line may become, and what of it others may see."""

from pathlib import Path

import pytest

from firmware.core.management import events as ev
from firmware.core.management.engine import ManagementEngine, cold_boot
from firmware.core.settings import Identity, PhysicalInterface, Platform, UnitFacts

DOCUMENT = Path(__file__).parents[1] / "document"
CABLE = (DOCUMENT / "cable_primary.cfg").read_text(encoding="utf-8")
LAN = (DOCUMENT / "lan_primary.cfg").read_text(encoding="utf-8")
FACTS = UnitFacts(
    chassis="444433330001",
    model="PIX-515E",
    version="7.2(1)",
    platform=Platform.PIX,
    memory_mb=128,
    flash_mb=16,
    licence="UR",
    interfaces=tuple(
        PhysicalInterface(physical=f"Ethernet{n}", burned_in_mac="02:00:00:00:00:01")
        for n in range(4)
    ),
)


class Unit:
    """One management machine that remembers all it asked for."""

    def __init__(self, startup: str | None = None, latched: Identity | None = None) -> None:
        self.engine = ManagementEngine(FACTS, cable=False, boot=7)
        self.said: list[ev.Effect] = []
        for event in cold_boot(startup, latched):
            self.step(event)

    def step(self, event: ev.Event) -> list[ev.Effect]:
        effects = self.engine.step(event, 0, 0)
        self.said += effects
        return effects

    def type(self, line: str, session: int = 1) -> str:
        effects = self.step(ev.CommandEntered(session, line))
        return "".join(effect.text for effect in effects if isinstance(effect, ev.Reply))

    @property
    def seen(self) -> str:
        """All that goes to terminals, consoles and the broker."""
        open_to_all = (ev.Reply, ev.ConsoleText, ev.PublishTopic)
        return "\n".join(str(effect) for effect in self.said if isinstance(effect, open_to_all))


@pytest.mark.parametrize("line", ["shw failover", "no shw", "no", "frobnicate", "  hostnam3 x"])
def test_a_typing_error_in_one_shot_changes_nothing(line: str) -> None:
    unit = Unit("hostname gateway\n")
    assert unit.type(line).startswith(f"ERROR: {line}: ")
    assert unit.engine.running_config == "hostname gateway\n"


@pytest.mark.parametrize(
    "line",
    ["access-list 101 extended permit ip any any", "no snmp-server location", "banner motd hello"],
)
def test_a_configuration_word_is_kept_in_one_shot(line: str) -> None:
    unit = Unit()
    assert unit.type(line) == f"INFO: kept, not acted on: {line}\n"
    assert unit.engine.running_config == line + "\n"


@pytest.mark.parametrize("text", [CABLE, LAN])
def test_every_line_of_the_documents_configurations_can_be_typed_in_one_shot(text: str) -> None:
    unit = Unit()
    answers = [unit.type(line) for line in text.splitlines()]
    assert not [answer for answer in answers if "no such command" in answer]


def test_one_shot_takes_what_stands_indented_under_a_line_it_took() -> None:
    unit = Unit()
    unit.type("policy-map odd")
    assert unit.type(" frobnicate 7") == "INFO: kept, not acted on: frobnicate 7\n"
    assert unit.engine.running_config == "policy-map odd\n frobnicate 7\n"


def test_configure_terminal_keeps_whatever_follows_until_its_end() -> None:
    unit = Unit()
    unit.type("configure terminal")
    assert unit.type("frobnicate 7") == "INFO: kept, not acted on: frobnicate 7\n"
    unit.type("end")
    assert unit.type("frobnicate 8").startswith("ERROR: frobnicate 8: no such command")
    assert unit.engine.running_config == "frobnicate 7\n"


def test_an_interactive_session_keeps_unknown_lines_in_configuration_mode_only() -> None:
    unit = Unit()
    unit.step(ev.SessionOpened(1, ev.SessionKind.CONSOLE))
    assert unit.type("frobnicate 7").startswith("ERROR")
    unit.type("configure terminal")
    unit.type("frobnicate 7")
    assert unit.engine.running_config == "frobnicate 7\n"


@pytest.mark.parametrize("line", ["failover key s3cret", "failover k s3cret"])
def test_the_failover_key_is_kept_and_shown_to_nobody(line: str) -> None:
    unit = Unit()
    unit.type("configure terminal")
    unit.type(line)
    unit.type("show running-config")
    unit.type("show running-config failover")
    unit.type("write memory")
    assert ev.WriteFlash(ev.STARTUP_CONFIG, "failover key s3cret\n") in unit.said
    again = Unit(line + "\n")
    again.type("show logging", session=2)
    again.step(ev.SessionOpened(3, ev.SessionKind.CONSOLE))
    again.type(line, session=3)
    again.type("show running-config", session=3)
    assert "*****" in again.seen
    assert "s3cret" not in unit.seen + again.seen


def test_an_empty_configuration_is_shown_between_its_first_and_last_line() -> None:
    assert Unit().type("show running-config") == "PIX Version 7.2(1)\n: end\n"


def test_the_documents_configuration_is_shown_as_it_is() -> None:
    assert Unit(CABLE).type("show running-config") == CABLE


def test_the_failover_lines_alone() -> None:
    lines = [line for line in CABLE.splitlines() if line.startswith("failover")]
    assert lines[0] == "failover"
    assert Unit(CABLE).type("show running-config failover").splitlines() == lines
    assert Unit().type("show run failover") == "no failover\n"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (
            "unit 15 holdtime 20",
            "holdtime 20 seconds must be at least 3 x the poll time, 15 seconds",
        ),
        (
            "unit msec 500 holdtime 1",
            "holdtime 1 seconds must be at least 3 x the poll time, 500 msec",
        ),
    ],
)
def test_a_refused_hold_time_is_spoken_of_in_the_unit_it_was_typed_in(line: str, why: str) -> None:
    assert Unit().type(f"failover polltime {line}").endswith(f": {why}\n")
