"""The meaning of a running configuration on its way from lines to typed facts.

Rows' ``read`` fill a draft line by line, in the order of the table; settings.py, the rules and the
session draw from it what concerns them. One part per family, so that families do not meet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address

from firmware.core.settings import Platform


@dataclass(slots=True)
class SystemDraft:
    """hostname, names, prompt and their kin."""

    hostname: str = ""
    domain: str = ""
    names: dict[str, IPv4Address] = field(default_factory=dict)


@dataclass(slots=True)
class Draft:
    """All parts. ``physicals`` are the names of unit.toml."""

    physicals: tuple[str, ...]
    platform: Platform
    system: SystemDraft = field(default_factory=SystemDraft)
