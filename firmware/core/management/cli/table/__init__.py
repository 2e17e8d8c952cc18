"""Every command, one row each, by family, in the order the running configuration is printed in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from firmware.core.management.cli.matching import Index
from firmware.core.management.cli.row import Mode, Row
from firmware.core.management.cli.table import (
    access,
    failover,
    inspection,
    interfaces,
    ipv6,
    known,
    logging,
    monitoring,
    nat,
    objects,
    orders,
    routes,
    services,
    show,
    system,
    terminal,
    users,
    witness,
)
from firmware.core.management.cli.table.order import ORDER


class Table:
    """All rows, by mode, lines and orders apart; ready to be matched."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(rows)
        self._places = {id(row): (_rank(row), place) for place, row in enumerate(self.rows)}

    @cached_property
    def _lines(self) -> dict[Mode, Index]:
        return {mode: Index(r for r in self.rows if r.kept and r.mode is mode) for mode in Mode}

    @cached_property
    def _orders(self) -> dict[Mode, Index]:
        """USER: what may be typed without enable; EXEC: both, also from every deeper mode."""
        orders = [row for row in self.rows if not row.kept]
        per = {mode: Index(r for r in orders if r.mode is mode) for mode in Mode}
        per[Mode.EXEC] = Index(r for r in orders if r.mode in (Mode.USER, Mode.EXEC))
        return per

    def lines(self, mode: Mode) -> Index:
        """The lines that may be kept in that mode."""
        return self._lines[mode]

    def orders(self, mode: Mode) -> Index:
        """The orders of that mode."""
        return self._orders[mode]

    def place(self, row: Row) -> tuple[int, int]:
        """Where lines of a row are printed, in the order of ORDER and then of the table."""
        return self._places[id(row)]


def _rank(row: Row) -> int:
    """The place of the longest beginning of its name in ORDER; last, if there is none.

    What stands in a section stands there as the table has it.
    """
    if row.mode is not Mode.CONFIG:
        return 0
    words = row.name.split()
    for count in range(len(words), 0, -1):
        start = " ".join(words[:count])
        if start in ORDER:
            return ORDER.index(start)
    return len(ORDER)


_FAMILIES = (
    system,
    users,
    interfaces,
    ipv6,
    objects,
    access,
    terminal,
    logging,
    routes,
    failover,
    monitoring,
    witness,
    nat,
    services,
    inspection,
    known,
    orders,
    show,
)
ROWS: tuple[Row, ...] = tuple(row for family in _FAMILIES for row in family.ROWS)
TABLE = Table(ROWS)
