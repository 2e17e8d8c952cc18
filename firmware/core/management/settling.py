"""After the configuration changed: drawing from it what others must know, once per quiet moment.

A short configuration is drawn at every line. A long one is not: lines pasted by the thousand are
drawn together, 100 ms after the first of them and later the longer it is, and before anybody reads
what was drawn. What was not drawn yet was not kept in <run> either: should management be killed in
that moment, the lines of the last fraction of a second are lost with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from firmware.core.management import loading
from firmware.core.management.events import RUNNING_CONFIG, Keep
from firmware.core.management.model import Model
from firmware.core.management.replicate.state import EDITED_MARK
from firmware.core.management.session import configured, prompts
from firmware.core.management.views import Modified

SHORT = 200  # lines at the top
DELAY_MS = 100
LINES_A_MS = 50  # of a very long one, so that drawing never takes most of the time
# Lines whose effect is looked for at once, whatever the length: first words.
_PROMPT_WORDS = ("hostname", "domain-name", "prompt", "pager", "failover", "enable", "username")


def changed(model: Model, line: str) -> None:
    """This line changed the configuration."""
    size = len(model.configuration.top)
    if size < SHORT or line.removeprefix("no ").startswith(_PROMPT_WORDS):
        settle(model, anew=True)
    elif model.settle_due_ms is None:
        model.settle_due_ms = model.now_ms + max(DELAY_MS, size // LINES_A_MS)


def settle(model: Model, *, anew: bool = False) -> None:
    """Draw now what is owed. ``anew``: also if nothing is."""
    if model.settle_due_ms is None and not anew:
        return
    model.settle_due_ms = None
    configuration, edited = model.configuration, model.mirror.edited
    from_mate = model.mirror.key_from_mate
    model.settings = replace(configuration.settings(), edited=edited, key_from_mate=from_mate)
    model.hostname = configuration.hostname
    model.terminal = configured.terminal(configuration, model.hostname)
    model.logging = configuration.draft().logging
    model.rules = configuration.rules(ssh_port=model.ssh_port or 22)
    loading.want(model, model.rules)
    loading.tell_settings(model)
    model.out.append(Keep(RUNNING_CONFIG, configuration.text + EDITED_MARK * edited))
    prompts.refresh(model)
    if model.loading.drawn is not None:
        loading.when_loaded(model, model.loading.drawn)


def settle_next(model: Model, then: Callable[[], None]) -> None:
    """Draw in the next step, so that what was said in this one leaves before; go on when the rules
    are in the kernel."""
    model.settle_due_ms = model.now_ms
    model.loading.drawn = then


def modified(model: Model, who: str) -> None:
    """Somebody typed a line that changed something."""
    model.modified = Modified(who, model.wall_ms)
