"""A startup-config that is not whole is worse than none: it is refused, with the reason."""

from pathlib import Path

import pytest

from firmware.core.failover.events import SettingsChanged
from firmware.core.management import events as ev
from firmware.core.management import messages
from firmware.core.management.engine import ManagementEngine, cold_boot
from firmware.core.management.running.load import damage
from firmware.core.management.running.model import Configuration
from firmware.core.message_ids import MessageId
from firmware.core.settings import PhysicalInterface, Platform, UnitFacts

DOCUMENT = Path(__file__).parents[1] / "document"
CABLE = (DOCUMENT / "cable_primary.cfg").read_text(encoding="utf-8")
FACTS = UnitFacts(
    chassis="444433330001",
    model="PIX-515E",
    version="7.2(1)",
    platform=Platform.PIX,
    memory_mb=128,
    flash_mb=16,
    licence="UR",
    interfaces=(PhysicalInterface(physical="Ethernet0", burned_in_mac="00:00:00:00:00:01"),),
)
MIDDLE = "it ends in the middle, without `: end`"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (CABLE, ""),
        (CABLE + "hostname typed-below\n", ""),
        ("", ""),
        ("hostname typed-by-hand\nfailover\n", ""),
        (CABLE[: len(CABLE) // 2], MIDDLE),
        (": Saved\n", MIDDLE),
        ("\0" * 4096, "it holds NUL bytes"),
        (CABLE.replace("hostname", "host\0name"), "it holds NUL bytes"),
    ],
)
def test_damage_is_named(text: str, why: str) -> None:
    assert damage(text) == why


def test_a_unit_with_half_a_configuration_starts_as_an_empty_one() -> None:
    engine = ManagementEngine(FACTS, cable=True, boot=1)
    out: list[ev.Effect] = []
    for event in cold_boot(CABLE[: len(CABLE) // 2], None):
        out += engine.step(event, 1000, 0)
    assert engine.messages[0] == (
        f"%PIX-1-990009: Flash file startup-config cannot be used: {MIDDLE}. "
        "The unit starts without it."
    )
    said = [o.event for o in out if isinstance(o, ev.ToFailover)]
    settings = next(e.settings for e in said if isinstance(e, SettingsChanged))
    assert settings.enabled
    assert not settings.configured
    empty = ManagementEngine(FACTS, cable=True, boot=1)
    for event in cold_boot(None, None):
        empty.step(event, 1000, 0)
    assert engine.running_config == empty.running_config


def test_what_is_saved_and_cut_at_any_line_is_known_not_to_be_whole() -> None:
    configuration = Configuration(FACTS)
    configuration.load(CABLE)
    lines = configuration.saved.splitlines(keepends=True)
    assert len(lines) > 30
    assert damage(configuration.saved) == ""
    for end in range(1, len(lines)):
        assert damage("".join(lines[:end])) == MIDDLE, lines[end - 1]


def test_what_is_saved_is_loaded_as_it_was() -> None:
    configuration, again = Configuration(FACTS), Configuration(FACTS)
    configuration.load(CABLE)
    assert again.load(configuration.saved) == ()
    assert again.saved == configuration.saved


def test_a_message_is_no_longer_than_a_person_reads() -> None:
    arguments = ("1", "x" * 1_000_000)
    said = messages.line(MessageId.LINES_NOT_ACTED_ON, arguments, None, Platform.PIX)
    assert said.endswith("x (cut)")
    assert len(said) < 400
