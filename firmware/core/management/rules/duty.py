"""When packet rules are loaded: soon after the configuration changed, and only if they did.

The owner calls ``watch`` after every step, ``due_ms`` for its timer, ``take`` when that has come,
and ``loaded`` with the answer. Lines that come together are one load. Until ``ready`` no settings
go to the failover process: a unit that serves before its rules are in force would let everything
pass. A set the kernel refuses does not hold a unit back for ever; the one before it is in force,
or nothing passes.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware.core.management.events import LoadRules, RulesLoaded
from firmware.core.management.rules import nft
from firmware.core.management.rules.ruleset import RuleSet

SETTLE_MS = 50


@dataclass(slots=True)
class Duty:
    """What the kernel was asked for. ``error``: why the last set was refused, or None."""

    number: int = 0
    asked: RuleSet | None = None
    generation: int = -1  # of the configuration last looked at
    due_ms: int | None = None
    ready: bool = False
    error: str | None = None


def watch(duty: Duty, generation: int, now_ms: int) -> None:
    """The configuration is at that generation now. The first rules are due at once."""
    if generation != duty.generation and duty.due_ms is None:
        duty.due_ms = now_ms if duty.asked is None else now_ms + SETTLE_MS


def take(duty: Duty, generation: int, rules: RuleSet) -> LoadRules | None:
    """What to load, when that is due; None: these rules were asked for already."""
    duty.generation, duty.due_ms = generation, None
    if rules == duty.asked:
        return None
    duty.number += 1
    duty.asked = rules
    return LoadRules(duty.number, nft.script(rules), nft.settings(rules))


def loaded(duty: Duty, event: RulesLoaded) -> None:
    """The answer. One that a newer load has overtaken still says that rules are in force."""
    duty.ready = True
    duty.error = event.error
    if event.error is not None:
        duty.asked = None if event.number == duty.number else duty.asked
