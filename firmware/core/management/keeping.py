"""Orders about files of flash that both units carry out: `delete` and `rename` travel as lines."""

from __future__ import annotations

import re
from collections import deque

from firmware.core.management.events import EraseFlash, RenameFlash
from firmware.core.management.model import Model

PREFIX = "file."  # of a user's file, in the directory that is flash
_NAME = r"flash:/([A-Za-z0-9_][A-Za-z0-9._-]{0,63})"
_ORDER = re.compile(rf"delete {_NAME}|rename {_NAME} {_NAME}")


def delete_order(name: str) -> str:
    """The line that deletes a file on either unit."""
    return f"delete flash:/{name}"


def rename_order(name: str, to: str) -> str:
    """The line that gives a file another name on either unit."""
    return f"rename flash:/{name} flash:/{to}"


def carries_out(model: Model, line: str, session: int) -> bool:
    """Have it done if that is what the line is; ``session`` hears how it ended."""
    found = _ORDER.fullmatch(line)
    if found is None:
        return False
    deleted, name, to = found.groups()
    file = PREFIX + (deleted or name)
    model.writers.setdefault(file, deque()).append(session)
    model.out.append(EraseFlash(file) if deleted else RenameFlash(file, PREFIX + to))
    return True
