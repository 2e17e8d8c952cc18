"""Measurements of switchovers: power cut, dead unit, planned, fenced. Each many times over."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from controller.bench.perf.figures import Aim, Section
from controller.bench.perf.observed import (
    Observed,
    decide_series,
    gap_series,
    lost_series,
    overlap_series,
    silent_series,
    tcp_note,
)
from controller.bench.perf.pair import SOON_AT_REST, Act, Deed, NotAtRest, Pair
from controller.bench.perf.progress import Progress
from controller.bench.perf.severance import Severance
from controller.bench.virtual import clock
from controller.bench.world import PowerOff, Unit, WorldError

FAST = "failover polltime unit msec 10 holdtime msec 30"
CABLE, LAN = "cable", "lan"  # boot sets of the stories: the document's two configurations
LINES = {CABLE: (SOON_AT_REST,), LAN: (SOON_AT_REST, FAST)}
TIMERS = {CABLE: "cable, 15/45 s", LAN: "LAN, 10/30 ms"}
NO_OVERLAP = Aim("worst", 0)


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of switchover: the boot set, what is done, and how the pair comes to rest again."""

    words: str
    boot_set: str
    deed: Callable[[Pair], Deed]
    power_cycle: bool = True


def power_cut(pair: Pair, progress: Progress, repetitions: int) -> Section:
    """The active unit's power switch goes off; the cable tells."""
    section = Section(
        name="power-cut",
        title="Power cut of the active unit, with the cable",
        how="The power switch of the active unit is turned off; its mate sees the cable's power "
        "line go low. Unit timers are the document's 15/45 s: the takeover waits for none of them.",
    )
    seen = _repeat(pair, progress, repetitions, section, Case("power cut", CABLE, _power_off))
    section.series += [
        gap_series("outage, longest gap", seen, Aim("median", 5)),
        lost_series("outage, longest run lost", seen),
        decide_series("time to decide", seen),
        overlap_series("both units forwarding", seen, NO_OVERLAP),
    ]
    section.notes.append(tcp_note("power cut", seen))
    return section


def dead_unit(pair: Pair, progress: Progress, repetitions: int) -> Section:
    """No frame leaves the active unit any more, and nothing else changes."""
    section = Section(
        name="dead-unit",
        title="A dead unit, LAN mode, unit poll 10 ms, hold 30 ms",
        how="The switches' ports of the active unit are disabled within one batch, carriers "
        "staying: no frame of it reaches anybody any more. The hold time alone decides.",
    )
    seen = _repeat(pair, progress, repetitions, section, Case("dead unit", LAN, _severed))
    section.series += [
        gap_series("outage, longest gap", seen, Aim("median", 30)),
        lost_series("outage, longest run lost", seen),
        decide_series("time to decide", seen),
    ]
    section.notes.append(tcp_note("dead unit", seen))
    return section


def planned(pair: Pair, progress: Progress, repetitions: int) -> Section:
    """`failover active` typed on the standby unit, there and back."""
    section = Section(
        name="planned",
        title="Planned switchover",
        how="`failover active` is typed on the standby unit, there and back in turn, while "
        "1,000 packets a second flow each way. Times run from typing on.",
    )
    for boot_set in (CABLE, LAN):
        words = TIMERS[boot_set]
        case = Case(f"planned, {words}", boot_set, _order, power_cycle=False)
        seen = _repeat(pair, progress, repetitions, section, case)
        section.series += [
            lost_series(f"{words}: longest run lost", seen, Aim("worst", 0)),
            gap_series(f"{words}: longest gap", seen),
            decide_series(f"{words}: time to decide", seen),
            overlap_series(f"{words}: both forwarding", seen, Aim("worst", 50)),
        ]
        section.notes.append(tcp_note(f"planned, {words}", seen))
    return section


def fencing(pair: Pair, progress: Progress, repetitions: int) -> Section:
    """The failover process of the active unit is killed, or hangs."""
    section = Section(
        name="fencing",
        title="Fencing",
        how="SIGKILL (dies) or SIGSTOP (hangs) to the failover process of the active unit. "
        "*Silent* is from the signal to the last frame the unit forwards, as the captures see it; "
        "its kernel forwards until then, so the outage is what comes after.",
    )
    for number, word in ((signal.SIGKILL, "dies"), (signal.SIGSTOP, "hangs")):
        for boot_set in (CABLE, LAN):
            words = f"{word}, {TIMERS[boot_set]}"
            case = Case(f"process {words}", boot_set, _signalled(number))
            seen = _repeat(pair, progress, repetitions, section, case)
            section.series += [
                silent_series(f"{words}: silent", seen),
                gap_series(f"{words}: longest gap", seen),
                decide_series(f"{words}: time to decide", seen),
                overlap_series(f"{words}: both forwarding", seen, NO_OVERLAP),
            ]
            section.notes.append(tcp_note(f"process {words}", seen))
    return section


def _repeat(
    pair: Pair, progress: Progress, repetitions: int, section: Section, case: Case
) -> Sequence[Observed]:
    """Play one case as often as asked. A repetition that fails is noted, and the pair renewed."""
    seen: list[Observed] = []
    sound = False
    deed = case.deed(pair)
    for number in range(1, repetitions + 1):
        section.tried += 1
        try:
            if not sound:
                pair.boot(case.boot_set, LINES[case.boot_set])
            gap = f"; last gap {seen[-1].gap_ms:.1f} ms" if seen else ""
            failed = f", {len(section.failures)} failed" if section.failures else ""
            progress.now(f"{case.words}: {number} of {repetitions}{failed}{gap}")
            seen.append(pair.switchover(deed))
            pair.recover() if case.power_cycle else pair.rest()
            sound = True
        except (NotAtRest, WorldError) as why:
            section.failures.append(f"{case.words}, repetition {number}: {why}{pair.ended()}")
            sound = False
    return seen


def _power_off(pair: Pair) -> Deed:
    def ready(unit: Unit) -> Act:
        def act() -> int:
            at_ns = clock.now_ns()
            pair.world.do(PowerOff((unit,)))
            return at_ns

        return act

    return ready


def _severed(pair: Pair) -> Deed:
    def ready(unit: Unit) -> Act:
        severance = Severance(unit)

        def act() -> int:
            at_ns = severance.cut()
            severance.close()
            return at_ns

        return act

    return ready


def _order(pair: Pair) -> Deed:
    def ready(unit: Unit) -> Act:
        def act() -> int:
            at_ns = clock.now_ns()
            answer = pair.world.type(unit.mate, "failover active")
            if answer.startswith("ERROR"):
                raise WorldError(f"failover active on {unit.mate}: {answer}")
            return at_ns

        return act

    return ready


def _signalled(number: signal.Signals) -> Callable[[Pair], Deed]:
    def deed(pair: Pair) -> Deed:
        def ready(unit: Unit) -> Act:
            pid = pair.processes(unit)["failover"]

            def act() -> int:
                at_ns = clock.now_ns()
                os.kill(pid, number)
                return at_ns

            return act

        return ready

    return deed
