"""``show access-list``: every line with its hit count, and the elements a line stands for."""

from __future__ import annotations

from firmware.core.management.kernel import KernelFacts
from firmware.core.management.rules.hits import listing
from firmware.core.management.rules.ruleset import AccessList


def access_lists(lists: tuple[AccessList, ...], facts: KernelFacts) -> str:
    """``show access-list``: all, or those the caller picked. Counts are ``facts.counters``."""
    return listing(lists, dict(facts.counters)) + "\n"
