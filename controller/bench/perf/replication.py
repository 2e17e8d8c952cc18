"""A configuration of 10,000 lines from active to standby, by LAN and by cable, hellos going on."""

from __future__ import annotations

import time
import zlib
from dataclasses import dataclass, field

from controller.bench.boot import appended
from controller.bench.perf import lateness_counters as counters
from controller.bench.perf.causes import CABLE, LAN
from controller.bench.perf.figures import Aim, Section, Series
from controller.bench.perf.listening import Listener
from controller.bench.perf.pair import SOON_AT_REST, NotAtRest, Pair
from controller.bench.perf.progress import Progress
from controller.bench.perf.watching import look_late
from controller.bench.world import PowerOff, PowerOn, Rig, WorldError

LINES = 10_000
POLL_MS = 200  # the fastest the cable is made for
TIMERS = f"failover polltime unit msec {POLL_MS} holdtime msec 800"
LINE_RATE = 11_520  # bytes a second: 115,200 baud, 8N1
WITHIN_S = {LAN: 60.0, CABLE: 120.0}
SETTLE_MS = 3_000  # the failover process writes its counters every two seconds
FIRST, AGAIN = "first", "again"
BEGUN = "Beginning configuration replication: Sending to mate."
TAKEN = "End Configuration Replication to mate"
READY = "End configuration replication from mate."
_LOOK_S = 0.01


@dataclass(slots=True)
class _Seen:
    """What was measured one way; seconds."""

    taken: list[float] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    size: int = 0  # bytes of the deflated configuration

    def shares(self) -> tuple[float, ...]:
        """The times over the line's own time."""
        return tuple(taken / (self.size / LINE_RATE) for taken in self.taken)


def replication(pair: Pair, progress: Progress, section: Section, repetitions: int) -> None:
    """To a standby that has just booted, and with `write standby`; both ways to carry it."""
    section.title = f"A configuration of {LINES:,} lines to the standby"
    section.how = (
        f"{LINES:,} access-list lines bound to an interface, unit poll {POLL_MS} ms. First: to "
        "a standby that has just booted and holds none of them. Again: `write standby`. Taken "
        "over: from the active unit's first words on its console to its last ones, which it says "
        "when the standby runs the configuration and has told it so. Ready: until the standby has "
        "its packet rules in the kernel too and becomes Standby Ready. The line's own time is that "
        "of the deflated text at 115,200 baud. Answers: `show clock` typed on the standby every "
        "50 ms meanwhile. Lateness is that of the failover processes' alarms, on which hellos are "
        "sent, over all repetitions."
    )
    for boot_set in (LAN, CABLE):
        _by(boot_set, pair, progress, max(1, repetitions // 4), section)


def long_list() -> str:
    """The lines, no two alike and none of them shorter for being repeated."""
    return "".join(
        f"access-list long extended permit tcp host 10.{i >> 16}.{i >> 8 & 255}.{i & 255} "
        f"host 172.16.{i * 7 >> 8 & 255}.{i * 7 & 255} eq {1024 + i * 31 % 50_000}\n"
        for i in range(LINES)
    )


def _by(boot_set: str, pair: Pair, progress: Progress, repetitions: int, section: Section) -> None:
    pair.boot(boot_set, (SOON_AT_REST, TIMERS), change=lengthened)
    pair.world.run(SETTLE_MS)
    late = {pair.active: look_late(pair)[pair.active]}  # the other one is switched off
    seen = {FIRST: _Seen(), AGAIN: _Seen()}
    for number in range(repetitions):
        for which, one in seen.items():
            section.tried += 1
            progress.now(f"replication, {boot_set}, {which}: {number + 1} of {repetitions}")
            try:
                _once(pair, which, WITHIN_S[boot_set], one)
            except (NotAtRest, WorldError) as why:
                section.failures.append(f"{boot_set}, {which}: {why}")
                return
    pair.world.run(SETTLE_MS)
    for which, one in seen.items():
        section.series += _series(boot_set, which, one)
    section.notes.append(_lateness(boot_set, pair, late[pair.active]))


def _series(boot_set: str, which: str, seen: _Seen) -> list[Series]:
    what = f"{boot_set}, {which}"
    aim = Aim("median", 1) if boot_set == LAN else None
    found = [
        Series(what=f"{what}: taken over", unit="s", values=tuple(seen.taken), aim=aim),
        Series(what=f"{what}: ready", unit="s", values=tuple(seen.ready)),
        Series(what=f"{what}: answers", unit="s", values=tuple(seen.answers)),
    ]
    if boot_set == CABLE:
        share = f"{what}: taken over, over the line's own time (1.25: 80 % of its rate)"
        aim = Aim("median", 1.25)
        found.append(Series(what=share, unit="", values=seen.shares(), aim=aim))
    return found


def _lateness(boot_set: str, pair: Pair, before: counters.Lateness) -> str:
    after = look_late(pair)
    active = counters.between(before, after[pair.active])
    words = "unknown, it was restarted" if active is None else active.worst()
    mate = after[pair.active.mate].worst()
    return f"{boot_set}: latest alarm: active {words}, standby since its last boot {mate}"


def lengthened(rig: Rig) -> Rig:
    """The same, with the lines in every configuration that is a whole one."""
    return appended(rig, f"access-group long in interface outside\n{long_list()}")


def _once(pair: Pair, which: str, within_s: float, seen: _Seen) -> None:
    """Once more, with what was measured added."""
    active, mate = pair.active, pair.active.mate
    text = pair.world.type(active, "show running-config")
    seen.size = len(zlib.compress(text.encode(), 6))
    units = pair.world.units
    if which == FIRST:
        pair.world.do(PowerOff((mate,)))
    with (
        Listener(units[active].terminal, (BEGUN, TAKEN)) as ours,
        Listener(units[mate].terminal, (READY,), asks="show clock") as theirs,
    ):
        if which == FIRST:
            pair.world.do(PowerOn((mate,)))
        elif "ERROR" in (answer := pair.world.type(active, "write standby")):
            raise WorldError(f"write standby: {answer.strip()}")
        _await(pair, within_s, ours, theirs)
    begun_s = ours.heard[BEGUN]
    seen.taken.append(ours.heard[TAKEN] - begun_s)
    seen.ready.append(theirs.heard[READY] - begun_s)
    seen.answers += [took for at, took in theirs.answers if at + took >= begun_s]
    pair.rest()


def _await(pair: Pair, within_s: float, *listeners: Listener) -> None:
    until_s = time.monotonic() + within_s
    while not all(one.heard_all for one in listeners):
        if time.monotonic() > until_s:
            raise NotAtRest(f"no end in {within_s:g} s: {pair.states()}")
        time.sleep(_LOOK_S)
