"""Packet rules before roles: loaded whenever they change, and before the failover machine is told a
configuration for the first time.

A unit whose rules cannot be loaded says so, tries on, and takes part in nothing before they are: a
unit that forwards without its rules is worse than one that does not forward. A time that the kernel
does not let itself be set is told, and keeps nobody out. What must wait for the
rules in force (the end of a synchronisation) is given to ``when_loaded``.
"""

from __future__ import annotations

from collections.abc import Callable

from firmware.core.failover.events import SettingsChanged
from firmware.core.management import telling
from firmware.core.management.events import LoadRules, RulesLoaded, ToFailover
from firmware.core.management.model import Model
from firmware.core.management.rules import nft
from firmware.core.management.rules.ruleset import RuleSet
from firmware.core.message_ids import MessageId

RETRY_MS = 5_000


def want(model: Model, rules: RuleSet) -> None:
    """These are the rules now."""
    loading = model.loading
    if model.enforces and rules != loading.rules:
        loading.rules = rules
        _load(model)


def loaded(model: Model, event: RulesLoaded) -> None:
    """How it went. What an older number says is of no more interest."""
    loading = model.loading
    if event.number != loading.number:
        return
    if event.error is not None:
        if event.error != loading.told:
            telling.log(model, MessageId.RULES_REFUSED, event.error)
        loading.told = event.error
        loading.retry_due_ms = model.now_ms + RETRY_MS
        return
    first, loading.done, loading.told = loading.done == 0, event.number, ""
    loading.retry_due_ms = None
    if event.unset and event.unset != loading.unset:
        telling.log(model, MessageId.TIMEOUT_REFUSED, event.unset)
    loading.unset = event.unset
    if first:
        tell_settings(model)
    then, loading.then = loading.then, None
    if then is not None:
        then()


def tell_settings(model: Model) -> None:
    """Tell the failover machine the configuration, if it may know it yet."""
    if model.connected and (model.loading.done or not model.enforces):
        model.out.append(ToFailover(SettingsChanged(model.settings)))


def when_loaded(model: Model, then: Callable[[], None] | None) -> None:
    """Go on when the rules in force are the configuration's; what waited before is forgotten."""
    loading = model.loading
    loading.drawn = None
    if then is not None and (not model.enforces or loading.done == loading.number):
        then()
        then = None
    loading.then = then


def due_ms(model: Model) -> int | None:
    """When to try again."""
    return model.loading.retry_due_ms


def time_passed(model: Model) -> None:
    """Try again, if it is time."""
    due = model.loading.retry_due_ms
    if due is not None and model.now_ms >= due:
        _load(model)


def _load(model: Model) -> None:
    loading = model.loading
    assert loading.rules is not None, "nothing is loaded before there are rules"
    loading.number += 1
    loading.retry_due_ms = None
    script, timeouts = nft.script(loading.rules), nft.settings(loading.rules)
    model.out.append(LoadRules(loading.number, script, timeouts))
