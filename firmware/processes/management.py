"""The management process: one asyncio loop around the management machine.

Reads flash, connects to the failover process and the supervisor (again and again: either may be
started anew), serves terminals and the broker, and carries out what the machine asks for in order.
Nothing here is waited for by the failover process.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from firmware.core.management import events as ev
from firmware.core.management import topics
from firmware.core.management.engine import FOR_MANAGEMENT, ManagementEngine
from firmware.drivers.flash import Flash
from firmware.drivers.kernel_facts import with_burned_in_macs
from firmware.drivers.mqtt import Mqtt
from firmware.drivers.terminal import Sessions, Terminals
from firmware.processes import ipc
from firmware.processes.kernel import Kernel
from firmware.processes.remote import Remote
from firmware.processes.run_directory import SOCKET
from firmware.processes.unit_file import UnitFile

RECONNECT_S = 0.05  # a failover process that is being started is met within this
FAULT_STATUS = 70
_SUPERVISORS = (ev.SwitchMoved, ev.ProcessEnded, ev.Fenced)


class Wire:
    """A connection to another process, made again whenever it is lost."""

    def __init__(
        self,
        path: Path,
        heard: Callable[[ipc.Message], None],
        changed: Callable[[bool], None],
    ) -> None:
        self._path, self._heard, self._changed = path, heard, changed
        self._loop = asyncio.get_running_loop()
        self._connection: ipc.Connection | None = None
        self._watched = 0  # the descriptor the loop knows
        self.dropped = 0

    def start(self) -> None:
        """Connect, now or as soon as somebody listens."""
        connection = ipc.connect(self._path)
        if connection is None:
            self._loop.call_later(RECONNECT_S, self.start)
            return
        self._connection = connection
        self._watched = connection.fileno()
        self._loop.add_reader(self._watched, self._read)
        self._changed(True)

    def send(self, message: ipc.Message) -> None:
        """Say it; without a connection it is dropped and counted."""
        connection = self._connection
        if connection is None or not connection.send(message):
            self.dropped += 1
        elif connection.closed:
            self._loop.call_soon(self._lost_if_closed)
        elif connection.pending:
            self._loop.add_writer(self._watched, self._flush)

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._forget(self._connection)

    def _read(self) -> None:
        connection = self._connection
        if connection is None:
            return
        for message in connection.receive():
            self._heard(message)
        self._lost_if_closed()

    def _flush(self) -> None:
        connection = self._connection
        if connection is None:
            return
        connection.flush()
        if not connection.pending:
            self._loop.remove_writer(self._watched)
        self._lost_if_closed()

    def _lost_if_closed(self) -> None:
        connection = self._connection
        if connection is not None and connection.closed:
            self._forget(connection)
            self._changed(False)
            self.start()

    def _forget(self, connection: ipc.Connection) -> None:
        self._loop.remove_reader(self._watched)
        self._loop.remove_writer(self._watched)
        connection.close()
        self.dropped += connection.dropped
        self._connection = None


class Management:
    """The machine and all that is around it.

    ``kernel``: packet rules are put into the kernel of this network namespace, and its connections
    dropped. A unit does; what only looks on does not.
    """

    def __init__(self, unit: UnitFile, *, kernel: bool = False) -> None:
        self._unit = unit
        self._loop = asyncio.get_running_loop()
        cable = unit.gpio is not None and unit.serial is not None
        boot = int.from_bytes(os.urandom(8), "big")
        self._engine = ManagementEngine(
            with_burned_in_macs(unit.facts, unit.nics),
            cable=cable,
            boot=boot,
            seed=os.urandom(32),
            enforces=kernel,
            management_path=unit.management_nic is not None,
            ssh_port=unit.ssh_port,
        )
        self._kernel = Kernel(unit.nics, self.step, enforces=kernel)
        self._flash = Flash(unit.flash)
        self._kept = Flash(unit.run, durable=False)
        self._sessions = Sessions(self.step)
        self._terminals = Terminals(unit.run / "terminal", self._sessions)
        self._remote = Remote(unit.ssh_port, self._flash, self._sessions)
        self._failover = Wire(unit.run / "failover", self._from_failover, self._failover_changed)
        self._supervisor = Wire(unit.run / SOCKET, self._from_supervisor, lambda _: None)
        self._mqtt: Mqtt | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._verbs: dict[type, Callable[[Any], ev.Event | None]] = {
            ev.Reply: self._sessions.reply,
            ev.LineForgotten: self._sessions.forget,
            ev.PromptChanged: self._sessions.prompt_changed,
            ev.CloseSession: self._sessions.close,
            ev.ConsoleText: self._sessions.console,
            ev.ConnectionAnswered: self._remote.admitted,
            ev.LoginAnswered: self._remote.judged,
            ev.SendBootFacts: lambda facts: self._failover.send(
                ipc.BootFacts(facts.latched, facts.goes_on)
            ),
            ev.ToFailover: lambda said: self._failover.send(said.event),
            ev.ToSupervisor: lambda ask: self._supervisor.send(ask.request),
            ev.WriteFlash: lambda ask: self._flash.write(ask.name, ask.text),
            ev.RenameFlash: lambda ask: self._flash.rename(ask.name, ask.to),
            ev.EraseFlash: lambda ask: self._flash.erase(ask.name),
            ev.ReadFlash: lambda ask: self._flash.read(ask.name),
            ev.ListFlash: lambda ask: self._flash.list(ask.prefix),
            ev.LoadRules: self._kernel.load,
            ev.DropConnections: self._kernel.drop_connections,
            ev.AskKernel: self._kernel.ask,
            ev.ClearKernel: self._kernel.clear,
            ev.Ping: self._kernel.ping,
            ev.Keep: self._keep,
            ev.PublishTopic: self._publish,
        }

    async def run(self) -> None:
        """Until told to end."""
        ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, ended.set)
        self._mqtt = self._broker()
        self._kernel.start()
        for event in self._flashes():
            self.step(event)
        self._failover.start()
        self._supervisor.start()
        await self._terminals.start()
        self._remote.start()
        try:
            await ended.wait()
        finally:
            await self._kernel.close()
            await self._remote.close()
            await self._terminals.close()
            self._failover.close()
            self._supervisor.close()
            if self._mqtt is not None:
                await self._mqtt.close()

    def step(self, event: ev.Event) -> None:
        """Step the machine, carry out what it asks for, and step what that answers.

        A fault in it ends the process: what it was about is half done, and only a process that
        begins anew, from the running configuration kept before that step, is right again.
        """
        try:
            self._step(event)
        except Exception as fault:  # asyncio would log it, and go on with half a change
            _die_of(fault)

    def _step(self, event: ev.Event) -> None:
        events = [event]
        while events:
            now_ms = time.monotonic_ns() // 1_000_000
            effects = self._engine.step(events.pop(0), now_ms, time.time_ns() // 1_000_000)
            for effect in effects:
                answer = self._verbs[type(effect)](effect)
                if answer is not None:
                    events.append(answer)
        self._wait()

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due_ms = self._engine.next_due_ms()
        if due_ms is not None:
            # The loop's clock is the machine's; a millisecond more, so that it is not early.
            when_s = (due_ms + 1) / 1000
            self._timer = self._loop.call_at(when_s, self.step, ev.TimePassed())

    def _flashes(self) -> tuple[ev.Event, ...]:
        return (
            self._flash.read(ev.LATCHED_IDENTITY),
            self._kept.read(ev.HISTORY),
            self._kept.read(ev.RUNNING_CONFIG),
            self._flash.read(ev.STARTUP_CONFIG),
        )

    def _broker(self) -> Mqtt | None:
        mqtt, chassis = self._unit.mqtt, self._unit.facts.chassis
        if mqtt is None:
            return None
        base = topics.base(mqtt.site, mqtt.pair, chassis)
        return Mqtt(mqtt.broker, mqtt.port, base, client_id=f"fover-{chassis}", tell=self.step)

    def _publish(self, said: ev.PublishTopic) -> None:
        if self._mqtt is not None:
            self._mqtt.publish(said.topic, said.payload, retain=said.retain)

    def _keep(self, said: ev.Keep) -> None:
        error = self._kept.write(said.name, said.text).error
        if error:
            print(f"management: {self._unit.run}/{said.name}: {error}", file=sys.stderr)

    def _from_failover(self, message: ipc.Message) -> None:
        if isinstance(message, FOR_MANAGEMENT):
            self.step(ev.FromFailover(message))

    def _failover_changed(self, connected: bool) -> None:
        self.step(ev.FailoverConnected() if connected else ev.FailoverLost())

    def _from_supervisor(self, message: ipc.Message) -> None:
        if isinstance(message, _SUPERVISORS):
            self.step(message)


def _collect_seldom() -> None:
    """A configuration of 10,000 lines is 500,000 objects that stay, and none of them is garbage.

    Looking through them again and again while it is read would be a fifth of the time. What the
    program itself is made of is not looked through any more at all.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _die_of(fault: Exception) -> NoReturn:
    """Say where it happened, and leave at once; the supervisor starts management anew."""
    told = "".join(traceback.format_exception(fault))
    if _short_of_memory(fault):
        told = f"no memory is left ({fault or 'for an object'}); beginning anew\n"
    os.write(2, f"management: {told}".encode(errors="replace"))
    os._exit(FAULT_STATUS)


def _short_of_memory(fault: Exception) -> bool:
    return isinstance(fault, MemoryError) or "start new thread" in str(fault)


def _fault(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Of a callback or a task. Without memory, for a buffer or a thread, nothing here can be
    relied on any more; the process begins anew. All else costs one session, and is told."""
    fault = context.get("exception")
    if isinstance(fault, Exception) and _short_of_memory(fault):
        _die_of(fault)
    loop.default_exception_handler(context)


async def _serve(unit: UnitFile) -> int:
    asyncio.get_running_loop().set_exception_handler(_fault)
    management = Management(unit, kernel=True)
    _collect_seldom()
    try:
        await management.run()
    except OSError as error:
        print(f"management: {unit.run}: {error}", file=sys.stderr)
        return 1
    return 0


def run(unit: UnitFile) -> int:
    """Run until SIGTERM; the process's exit status."""
    return asyncio.run(_serve(unit))
