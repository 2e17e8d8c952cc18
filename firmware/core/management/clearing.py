"""`clear configure ...`: the one order that changes the configuration, and travels as a line."""

from __future__ import annotations

from firmware.core.management.running.model import Configuration

ALL = "all"
_ORDER = "clear configure "


def order(words: tuple[str, ...]) -> str:
    """The order that takes every line away that begins so; without words, every line."""
    return _ORDER + " ".join(words or (ALL,))


def clears(configuration: Configuration, line: str, *, from_mate: bool = False) -> bool:
    """Carry it out, if that is what the line is. The mate clears no line that is a unit's own."""
    if not line.startswith(_ORDER):
        return False
    words = tuple(line.removeprefix(_ORDER).split())
    if words == (ALL,):
        configuration.clear(from_mate=from_mate)
    else:
        configuration.remove_family(words, from_mate=from_mate)
    return True
