"""The prompt: what the unit is called, what it is to its mate, and the mode of the session."""

from __future__ import annotations

from firmware.core.management.cli.row import Mode
from firmware.core.management.events import PromptChanged
from firmware.core.management.model import Model
from firmware.core.management.session.session import Session
from firmware.core.settings import Identity


def prompt(model: Model, session: Session) -> str:
    """``pix/pri/act(config-if)# ``; empty for a session that sees none."""
    if not session.interactive:
        return ""
    said = (_word(model, word) for word in model.terminal.prompt)
    head = "/".join(word for word in said if word)
    return f"{head}{_mode(model, session)} "


def refresh(model: Model) -> None:
    """Tell every session that waits for a line, where its prompt reads otherwise now."""
    for session in model.sessions.values():
        if session.waits or session.question is not None or not session.interactive:
            continue
        now = prompt(model, session)
        if now != session.prompt:
            session.prompt = now
            model.out.append(PromptChanged(session.number, now))


def _mode(model: Model, session: Session) -> str:
    if not session.configuring:
        return "#" if session.privileged else ">"
    mode = model.configuration.mode(session.path)
    name = mode.value
    if mode is Mode.INTERFACE and "." in session.path[-1]:
        name = "config-subif"
    return f"({name})#"


def _word(model: Model, word: str) -> str:
    if word == "hostname":
        return model.hostname
    if word == "domain":
        return model.terminal.domain
    if word == "priority":
        return {Identity.PRIMARY: "pri", Identity.SECONDARY: "sec", None: "none"}[model.identity]
    return _state(model) if word == "state" else ""  # context: there is one


def _state(model: Model) -> str:
    """`act` and `stby`; with failover off the product says so behind them."""
    if model.view is None:
        return "none"
    serves = "act" if model.serves else "stby"
    return serves if model.view.enabled else f"{serves}NoFailover"
