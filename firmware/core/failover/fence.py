"""The supervisor's rules: when a unit is powered, when it is cut off, when its processes start.

Decides whether the failover process still lives, by ticks of its own clock and by heartbeats, and
what to do when it does not: take the unit off the network, then say so, then begin anew. Knows
nothing of processes, NICs or GPIO lines: the supervisor carries out what is asked here and tells
what happened. The simulated world runs these same rules.

Who forwards beside its successor is not decided here: the kernel's lease (``lease``) ends by itself
before the mate's hold time does. Only where the kernel can hold none must fencing be as quick.

Ticks, not elapsed time: a machine that stalled as a whole must not fence itself, and a tick that
came late by more than a tick says only that the machine stalled. So fencing takes three ticks that
were on time themselves, in none of which a heartbeat was heard.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from firmware.core.failover.events import TimePassed
from firmware.core.failover.fence_events import (
    EVERY_PROCESS,
    AskToEnd,
    EmptyRun,
    FencingAsked,
    Finished,
    FreezeProcesses,
    HeartbeatHeard,
    KillProcesses,
    LinkSwitched,
    PowerSwitched,
    Process,
    ProcessGone,
    RaiseNics,
    ReloadAsked,
    ReportEnded,
    ReportFenced,
    SayNotice,
    SetLink,
    SetPowerOut,
    StartProcess,
    StopAsked,
    SupervisorEffect,
    SupervisorEvent,
    TakeDown,
)

TICK_MIN_MS, TICK_MAX_MS = 5, 100
TICKS_MISSED = 3
START_ALLOWANCE_MS = 15_000  # from the start of a failover process to its first word
STOP_ALLOWANCE_MS = 2_000  # from the wish to end to the end, in an orderly stop
BACKOFF_MS = (0, 200, 500, 1_000, 2_000, 5_000)  # before the first, second, ... restart
SOUND_MS = 30_000  # a process that lived so long starts the back-off anew


def tick_ms(hold_unit_ms: int, *, leased: bool) -> int:
    """How often to look for a heartbeat.

    A kernel that holds a lease is silent before the mate's hold time is over, whatever hangs. Then
    three ticks are the hold time: nobody is cut off whom the mate would still believe alive.
    Without one, fencing must fit into the hold time: a sixth of it.
    """
    return max(TICK_MIN_MS, min(TICK_MAX_MS, hold_unit_ms // (TICKS_MISSED if leased else 6)))


@dataclass(slots=True)
class _Life:
    """One process: whether it runs, since when, how often it died young, when it starts again."""

    running: bool = False
    started_ms: int = 0
    deaths: int = 0
    restart_ms: int | None = None


@dataclass(slots=True)
class _Watch:
    """How the failover process of this life is watched. Not before it asked to be."""

    base_nics: tuple[str, ...]
    tick_ms: int
    due_ms: int
    heard_ms: int
    heard: bool = True  # the wish to be watched is as good as a heartbeat
    missed: int = 0


def _lives() -> dict[Process, _Life]:
    return {process: _Life() for process in EVERY_PROCESS}


@dataclass(slots=True)
class Supervision:
    """The rules of one unit's supervisor. ``nics`` are the kernel names of unit.toml."""

    nics: tuple[str, ...]
    management_nic: str | None = None
    _powered: bool = False
    _closed: dict[str, bool] = field(default_factory=dict)  # link switches, as last heard
    _watch: _Watch | None = None
    _stop_ms: int | None = None  # when an orderly stop is no longer waited for
    _lives: dict[Process, _Life] = field(default_factory=_lives)

    def step(self, event: SupervisorEvent, now_ms: int) -> list[SupervisorEffect]:
        """What to do about it, in order. Every event may come at any time."""
        match event:
            case TimePassed():
                return self._time_passed(now_ms)
            case HeartbeatHeard():
                if self._watch is not None:
                    self._watch.heard, self._watch.heard_ms = True, now_ms
                return []
            case FencingAsked():
                due_ms = now_ms + event.tick_ms
                self._watch = _Watch(event.base_nics, event.tick_ms, due_ms, now_ms)
                return []
            case PowerSwitched():
                return self._power(event.on, now_ms)
            case LinkSwitched():
                return self._link(event)
            case ProcessGone():
                return self._gone(event, now_ms)
            case ReloadAsked():
                return self._reload(now_ms) if self._running_normally() else []
            case StopAsked():
                return self._stop(now_ms)

    def next_due_ms(self) -> int | None:
        """When to step ``TimePassed`` next; None: not before something else happens."""
        if self._stop_ms is not None:
            return self._stop_ms
        due = [life.restart_ms for life in self._lives.values()]
        due.append(self._start_due_ms())
        if self._watch is not None:
            due.append(self._watch.due_ms)
        return min((moment for moment in due if moment is not None), default=None)

    def _running_normally(self) -> bool:
        return self._powered and self._stop_ms is None

    # Power.

    def _power(self, on: bool, now_ms: int) -> list[SupervisorEffect]:
        if self._stop_ms is not None:
            return []
        if not on:
            return self._power_cut()
        if self._powered:
            return []
        self._powered = True
        managed = () if self.management_nic is None else (self.management_nic,)
        return [SetPowerOut(True), *([RaiseNics(managed)] if managed else []), *self._boot(now_ms)]

    def _power_cut(self) -> list[SupervisorEffect]:
        """As if the plug were pulled. The order keeps everybody from a last word."""
        self._powered = False
        self._forget()
        managed = () if self.management_nic is None else (self.management_nic,)
        return [
            FreezeProcesses(EVERY_PROCESS),
            TakeDown(self.nics + managed),
            SetPowerOut(False),
            KillProcesses(EVERY_PROCESS),
            EmptyRun(),
        ]

    def _boot(self, now_ms: int) -> list[SupervisorEffect]:
        effects: list[SupervisorEffect] = [EmptyRun()]
        for process in EVERY_PROCESS:
            effects += self._start(process, now_ms)
        return effects

    def _forget(self) -> None:
        self._watch = None
        self._lives = _lives()

    def _reload(self, now_ms: int) -> list[SupervisorEffect]:
        """A boot without a power cut: POWER stays, and the mate is told."""
        down = self._cut_off()
        self._forget()
        return [
            FreezeProcesses(EVERY_PROCESS),
            *down,
            KillProcesses(EVERY_PROCESS),
            *self._boot(now_ms),
        ]

    # Links.

    def _link(self, event: LinkSwitched) -> list[SupervisorEffect]:
        """Power or not: the mark stays on the NIC, and whoever starts later finds it."""
        if self._closed.get(event.nic) is event.closed:
            return []
        self._closed[event.nic] = event.closed
        return [SetLink(event.nic, event.closed)]

    # Fencing.

    def _time_passed(self, now_ms: int) -> list[SupervisorEffect]:
        if self._stop_ms is not None:
            return self._end(now_ms) if now_ms >= self._stop_ms else []
        why = self._tick(now_ms)
        if why is not None:
            return self._fence(why, now_ms)
        effects: list[SupervisorEffect] = []
        for process, life in self._lives.items():
            if life.restart_ms is not None and now_ms >= life.restart_ms:
                effects += self._start(process, now_ms)
        return effects

    def _tick(self, now_ms: int) -> str | None:
        """One look at the failover process: why it must be fenced, or None."""
        start_due = self._start_due_ms()
        if start_due is not None and now_ms >= start_due:
            return f"the failover process said nothing for {START_ALLOWANCE_MS} ms after its start"
        watch = self._watch
        if watch is None or now_ms < watch.due_ms:
            return None
        late = now_ms - watch.due_ms > watch.tick_ms
        # A whole tick from now: two that come together say no more than one of them.
        watch.due_ms = now_ms + watch.tick_ms
        if watch.heard:
            watch.heard, watch.missed = False, 0
        elif not late:
            watch.missed += 1
        if watch.missed < TICKS_MISSED:
            return None
        silent_ms = now_ms - watch.heard_ms
        return f"no heartbeat for {silent_ms} ms, {TICKS_MISSED} ticks of {watch.tick_ms} ms"

    def _start_due_ms(self) -> int | None:
        life = self._lives[Process.FAILOVER]
        starting = life.running and self._watch is None
        return life.started_ms + START_ALLOWANCE_MS if starting else None

    def _cut_off(self) -> list[SupervisorEffect]:
        """Off the network first, then the news of it: never the other way round."""
        # Before it asked to be watched it may have raised any of them.
        nics = self.nics if self._watch is None else self._watch.base_nics
        return [*([TakeDown(nics)] if nics else []), SayNotice()]

    def _fence(self, why: str, now_ms: int) -> list[SupervisorEffect]:
        down = self._cut_off()
        self._watch = None
        return [
            # It may be slow rather than dead, and would raise again what we take down.
            FreezeProcesses((Process.FAILOVER,)),
            *down,
            KillProcesses((Process.FAILOVER,)),
            ReportFenced(why),
            *self._died(Process.FAILOVER, now_ms),
        ]

    def _gone(self, event: ProcessGone, now_ms: int) -> list[SupervisorEffect]:
        life = self._lives[event.process]
        if not life.running:
            return []  # known already: this is the echo of our own kill
        if self._stop_ms is not None:
            return self._ended(event.process)
        ended = ReportEnded(event.process, event.why)
        if event.process is Process.FAILOVER:
            return [*self._fence(event.why, now_ms), ended]
        restart = self._died(event.process, now_ms)
        return [KillProcesses((event.process,)), ended, *restart]

    # Starts and restarts.

    def _start(self, process: Process, now_ms: int) -> list[SupervisorEffect]:
        life = self._lives[process]
        life.running, life.started_ms, life.restart_ms = True, now_ms, None
        return [StartProcess(process)]

    def _died(self, process: Process, now_ms: int) -> list[SupervisorEffect]:
        life = self._lives[process]
        if now_ms - life.started_ms >= SOUND_MS:
            life.deaths = 0
        wait_ms = BACKOFF_MS[min(life.deaths, len(BACKOFF_MS) - 1)]
        life.deaths += 1
        life.running, life.restart_ms = False, now_ms + wait_ms
        return self._start(process, now_ms) if wait_ms == 0 else []

    # The end.

    def _stop(self, now_ms: int) -> list[SupervisorEffect]:
        if self._stop_ms is not None:
            return []
        running = tuple(process for process, life in self._lives.items() if life.running)
        if not running:
            return [Finished()]
        self._stop_ms = now_ms + STOP_ALLOWANCE_MS
        return [AskToEnd(running)]

    def _ended(self, process: Process) -> list[SupervisorEffect]:
        """One process less in an orderly stop.

        A failover process that let its addresses go has asked to have nothing taken down.
        """
        self._lives[process].running = False
        cut_off = self._cut_off() if process is Process.FAILOVER else []
        last = not any(life.running for life in self._lives.values())
        return [*cut_off, KillProcesses((process,)), *([Finished()] if last else [])]

    def _end(self, now_ms: int) -> list[SupervisorEffect]:
        """An orderly stop that was not heeded."""
        hung = self._lives[Process.FAILOVER].running
        cut_off = self._cut_off() if hung else []
        self._forget()
        self._stop_ms = now_ms + STOP_ALLOWANCE_MS
        return [FreezeProcesses(EVERY_PROCESS), *cut_off, KillProcesses(EVERY_PROCESS), Finished()]
