"""Orders that take lines away: `clear configure ...`, on the mate too."""

from __future__ import annotations

from firmware.core.management import clearing, mirror, settling
from firmware.core.management.cli.row import Arguments
from firmware.core.management.model import Model
from firmware.core.management.session.answers import WARNING, answer, refuse
from firmware.core.management.session.session import Session


def clear_configure(model: Model, session: Session, arguments: Arguments) -> None:
    """Every line of a family, or those of it that begin so."""
    words = (arguments["family"], *(arguments.get("which") or "").split())
    _clear(model, session, words)


def clear_configure_all(model: Model, session: Session, arguments: Arguments) -> None:
    """Every line."""
    _clear(model, session, ())


def _clear(model: Model, session: Session, words: tuple[str, ...]) -> None:
    was_standby = model.standby
    line = clearing.order(words)
    why = mirror.typing_refused(model, line)
    if why:
        refuse(model, session, why)
        return
    clearing.clears(model.configuration, line)
    mirror.pass_on(model, line)
    settling.settle(model, anew=True)
    settling.modified(model, session.who)
    # A section that went away has nobody in it any more.
    for one in model.sessions.values():
        while one.path and model.configuration.section(one.path) is None:
            one.path = one.path[:-1]
    answer(model, session, WARNING if was_standby else "")
