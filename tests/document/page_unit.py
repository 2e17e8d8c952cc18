"""The unit of the document's pages: a PIX 515E with six interfaces, not configured yet."""

from __future__ import annotations

from firmware.core.management.running.model import Configuration
from firmware.core.settings import PhysicalInterface, Platform, UnitFacts

FACTS = UnitFacts(
    chassis="444433330001",
    model="PIX-515E",
    version="7.2(1)",
    platform=Platform.PIX,
    memory_mb=128,
    flash_mb=16,
    licence="UR",
    interfaces=tuple(
        PhysicalInterface(physical=f"Ethernet{n}", burned_in_mac=f"02:00:00:00:01:0{n}")
        for n in range(6)
    ),
)


def unit() -> Configuration:
    """One of them."""
    return Configuration(FACTS)
