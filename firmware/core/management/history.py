"""The rows of ``show failover history`` as they are kept for a management that dies.

One line a row: milliseconds of wall clock, the two states, the reason, with tabs between. Kept in
<run>, so that they outlive every process of the unit and end with its power, as on the document's
product. What cannot be read is left out: history is for people, and changes no role.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from firmware.core.failover.effects import StateChanged
from firmware.core.management.views import HistoryRow
from firmware.core.wire.bodies import UnitState

_STATES = {state.text: state for state in UnitState}


def text(rows: Iterable[HistoryRow]) -> str:
    """All rows, oldest first."""
    return "".join(
        f"{row.wall_ms}\t{row.change.before.text}\t{row.change.after.text}\t{row.change.reason}\n"
        for row in rows
    )


def rows(kept: str) -> Iterator[HistoryRow]:
    """The rows of ``text``. Never raises."""
    for line in kept.splitlines():
        parts = line.split("\t")
        if len(parts) != 4 or not (parts[0].isascii() and parts[0].isdecimal()):
            continue
        before, after = _STATES.get(parts[1]), _STATES.get(parts[2])
        if len(parts[0]) < 16 and before is not None and after is not None:
            yield HistoryRow(int(parts[0]), StateChanged(before, after, parts[3]))
