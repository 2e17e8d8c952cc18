"""Units to load configurations into."""

from __future__ import annotations

from pathlib import Path

from firmware.core.management.running.model import Configuration, Entered
from firmware.core.settings import PhysicalInterface, Platform, UnitFacts

DOCUMENT = Path(__file__).parents[1] / "document"
KEY = "failover key *****\n"


def document(name: str) -> str:
    """A page, without the line of the key it does not show."""
    return (DOCUMENT / f"{name}.cfg").read_text(encoding="utf-8").replace(KEY, "")


def facts(
    platform: Platform = Platform.PIX, *, interfaces: int = 6, vlans: bool = False
) -> UnitFacts:
    return UnitFacts(
        chassis="444433330001",
        model="PIX-515E",
        version="7.2(1)",
        platform=platform,
        memory_mb=128,
        flash_mb=16,
        licence="UR",
        interfaces=tuple(
            PhysicalInterface(physical=f"Ethernet{n}", burned_in_mac=f"02:00:00:00:01:0{n}")
            for n in range(interfaces)
        ),
        vlans=vlans,
    )


def unit(platform: Platform = Platform.PIX, *, vlans: bool = False) -> Configuration:
    return Configuration(facts(platform, vlans=vlans))


def loaded(text: str, platform: Platform = Platform.PIX) -> Configuration:
    configuration = unit(platform)
    faults = configuration.load(text)
    assert not faults, faults
    return configuration


def ok(configuration: Configuration, line: str, path: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Type a line that must be taken; where the next one goes."""
    entered = configuration.enter(path, line)
    assert isinstance(entered, Entered), entered
    return entered.path
