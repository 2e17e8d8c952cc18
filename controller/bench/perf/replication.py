"""A configuration of 10,000 lines from active to standby, by LAN and by cable, hellos going on."""

from __future__ import annotations

import time
import zlib
from dataclasses import replace

from controller.bench.perf import lateness_counters as counters
from controller.bench.perf.figures import Aim, Section, Series
from controller.bench.perf.lateness import look_late, transitions
from controller.bench.perf.pair import SOON_AT_REST, NotAtRest, Pair
from controller.bench.perf.progress import Progress
from controller.bench.perf.switchovers import CABLE, LAN
from controller.bench.world import Rig, WorldError

LINES = 10_000
POLL_MS = 200  # the fastest the cable is made for
TIMERS = f"failover polltime unit msec {POLL_MS} holdtime msec 800"
LINE_RATE = 11_520  # bytes a second: 115,200 baud, 8N1
WITHIN_S = {LAN: 30.0, CABLE: 120.0}
SETTLE_MS = 3_000  # the failover process writes its counters every two seconds
_LOOK_S = 0.01


def replication(pair: Pair, progress: Progress, repetitions: int) -> Section:
    """`write standby` again and again, both ways to carry it."""
    section = Section(
        name="replication",
        title=f"A configuration of {LINES:,} lines to the standby",
        how=f"`write standby` with {LINES:,} access-list lines, unit poll {POLL_MS} ms; from the "
        "command until the standby is Standby Ready again with a configuration of the same "
        "digest. The line's own time is that of the deflated text at 115,200 baud. Lateness is "
        "that of the failover processes' alarms, on which hellos are sent, over all repetitions.",
    )
    for boot_set in (LAN, CABLE):
        _by(boot_set, pair, progress, max(1, repetitions // 4), section)
    return section


def long_list() -> str:
    """The lines, no two alike and none of them shorter for being repeated."""
    return "".join(
        f"access-list long extended permit tcp host 10.{i >> 16}.{i >> 8 & 255}.{i & 255} "
        f"host 172.16.{i * 7 >> 8 & 255}.{i * 7 & 255} eq {1024 + i * 31 % 50_000}\n"
        for i in range(LINES)
    )


def _by(boot_set: str, pair: Pair, progress: Progress, repetitions: int, section: Section) -> None:
    pair.boot(boot_set, (SOON_AT_REST, TIMERS), change=_lengthened)
    pair.world.run(SETTLE_MS)
    before = look_late(pair)
    times, shares = [], []
    for number in range(repetitions):
        section.tried += 1
        progress.now(f"replication, {boot_set}: {number + 1} of {repetitions}")
        try:
            took_s, size = _once(pair, WITHIN_S[boot_set])
        except (NotAtRest, WorldError) as why:
            section.failures.append(f"{boot_set}: {why}")
            return
        times.append(took_s)
        shares.append(took_s / (size / LINE_RATE))
    pair.world.run(SETTLE_MS)
    after = look_late(pair)
    late = [counters.between(before[unit], after[unit]) for unit in after]
    worst = [one.worst() if one is not None else "unknown, it was restarted" for one in late]
    aim = Aim("median", 1) if boot_set == LAN else None
    section.series.append(Series(what=f"{boot_set}, time", unit="s", values=tuple(times), aim=aim))
    if boot_set == CABLE:
        aim = Aim("median", 1.25)
        what = "cable, time over the line's own time (1.25: 80 % of its rate)"
        section.series.append(Series(what=what, unit="", values=tuple(shares), aim=aim))
    section.notes.append(f"{boot_set}: latest alarm of each unit meanwhile: {', '.join(worst)}")


def _lengthened(rig: Rig) -> Rig:
    boot = {
        unit: text and text.replace("\n: end", f"\n{long_list()}: end")
        for unit, text in rig.boot.items()
    }
    return replace(rig, boot=boot)


def _once(pair: Pair, within_s: float) -> tuple[float, int]:
    """How long it took in seconds, and the bytes of the deflated configuration."""
    active, mate = pair.active, pair.active.mate
    text = pair.world.type(active, "show running-config")
    rows = transitions(pair.world.type(mate, "show failover history"))
    begun = time.monotonic()
    answer = pair.world.type(active, "write standby")
    if "ERROR" in answer:
        raise WorldError(f"write standby: {answer.strip()}")
    while True:
        time.sleep(_LOOK_S)
        took_s = time.monotonic() - begun
        if took_s > within_s:
            raise NotAtRest(f"no end in {within_s:g} s: {pair.states()}")
        now = transitions(pair.world.type(mate, "show failover history"))
        if any(row.endswith("> Standby Ready") for row in now - rows):
            return took_s, len(zlib.compress(text.encode(), 6))
