"""Where a search begins: a pair at rest, one that changes, one that is broken. Made once each."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from controller.bench.exhaustive.model import (
    A,
    Action,
    B,
    Budget,
    Does,
    State,
    actions,
    after,
    kept,
    next_ms,
    scratch,
)
from firmware.core.settings import Mode

NO_BUDGET = Budget(losses=0, faults=0, orders=0)
SETTLED_MS = 5_000  # both hear each other everywhere, and no frame is on its way


def fair(state: State) -> State:
    """What usually happens next: frames arrive, then whoever is due first."""
    usual = (Does.ARRIVES, Does.TIMER, Does.SYNCED)
    possible = list(actions(state))
    for action in possible:
        if action.does in usual:
            return after(state, action)
    ticks = [action for action in possible if action.does is Does.TIME]
    assert ticks, "nothing is due, ever"
    return after(state, min(ticks, key=lambda action: next_ms(state, action.unit) or 0))


def until(state: State, there: Callable[[State], bool], most: int = 5_000) -> State:
    """Let it go on as it usually does until then."""
    state = scratch(state)
    for _ in range(most):
        if there(state):
            return kept(state)
        state = fair(state)
    raise AssertionError(f"never there: {state.state(A)}, {state.state(B)}")


def _booted(mode: Mode) -> State:
    state = State(mode, NO_BUDGET)
    for unit in (A, B):
        state = after(state, Action(Does.BOOTS, unit))
    return state


@cache
def _settled(mode: Mode) -> State:
    def there(state: State) -> bool:
        return state.now_ms >= SETTLED_MS and not state.flying

    return until(_booted(mode), there)


def _switching(mode: Mode) -> State:
    return after(_settled(mode), Action(Does.TOLD_STANDBY, A))


def _link_failed() -> State:
    def there(state: State) -> bool:
        return all(e is not None and e.unit.link.failed for e in state.engines)

    return until(after(_settled(Mode.LAN), Action(Does.CUT)), there)


def _alone() -> State:
    """B is dead, and A has noticed."""

    def there(state: State) -> bool:
        engine = state.engines[A]
        return engine is not None and engine.unit.mate.lost

    return until(after(_settled(Mode.LAN), Action(Does.CRASHES, B)), there)


def _synchronising(mode: Mode) -> State:
    return until(_booted(mode), lambda state: state.syncing is not None)


START: dict[str, Callable[[], State]] = {
    "a settled pair, LAN": lambda: _settled(Mode.LAN),
    "a settled pair, cable": lambda: _settled(Mode.CABLE),
    "both boot, LAN": lambda: _booted(Mode.LAN),
    "both boot, cable": lambda: _booted(Mode.CABLE),
    "a switchover, LAN": lambda: _switching(Mode.LAN),
    "a switchover, cable": lambda: _switching(Mode.CABLE),
    "the link failed, LAN": _link_failed,
    "one unit dead, LAN": _alone,
    "synchronising, LAN": lambda: _synchronising(Mode.LAN),
    "synchronising, cable": lambda: _synchronising(Mode.CABLE),
}
