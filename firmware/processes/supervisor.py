"""The supervisor: owns the switches, the other processes, and the power to cut the unit off.

Carries out what the rules (core/failover/fence.py) ask, and tells them what happened. Must stay
tiny: when everything else hangs, this is what still runs. It never waits for another process but
for the end of one it has killed.
"""

from __future__ import annotations

import contextlib
import selectors
import sys
from collections import deque
from collections.abc import Callable
from typing import Any

from firmware.core.failover import fence_events as fe
from firmware.core.failover.events import TimePassed
from firmware.core.failover.fence import TICK_MAX_MS, TICK_MIN_MS, Supervision
from firmware.core.management.events import Fenced, ProcessEnded, Reload, SwitchMoved
from firmware.drivers.fence import Fence
from firmware.processes import ipc, realtime
from firmware.processes.children import Child, bury, end_all
from firmware.processes.clock import Alarm, now_ms
from firmware.processes.end_signals import EndSignals
from firmware.processes.notices import Notices
from firmware.processes.nursery import Nursery
from firmware.processes.run_directory import SOCKET, RunDirectory, RunDirectoryError
from firmware.processes.unit_file import UnitFile
from wiring.signals import LINK_SWITCHES, Signal

CONNECTIONS_MAX = 8  # on <run>/supervisor


def run(unit: UnitFile) -> int:
    """Run the unit until SIGTERM or SIGINT; the exit status of the command."""
    try:
        run_directory = RunDirectory(unit.run)
        fence = Fence(unit.all_nics())
        panel = _open_panel(unit)
    except (RunDirectoryError, ValueError, RuntimeError, OSError) as error:
        print(f"fover-unit: {unit.path}: {error}", file=sys.stderr)
        return 1
    realtime.adopt_orphans()  # what the nursery forks becomes ours
    realtime.freeze_heap()
    signals = EndSignals()
    granted = realtime.take_real_time(realtime.SUPERVISOR_PRIORITY, unit.cpu)
    if not granted.real_time:
        _say(f"not real-time: {', '.join(granted.refusals)}")
    supervisor = Supervisor(unit, run_directory, fence, panel, signals)
    try:
        return supervisor.run()
    finally:
        supervisor.close()


class Supervisor:
    """The loop, and a verb for each effect of the rules."""

    def __init__(
        self,
        unit: UnitFile,
        run_directory: RunDirectory,
        fence: Fence,
        panel: Any,  # SwitchPanel; not imported where there is no GPIO
        signals: EndSignals,
    ) -> None:
        self._unit, self._run, self._panel, self._signals = unit, run_directory, panel, signals
        self._rules = Supervision(
            nics=tuple(unit.nics.values()), management_nic=unit.management_nic
        )
        self._fence = fence
        self._data_nics = tuple(unit.nics.values())
        self._fences: dict[tuple[str, ...], Fence] = {
            self._data_nics: Fence(self._data_nics),
            unit.all_nics(): fence,
        }
        self._nic_of = {
            LINK_SWITCHES[number]: nic
            for number, nic in unit.link_switches().items()
            if number < len(LINK_SWITCHES)
        }
        self._nursery = Nursery(unit.path)
        self._children: dict[fe.Process, Child] = {}
        self._ends: dict[fe.Process, str] = {}  # how each ended last
        self._unburied: set[int] = set()  # groups of killed ones that had started others
        self._gone: set[fe.Process] = set()  # told to the rules; two descriptors say it
        self._heartbeat: ipc.Connection | None = None
        self._notices = Notices()
        self._listener = ipc.Listener(unit.run / SOCKET)
        self._connections: list[ipc.Connection] = []
        self._events: deque[fe.SupervisorEvent] = deque()
        self._selector = selectors.EpollSelector()
        self._alarm = Alarm()
        self._finished = False
        self._verbs = self._effect_table()

    def run(self) -> int:
        """Go round until everything has ended."""
        self._register()
        self._read_panel()
        while not self._finished:
            self._step_all()
            due_ms = self._rules.next_due_ms()
            self._alarm.set(None if due_ms is None else due_ms * 1_000_000)
            for key, _ in self._selector.select() if not self._finished else ():
                if key.data is not None:
                    key.data()
            # Only now: a heartbeat that was waiting is heard before the tick is judged.
            self._step_all()
            self._alarm.rang()
            self._unburied = {group for group in self._unburied if bury(group)}
            due_ms = self._rules.next_due_ms()
            if due_ms is not None and now_ms() >= due_ms:
                self._events.append(TimePassed())
        return 0

    def close(self) -> None:
        """End what still runs; give everything back."""
        realtime.give_back_real_time()
        if self._children:  # we did not finish: an error of ours
            for child in self._children.values():
                child.freeze()
            self._fences[self._data_nics].fence()
        end_all(self._children.values())
        self._nursery.close()
        self._notices.clear()
        self._listener.close()
        for prepared in self._fences.values():
            prepared.close()
        if self._panel is not None:
            self._panel.close()
        self._run.close()

    # What comes in

    def _register(self) -> None:
        read = selectors.EVENT_READ
        self._selector.register(self._alarm, read, None)
        self._selector.register(self._signals, read, self._hear_signals)
        self._selector.register(self._listener, read, self._admit)
        if self._panel is not None:
            self._selector.register(self._panel, read, self._hear_panel)

    def _step_all(self) -> None:
        while self._events:
            for effect in self._rules.step(self._events.popleft(), now_ms()):
                self._verbs[type(effect)](effect)

    def _read_panel(self) -> None:
        """Where the switches are at the start. Without one there is power, and a link."""
        levels = {} if self._panel is None else dict(self._panel.read())
        power = levels.pop(Signal.POWER_SWITCH, True)
        switched = {self._nic_of[s]: on for s, on in levels.items() if s in self._nic_of}
        for nic in self._data_nics:
            self._events.append(fe.LinkSwitched(nic, switched.get(nic, True)))
        self._events.append(fe.PowerSwitched(power))
        if not power:
            self._nursery.prepare()

    def _hear_panel(self) -> None:
        for moved in self._panel.receive():
            self._switch(moved.signal, moved.on)
            self._tell(SwitchMoved(moved.signal.value, moved.on))
            self._step_all()  # before the next edge: each is acted upon in its turn

    def _switch(self, moved: Signal, on: bool) -> None:
        if moved is Signal.POWER_SWITCH:
            self._events.append(fe.PowerSwitched(on))
        elif moved in self._nic_of:
            self._events.append(fe.LinkSwitched(self._nic_of[moved], on))

    def _hear_signals(self) -> None:
        if self._signals.asked_to_end():
            self._events.append(fe.StopAsked())

    def _admit(self) -> None:
        connection = self._listener.accept()
        if connection is None:
            return
        if len(self._connections) >= CONNECTIONS_MAX:
            connection.close()
            return
        self._connections.append(connection)
        self._selector.register(
            connection, selectors.EVENT_READ, lambda: self._hear_management(connection)
        )

    def _hear_management(self, connection: ipc.Connection) -> None:
        if any(isinstance(message, Reload) for message in connection.receive()):
            self._events.append(fe.ReloadAsked())
        if connection.closed:
            self._selector.unregister(connection)
            self._connections.remove(connection)
            connection.close()

    def _hear_heartbeat(self) -> None:
        heartbeat = self._heartbeat
        if heartbeat is None:
            return
        for message in heartbeat.receive():
            if isinstance(message, ipc.Heartbeat):
                self._events.append(fe.HeartbeatHeard())
            elif isinstance(message, ipc.Fencing):
                self._prepare_fence(message)
                self._nursery.prepare()  # not before: the boot of the unit comes first
            elif isinstance(message, ipc.Notice):
                self._notices.replace(message.frames, heartbeat.take_descriptors())
        if heartbeat.closed:
            self._forget_heartbeat()
            self._told_gone(fe.Process.FAILOVER, "closed its heartbeat")

    def _prepare_fence(self, asked: ipc.Fencing) -> None:
        """Made now, so that the day it is needed it is one send."""
        nics = tuple(nic for nic in asked.base_nics if nic in self._unit.nics.values())
        try:
            if nics not in self._fences:
                self._fences[nics] = Fence(nics)
        except ValueError as error:
            _say(f"cannot fence: {error}")
            nics = self._data_nics
        tick = max(TICK_MIN_MS, min(TICK_MAX_MS, asked.tick_ms))
        self._events.append(fe.FencingAsked(nics, tick))

    def _child_ended(self, child: Child) -> None:
        if self._children.get(child.process) is child:
            self._selector.unregister(child)
            self._told_gone(child.process, "ended")

    def _told_gone(self, process: fe.Process, why: str) -> None:
        if process not in self._gone:
            self._gone.add(process)
            self._events.append(fe.ProcessGone(process, why))

    # What is asked

    def _effect_table(self) -> dict[type[fe.SupervisorEffect], Callable[[Any], None]]:
        return {
            fe.FreezeProcesses: self._freeze,
            fe.TakeDown: self._take_down,
            fe.RaiseNics: self._raise,
            fe.SetPowerOut: self._power_out,
            fe.SayNotice: self._say_notice,
            fe.KillProcesses: self._kill,
            fe.AskToEnd: self._ask_to_end,
            fe.EmptyRun: self._empty_run,
            fe.StartProcess: self._start,
            fe.SetLink: self._set_link,
            fe.ReportFenced: self._report_fenced,
            fe.ReportEnded: self._report_ended,
            fe.Finished: self._finish,
        }

    def _freeze(self, effect: fe.FreezeProcesses) -> None:
        for child in self._named(effect.processes):
            child.freeze()

    def _take_down(self, effect: fe.TakeDown) -> None:
        _refused("taken down", self._fences[effect.nics].fence())

    def _raise(self, effect: fe.RaiseNics) -> None:
        _refused("brought up", self._fence.raise_(effect.nics))

    def _set_link(self, effect: fe.SetLink) -> None:
        _refused("switched", self._fence.set_link(effect.nic, effect.closed))

    def _power_out(self, effect: fe.SetPowerOut) -> None:
        if self._panel is not None:
            self._panel.power_out(effect.on)

    def _say_notice(self, _: fe.SayNotice) -> None:
        self._notices.say()

    def _empty_run(self, _: fe.EmptyRun) -> None:
        try:
            self._run.empty()
        except OSError as error:  # somebody else is at it: what is left is no reason to stop
            _say(f"{self._unit.run} could not be emptied: {error.strerror}")

    def _kill(self, effect: fe.KillProcesses) -> None:
        dead = self._named(effect.processes)
        for child in dead:
            child.kill()
        if fe.Process.FAILOVER in effect.processes:
            self._forget_heartbeat()
            self._notices.clear()
        for child in dead:
            if child in self._selector.get_map():
                self._selector.unregister(child)
            self._ends[child.process] = child.reap()
            del self._children[child.process]
            if bury(child.pid):
                self._unburied.add(child.pid)

    def _ask_to_end(self, effect: fe.AskToEnd) -> None:
        for child in self._named(effect.processes):
            child.ask_to_end()

    def _start(self, effect: fe.StartProcess) -> None:
        process = effect.process
        self._gone.discard(process)
        there: ipc.Connection | None = None
        if process is fe.Process.FAILOVER:
            self._heartbeat, there = ipc.pair()
            self._selector.register(self._heartbeat, selectors.EVENT_READ, self._hear_heartbeat)
        try:
            heartbeat_fd = None if there is None else there.fileno()
            child = Child(process, self._unit.path, self._nursery, heartbeat_fd)
        except OSError as error:
            self._ends[process] = f"could not be started: {error.strerror}"
            self._told_gone(process, "never ran")
            return
        finally:
            if there is not None:
                there.close()
        self._children[process] = child
        self._selector.register(child, selectors.EVENT_READ, lambda: self._child_ended(child))
        with contextlib.suppress(OSError):  # a convenience; no reason to stop
            pid_file = self._unit.run / f"{process.value}.pid"
            pid_file.write_text(f"{child.pid}\n", encoding="ascii")

    def _report_fenced(self, effect: fe.ReportFenced) -> None:
        _say(f"fenced: {effect.why}")
        self._tell(Fenced(effect.why))

    def _report_ended(self, effect: fe.ReportEnded) -> None:
        why = self._ends.get(effect.process, effect.why)
        _say(f"{effect.process.value} {why}; it is started again")
        self._tell(ProcessEnded(effect.process.value, why))

    def _finish(self, _: fe.Finished) -> None:
        self._finished = True

    def _tell(self, message: ipc.Message) -> None:
        for connection in self._connections:
            connection.send(message)

    def _named(self, processes: tuple[fe.Process, ...]) -> list[Child]:
        return [self._children[process] for process in processes if process in self._children]

    def _forget_heartbeat(self) -> None:
        if self._heartbeat is not None:
            self._selector.unregister(self._heartbeat)
            self._heartbeat.close()
            self._heartbeat = None


def _open_panel(unit: UnitFile) -> Any:
    if unit.gpio is None:
        return None
    # Imported here: a tenth of a second, which a unit without GPIO need not wait.
    from firmware.drivers.gpio import SwitchPanel, open_factory

    gpio = unit.gpio
    return SwitchPanel(open_factory(gpio.factory, gpio.chip, gpio.bus, gpio.board))


def _refused(done: str, refusals: list[str]) -> None:
    for refusal in refusals:
        _say(f"NIC could not be {done}: {refusal}")


def _say(text: str) -> None:
    print(f"fover-unit: {text}", file=sys.stderr, flush=True)
