"""Rows of `show failover history`, as the unit prints them. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from controller.bench.world import Unit

_ROW = re.compile(r"([^\s=].{26})([^\s=].{26})\S")


def transitions(history: str) -> Counter[str]:
    """The rows of `show failover history`, each with its time, as "time: From > To"."""
    rows: Counter[str] = Counter()
    stamp = ""
    for line in history.splitlines():
        found = _ROW.match(line)
        if " UTC " in line:
            stamp = line.strip()
        elif found and stamp:
            rows[f"{stamp}: {found[1].strip()} > {found[2].strip()}"] += 1
    return rows


def became_active(before: Mapping[Unit, Counter[str]], after: Mapping[Unit, Counter[str]]) -> int:
    """How often a unit became Active from one look at the histories to the next."""
    new = [row for unit in after for row in (after[unit] - before[unit]).elements()]
    return sum(row.endswith("> Active") for row in new)
