"""Whether the interface a line speaks of is there: said when it is typed, not when it is needed."""

from __future__ import annotations

from firmware.core.management.cli.row import Typed


def unknown(typed: Typed, *names: str) -> str:
    """Which of these no interface is called, in words; empty if all are there. For a ``check``."""
    for name in names:
        if name not in typed.configuration.interface_names:
            return f"{name}: no interface has that name; give it to one with nameif"
    return ""


def named(typed: Typed) -> str:
    """The ``check`` of a line with an ``interface``, which it may leave out."""
    name = typed.arguments.get("interface")
    return "" if typed.negated or name is None else unknown(typed, str(name))
