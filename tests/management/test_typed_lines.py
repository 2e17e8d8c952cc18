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
        for n in range(6)
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
    before = unit.engine.running_config
    assert any(said.startswith("ERROR: % ") for said in unit.type(line).splitlines())
    assert unit.engine.running_config == before


@pytest.mark.parametrize("text", [CABLE, LAN])
def test_every_line_of_the_documents_configurations_can_be_typed_in_one_shot(text: str) -> None:
    unit = Unit()
    frame = ("PIX Version", "Cryptochecksum:", ":", "failover key *****")
    lines = [line for line in text.splitlines() if not line.startswith(frame)]
    answers = {line: unit.type(line) for line in lines}
    assert not {line: said for line, said in answers.items() if "ERROR" in said}


def test_a_line_of_an_outer_mode_leaves_the_inner_one() -> None:
    unit = Unit()
    for line in ("interface Ethernet0", "nameif dmz", "hostname gateway", "description x"):
        unit.type(line)
    assert "hostname gateway\n" in unit.engine.running_config
    assert "description x" not in unit.engine.running_config


@pytest.mark.parametrize("line", ["failover key s3cret", "failover k s3cret"])
def test_the_failover_key_is_kept_and_shown_to_nobody(line: str) -> None:
    unit = Unit()
    unit.type("configure terminal")
    unit.type(line)
    unit.type("show running-config")
    unit.type("show running-config failover")
    unit.type("write memory")
    saved = [one.text for one in unit.said if isinstance(one, ev.WriteFlash)]
    assert "\nfailover key s3cret\n" in saved[-1]
    again = Unit(line + "\n")
    again.type("show logging", session=2)
    again.type(line, session=3)
    again.type("show running-config", session=3)
    assert "*****" in again.seen
    assert "s3cret" not in unit.seen + again.seen


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
    assert Unit().type(f"failover polltime {line}") == f"ERROR: {why}\n"
