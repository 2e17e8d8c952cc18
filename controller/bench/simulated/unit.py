"""One simulated unit: both machines of the core and the supervisor's rules, in virtual time.

The same code that runs on a Pi decides here; only what drivers and processes do is replaced. A
process that is stopped does nothing until it is ended; one that is killed is gone with all it knew;
a unit that is frozen hears later what it was told. Supervisor ticks are skipped while the failover
process lives: they could only say so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from controller.bench.simulated.around import Around
from controller.bench.simulated.clock import Alarm, Schedule, UnitClock
from controller.bench.simulated.kernel import FIRST_LEASE_US, DataPlane
from controller.bench.simulated.managing import HOP_US, obey
from controller.bench.simulated.sealing import Sealing
from controller.bench.simulated.standstill import Slowness, Standstill, Stopped
from controller.bench.simulated.wires import Said
from controller.bench.world import Process as ProcessName
from controller.bench.world import Unit
from firmware.core.failover import effects as fe
from firmware.core.failover import events as ev
from firmware.core.failover import fence_events as fence
from firmware.core.failover.engine import Engine
from firmware.core.failover.fence import Supervision, tick_ms
from firmware.core.management import events as me
from firmware.core.management.engine import FOR_MANAGEMENT, ManagementEngine
from firmware.core.settings import UnitFacts
from firmware.core.wire.bodies import Frame

PREPARE_US = 30_000  # making personas, as measured in namespaces
TICK_SLACK_US = 50
WALL_MS = 1_167_113_264_000  # the document's: 06:07:44 UTC Dec 26 2006


@dataclass
class SimulatedUnit:
    """A box with a power switch."""

    name: Unit
    facts: UnitFacts
    around: Around
    has_cable: bool
    flash: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)  # <run>
    powered: bool = False
    nics: dict[str, bool] = field(default_factory=dict)
    held_down: tuple[str, ...] = ()
    gone: set[str] = field(default_factory=set)  # NICs that the kernel has not
    data: DataPlane = field(init=False)
    supervised: bool = True  # its supervisor neither stands still nor is dead
    clock: UnitClock = field(init=False)
    still: Standstill = field(default_factory=Standstill)
    stopped: Stopped = field(default_factory=Stopped)
    slow: Slowness = field(init=False)  # its failover process
    effects_left: int | None = None  # the failover process dies when it has carried out these
    engine: Engine | None = None
    management: ManagementEngine | None = None
    notice: tuple[fe.SendFrame, ...] = ()
    answers: dict[int, list[str]] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)
    consoles: set[int] = field(default_factory=set)  # sessions that hear what all hear
    waiting: dict[int, str] = field(default_factory=dict)  # prompts of sessions that may type
    published: list[me.PublishTopic] = field(default_factory=list)
    history: list[tuple[int, fe.StateChanged]] = field(default_factory=list)
    sealing: Sealing = field(default_factory=Sealing)
    supervision: Supervision = field(init=False)
    started: bool = False
    starts: dict[fence.Process, object] = field(default_factory=dict)  # of this life of each
    tick_at: int | None = None
    management_due_ms: int | None = None
    alarm: Alarm = field(init=False)  # of this life of the failover process

    def __post_init__(self) -> None:
        self.nics = {interface.physical: False for interface in self.facts.interfaces}
        self.clock = UnitClock(self.schedule, WALL_MS)
        self.slow = Slowness(self.schedule, self._look_at_the_time)
        self.data = self._kernel()
        self.supervision = Supervision(tuple(self.nics))
        self._verbs: dict[type, Callable[[Any], None]] = {
            fe.PrepareDataPlane: self._prepare,
            fe.AssumeAddresses: lambda _: self._addresses("AssumeAddresses", True),
            fe.YieldAddresses: lambda _: self._addresses("YieldAddresses", False),
            fe.ReleaseAddresses: lambda _: self._addresses("ReleaseAddresses", False),
            fe.DropActiveLinks: lambda _: None,
            fe.HoldLease: lambda e: self.data.lease(self._at_us(e.until_ms)),
            fe.ListenForActivity: lambda e: self.around.listen(self.name, e),
            fe.StopListening: lambda e: self.around.listen(self.name, e),
            fe.AskNeighbour: lambda e: self.around.listen(self.name, e),
            fe.PingBroadcast: lambda e: self.around.listen(self.name, e),
            fe.SendFrame: lambda e: self.around.say(self.name, e.channel, e.frame),
            fe.SealFailedNotice: lambda e: setattr(self, "notice", e.frames),
            fe.StartShortTimer: self._short_timer,
            fe.SetUnitTimers: self._watch,
            fe.SetLamp: lambda _: None,
            fe.LatchIdentity: self._tell_management,
            fe.StateChanged: self._state_changed,
        }
        self._orders: dict[type, Callable[[Any], None]] = {
            fence.FreezeProcesses: lambda e: self.stopped.add(*e.processes),
            fence.TakeDown: lambda e: self._nics(e.nics, up=False),
            fence.RaiseNics: lambda e: self._nics(e.nics, up=True),
            fence.SetPowerOut: lambda _: None,
            fence.SayNotice: lambda _: self._say_notice(),
            fence.KillProcesses: self._kill,
            fence.EmptyRun: lambda _: self.kept.clear(),
            fence.StartProcess: lambda e: self._start(e.process),
            fence.SetLink: self._set_link,
            fence.ReportFenced: lambda e: self.step_management(me.Fenced(e.why)),
            fence.ReportEnded: lambda e: self.step_management(
                me.ProcessEnded(e.process.value, e.why)
            ),
            fence.AskToEnd: lambda _: None,
            fence.Finished: lambda _: None,
        }

    @property
    def schedule(self) -> Schedule:
        """Virtual time."""
        return self.around.schedule

    @property
    def forwards(self) -> bool:
        """Whether a frame from an active MAC can leave this unit now."""
        data = any(self.around.carrier(self.name, p.physical) for p in self._personas())
        return self.powered and self.data.passes and data

    def _kernel(self) -> DataPlane:
        return DataPlane(self.schedule, lambda: self.around.changed(self.name))

    def _personas(self) -> tuple[fe.Persona, ...]:
        return self.data.plan.personas if self.data.plan is not None else ()

    @property
    def state(self) -> str:
        """As the unit would print it; "off" and "silent" as the worlds have it."""
        if not self.powered:
            return "off" if self.supervised else "silent"
        stopped = fence.Process.FAILOVER in self.stopped
        if self.engine is None or not self.engine.started or stopped or self.still.frozen:
            return "silent"
        return self.engine.unit.state.text

    # Power, switches, faults: the bench's hand

    def power(self, on: bool) -> None:
        """The power switch, as far as there is a supervisor to heed it."""
        if on == self.powered or not self.supervised:
            return
        self.powered = on
        if not on:
            self.data = self._kernel()
        self.supervise(fence.PowerSwitched(on))
        self.around.changed(self.name)

    def link_switch(self, physical: str, closed: bool) -> None:
        """A link switch of the panel."""
        self.supervise(fence.LinkSwitched(physical, closed))

    def vanish(self, physical: str) -> None:
        """A NIC is pulled out of the machine."""
        self.gone.add(physical)
        self._nics((physical,), up=False)

    def reappear(self, physical: str) -> None:
        """It is back; the data plane prepares it anew and raises it, if it is wanted up."""
        self.gone.discard(physical)
        plan = self.data.plan
        if self.engine is not None and plan is not None and physical not in plan.silent:
            self.schedule.after(PREPARE_US, lambda: self._nics((physical,), up=True))

    def kill(self, name: ProcessName) -> None:
        """SIGKILL: end of file reaches the supervisor, or the others if it was that, at once."""
        if name is ProcessName.SUPERVISOR:
            self.supervised = False
            self.schedule.after(HOP_US, self._orphaned)
            return
        process = fence.Process(name.value)
        self._end(process)
        gone = fence.ProcessGone(process, "it was killed")
        self.schedule.after(HOP_US, lambda: self.supervise(gone))

    def stop(self, name: ProcessName) -> None:
        """SIGSTOP."""
        if name is ProcessName.SUPERVISOR:
            self.supervised = False
            return
        self.supervise(fence.HeartbeatHeard())  # the ticks that were skipped, made good in one
        self.supervise(ev.TimePassed())
        self.stopped.add(fence.Process(name.value))
        self._tick_on()

    def go_on(self, name: ProcessName) -> None:
        """SIGCONT, to a process that was not ended meanwhile."""
        if name is ProcessName.SUPERVISOR:
            self.supervised = self.powered or self.supervised
            self.supervise(fence.HeartbeatHeard())
            self.supervise(ev.TimePassed())
            return
        if self.stopped.go_on(fence.Process(name.value)):
            self._look_at_the_time()

    def _orphaned(self) -> None:
        """Without a supervisor the failover process lets go and says so; nothing is left."""
        if self.engine is not None:
            self.data.holding = False
            self._say_notice()
        for process in fence.EVERY_PROCESS:
            self._end(process)
        self.powered = False
        self.around.changed(self.name)

    def freeze(self) -> None:
        """SIGSTOP to every process of the unit."""
        self.still.frozen = True

    def thaw(self) -> None:
        """SIGCONT: all is heard that came meanwhile, and only then has time passed."""
        self.still.thaw()
        self.supervise(fence.HeartbeatHeard())
        self.supervise(ev.TimePassed())
        self._look_at_the_time()

    def _look_at_the_time(self) -> None:
        """Of a failover process that hears nothing more: what is due has waited long enough."""
        engine = self.engine
        due_ms = engine.next_due_ms() if engine is not None and engine.started else None
        if due_ms is not None and due_ms <= self.clock.now_ms:
            self.step(ev.TimePassed())

    # The supervisor

    def supervise(self, event: fence.SupervisorEvent) -> None:
        """Step the supervisor's rules and obey them."""
        if not self.supervised or self.still.keeps(lambda: self.supervise(event)):
            return
        for effect in self.supervision.step(event, self.clock.now_ms):
            self._orders[type(effect)](effect)
        if self.powered and not self._all_alive():
            self._tick_on()

    def _all_alive(self) -> bool:
        """Whether the next ticks would only hear heartbeats."""
        hung = fence.Process.FAILOVER in self.stopped
        return self.engine is not None and not hung and self.management is not None

    def _watch(self, effect: fe.SetUnitTimers) -> None:
        assert self.engine is not None
        data = self.engine.unit.data_channels  # not the failover link: the notice goes out by it
        nics = tuple(nic for nic in self.nics if nic in data)
        self.supervise(fence.FencingAsked(nics, tick_ms(effect.hold_unit_ms, leased=True)))

    def _tick_on(self) -> None:
        """Let ticks pass until the supervisor has made up its mind about a silent process."""
        due_ms = self.supervision.next_due_ms()
        if due_ms is None or (self.tick_at is not None and self.tick_at <= due_ms):
            return
        self.tick_at = due_ms
        wait_us = self.clock.wait_us(due_ms) + TICK_SLACK_US
        self.schedule.after(wait_us, self._tick)

    def _tick(self) -> None:
        self.tick_at = None
        if not self.powered or self.still.frozen:
            return
        if self.engine is not None and fence.Process.FAILOVER not in self.stopped:
            self.supervise(fence.HeartbeatHeard())
        self.supervise(ev.TimePassed())

    def _say_notice(self) -> None:
        for send in self.notice:
            self.around.say(self.name, send.channel, send.frame)
        self.notice = ()

    def _nics(self, nics: tuple[str, ...], *, up: bool) -> None:
        for nic in nics:
            if nic in self.nics:
                self.nics[nic] = up and nic not in self.held_down and nic not in self.gone
        self.around.changed(self.name)

    def _set_link(self, effect: fence.SetLink) -> None:
        """The mark stays on the NIC; it rises again if the configuration wants it up."""
        self.held_down = tuple(nic for nic in self.held_down if nic != effect.nic)
        if not effect.closed:
            self.held_down = (*self.held_down, effect.nic)
            self._nics((effect.nic,), up=False)
        elif self.engine is not None and self.data.plan is not None:
            self._nics((effect.nic,), up=effect.nic not in self.data.plan.silent)

    def _start(self, process: fence.Process) -> None:
        self.stopped.end((process,))
        self.starts[process] = life = object()
        start = self._failover_up if process is fence.Process.FAILOVER else self._management_up

        def begin() -> None:
            if self.powered and self.starts.get(process) is life:
                start()

        self.schedule.after(self.around.boot_us(), begin)

    def _kill(self, effect: fence.KillProcesses) -> None:
        if fence.Process.FAILOVER in effect.processes:
            self.notice = ()  # as the supervisor drops what a process handed over
        for process in effect.processes:
            self._end(process)

    def _end(self, process: fence.Process) -> None:
        self.stopped.end((process,))
        self.starts.pop(process, None)
        if process is fence.Process.MANAGEMENT:
            self.management, self.management_due_ms = None, None
            return
        self.engine = None
        self.started = False
        self.step_management(me.FailoverLost())
        self._tick_on()

    # The failover process

    def _failover_up(self) -> None:
        self.engine = engine = Engine()
        self.alarm = Alarm(self.schedule, lambda due_ms: self._rung(engine, due_ms))
        self.sealing = Sealing()
        self.data.holding = False  # a fresh process lets go of whatever its predecessor held
        self.around.changed(self.name)
        if self.management is not None:
            self.step_management(me.FailoverConnected())

    def boot_facts(self, effect: me.SendBootFacts) -> None:
        """What management knows of the boot: the failover machine can start."""
        if self.engine is None:
            return
        if self.started:
            self.step(ev.ManagementBack())
            return
        self.started = True
        carriers = tuple((physical, False) for physical in self.nics)
        cable = self.around.cable_facts(self.name) if self.has_cable else None
        self.step(
            ev.Started(
                facts=self.facts,
                boot=self.around.nonce(),
                cable=cable,
                latched=effect.latched,
                goes_on=effect.goes_on,
                carriers=carriers,
            )
        )

    def step(self, event: ev.Event) -> None:
        """Step the failover machine, if its process runs."""
        if self.engine is None or (not self.started and not isinstance(event, ev.Started)):
            return
        late = self.still.frozen or self.slow.late or fence.Process.FAILOVER in self.stopped
        if late and self._waits(event):
            return
        now_ms = self.clock.now_ms
        if isinstance(event, ev.SettingsChanged):
            self.sealing.use(event.settings, now_ms)
        for effect in self.engine.step(event, now_ms):
            self._verbs.get(type(effect), self._tell_management)(effect)
            if self.effects_left is not None and self._dies():
                return
        if self.engine is not None:
            self.engine.check()
            self._wake()

    def _waits(self, event: ev.Event) -> bool:
        """Whether the process gets to it only later. Time that passes is looked at then."""
        failover, time = fence.Process.FAILOVER, isinstance(event, ev.TimePassed)
        alarm = isinstance(event, ev.ShortTimerExpired)

        def told() -> None:
            self.step(event)

        if self.still.frozen or failover in self.stopped:
            one = time or self.still.keeps(told, alarm=alarm)
            return one or self.stopped.keeps(failover, told, alarm=alarm)
        # Whoever hears several alarms at last looks at the time once; the others find nothing due.
        return self.slow.keeps(self._look_at_the_time if time else told, alarm=time or alarm)

    def _dies(self) -> bool:
        """Whether that effect was the last."""
        assert self.effects_left is not None
        self.effects_left -= 1
        if self.effects_left > 0:
            return False
        self.effects_left = None
        self.kill(ProcessName.FAILOVER)
        return True

    def _at_us(self, ms: int) -> int:
        """In the world's time, when the unit's clock shows that."""
        return self.schedule.now_us + self.clock.wait_us(ms)

    def sealed(self, frame: Frame) -> Said:
        """A frame as it goes onto an Ethernet link."""
        return self.sealing.sealed(frame, self.clock.now_ms)

    def hear(self, channel: str, said: Said) -> None:
        """What came by an Ethernet link."""
        engine = self.engine
        boot = engine.unit.boot if engine is not None and engine.started else None
        self.step(self.sealing.heard(channel, said, boot, self.clock.now_ms))

    def _wake(self) -> None:
        """TimePassed at the due time, unless another step has moved it by then."""
        assert self.engine is not None
        due_ms = self.engine.next_due_ms()
        if due_ms is not None:
            self.alarm.set(due_ms, self.clock.wait_us(due_ms))

    def _rung(self, engine: Engine, due_ms: int) -> None:
        due = self.engine is engine and engine.next_due_ms() == due_ms
        if due and not self.still.frozen:
            self.step(ev.TimePassed())

    def _prepare(self, effect: fe.PrepareDataPlane) -> None:
        engine = self.engine

        def prepared() -> None:
            if self.still.keeps(prepared):
                return
            if self.engine is engine and self.powered:
                self.data.plan = effect.plan
                self._nics(tuple(n for n in self.nics if n not in effect.plan.silent), up=True)
                self._nics(effect.plan.silent, up=False)
                self.step(ev.Done("PrepareDataPlane"))

        self.schedule.after(PREPARE_US, prepared)

    def _addresses(self, effect: str, holding: bool) -> None:
        if holding:
            self.data.lease(self.schedule.now_us + FIRST_LEASE_US)
        if self.data.holding != holding:
            self.data.holding = holding
            self.around.changed(self.name)
        self.schedule.after(0, lambda: self.step(ev.Done(effect)))

    def _short_timer(self, effect: fe.StartShortTimer) -> None:
        engine = self.engine

        def expired() -> None:
            if self.engine is engine:
                self.step(ev.ShortTimerExpired(effect.timer))

        self.schedule.after(effect.microseconds, expired)

    def _state_changed(self, effect: fe.StateChanged) -> None:
        self.history.append((self.schedule.now_us, effect))
        self._tell_management(effect)

    # The management process

    def _management_up(self) -> None:
        boot = self.around.nonce()
        self.management = ManagementEngine(self.facts, cable=self.has_cable, boot=boot)
        for name in (me.LATCHED_IDENTITY, me.HISTORY, me.RUNNING_CONFIG, me.STARTUP_CONFIG):
            store = self.kept if name in (me.HISTORY, me.RUNNING_CONFIG) else self.flash
            self.step_management(me.FlashRead(name, store.get(name)))
        if self.engine is not None:
            self.step_management(me.FailoverConnected())

    def _tell_management(self, effect: Any) -> None:
        assert isinstance(effect, FOR_MANAGEMENT), effect
        self.schedule.after(HOP_US, lambda: self.step_management(me.FromFailover(effect)))

    def step_management(self, event: me.Event) -> None:
        """Step the management machine and obey it."""
        if self.management is None:
            return
        if self.still.keeps(lambda: self.step_management(event)) or self.stopped.keeps(
            fence.Process.MANAGEMENT, lambda: self.step_management(event)
        ):
            return
        for effect in self.management.step(event, self.clock.now_ms, self.clock.wall_ms):
            obey(self, effect)
        self._wake_management()

    def _wake_management(self) -> None:
        management = self.management
        due_ms = management.next_due_ms() if management is not None else None
        if due_ms is None or due_ms == self.management_due_ms:
            return
        self.management_due_ms = due_ms

        def wake() -> None:
            if self.management is management and self.management_due_ms == due_ms:
                self.management_due_ms = None
                self.step_management(me.TimePassed())

        self.schedule.after(self.clock.wait_us(due_ms), wake)
