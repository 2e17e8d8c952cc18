"""Terminals: the local socket and SSH, and one session behaviour behind both.

``local`` and ``ssh`` take connections, ``conversation`` is a session, ``sessions`` finds the one
an answer is for; ``line_editing`` and ``pager`` are its pure parts. ``client`` is the far end of
the local socket. See docs/unit.md.
"""

from firmware.drivers.terminal.local import SESSIONS_MAX, Terminals
from firmware.drivers.terminal.sessions import Sessions

__all__ = ["SESSIONS_MAX", "Sessions", "Terminals"]
