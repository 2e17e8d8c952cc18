"""What is done to a pair to see what becomes of it, and what mends it. Each is made ready first."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from controller.bench.perf.pair import Act, Deed, Pair
from controller.bench.perf.severance import Severance
from controller.bench.virtual import clock
from controller.bench.world import Action, PowerOff, Unit, WorldError

Mend = Callable[[Pair, Unit], None]  # the unit the deed was done to; afterwards the pair rests


def power_off(pair: Pair, unit: Unit) -> Act:
    """The unit's power switch."""
    return done(lambda one: (PowerOff((one,)),))(pair, unit)


def done(actions: Callable[[Unit], tuple[Action, ...]]) -> Deed:
    """Verbs of the bench, one at once after the other; a function of the unit they are done to."""

    def deed(pair: Pair, unit: Unit) -> Act:
        ready = actions(unit)

        def act() -> int:
            at_ns = clock.now_ns()
            for action in ready:
                pair.world.do(action)
            return at_ns

        return act

    return deed


def severed(_: Pair, unit: Unit) -> Act:
    """No frame leaves the unit any more, nor reaches it; carriers stay."""
    severance = Severance(unit)

    def act() -> int:
        at_ns = severance.cut()
        severance.close()
        return at_ns

    return act


def signalled(number: signal.Signals) -> Deed:
    """The unit's failover process gets that signal."""

    def deed(pair: Pair, unit: Unit) -> Act:
        pid = pair.processes(unit)["failover"]

        def act() -> int:
            at_ns = clock.now_ns()
            os.kill(pid, number)
            return at_ns

        return act

    return deed


def typed(line: str, *, at_mate: bool = False) -> Deed:
    """A line typed on the unit, or on its mate."""

    def deed(pair: Pair, unit: Unit) -> Act:
        where = unit.mate if at_mate else unit

        def act() -> int:
            at_ns = clock.now_ns()
            answer = pair.world.type(where, line)
            if answer.startswith("ERROR"):
                raise WorldError(f"{line} on {where}: {answer}")
            return at_ns

        return act

    return deed


def power_cycle(pair: Pair, unit: Unit) -> None:
    """The unit is switched off and on again, and is a standby then."""
    pair.power_cycle(unit)


def nothing(pair: Pair, _: Unit) -> None:
    """Nothing is broken."""
    pair.rest()


def undone(actions: Callable[[Unit], tuple[Action, ...]]) -> Mend:
    """Verbs that undo those of ``done``."""

    def mend(pair: Pair, unit: Unit) -> None:
        for action in actions(unit):
            pair.world.do(action)
        pair.rest()

    return mend
