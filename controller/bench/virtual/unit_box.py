"""One unit of the virtual bench: a box with a power switch, link switches, a console and a flash.

The unit is started as any machine would start it, ``fover-unit run --config unit.toml``, in its own
network namespace. Here one only turns its switches and types at its console.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from controller.bench.virtual.console_line import Console, Conversation
from controller.bench.virtual.network import CARD_NIC, ETHERNETS
from controller.bench.virtual.pinbus import PinBus
from controller.bench.virtual.processes import Processes, Started
from controller.bench.world import CARD, Process, Unit, WorldError
from wiring.load import default_map
from wiring.signals import LINK_SWITCHES, Signal

STARTUP_CONFIG = "startup-config"
GONE_S = 10.0  # a power cut takes milliseconds; a machine under load may take its time
THERE_S = 30.0  # a supervisor loads for a second or two; likewise
_SUPERVISOR = "supervisor"  # in <run>
_TRACEBACK = "Traceback (most recent call last)"
APPEARS_S = 5.0  # a process that was just started is not listening yet
_LISTENS = {Process.FAILOVER: "failover", Process.MANAGEMENT: "terminal"}  # in <run>
_ACCEPTS = 0x10000  # __SO_ACCEPTCON, as /proc/net/unix prints flags
SITE, PAIR = "lab", "bench"
Facts = Mapping[str, str | int | bool]
FACTS: Facts = {
    "model": "PIX-515E",
    "version": "7.2(1)",
    "platform": "pix",
    "memory_mb": 128,
    "flash_mb": 16,
    "licence": "UR",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a unit is plugged into."""

    folder: Path
    bus_path: Path
    serial: Path
    broker: str | None  # address; None: no MQTT
    broker_port: int
    cpu: int


class UnitBox:
    """A unit's box. Powered off and all links plugged in until told otherwise."""

    def __init__(
        self, unit: Unit, processes: Processes, bus: PinBus, surroundings: Surroundings
    ) -> None:
        self.unit = unit
        self.powered_at_ns = 0
        self.ethernets = ETHERNETS  # how many it is told of when it is started next
        self._processes = processes
        self._bus = bus
        self._at = surroundings
        self.flash = surroundings.folder / "flash"
        self._run = surroundings.folder / "run"
        self.flash.mkdir(parents=True, exist_ok=True)
        self._running: Started | None = None
        self._facts: dict[str, str | int | bool] = {}
        self._card = False
        self.terminal = self._run / "terminal"
        self.console = Console(self.terminal, appear_s=5.0, answer_s=10.0)
        # Looking goes by a session of its own: it keeps nobody's place and waits for nobody.
        self.window = Console(self.terminal, appear_s=0.0, answer_s=1.0)
        self.conversation = Conversation(self.terminal)
        self.power(False)
        self.plug_all()

    @property
    def chassis(self) -> str:
        """The serial number it runs under."""
        return str(self._facts.get("chassis", ""))

    def start(self, chassis: str, facts: Facts | None = None, *, card: bool = False) -> None:
        """Have the box running as that chassis, its power switch off. No-op if it does already.

        ``facts``: keys of [unit] that are otherwise here. ``card``: it has one more interface.
        """
        wanted = {"chassis": chassis, **FACTS, **(facts or {})}
        same = wanted == self._facts and card is self._card
        if self._running is not None and self._running.alive and same:
            return
        self.stop()
        self.power(False)
        self._facts, self._card = wanted, card
        file = self._at.folder / "unit.toml"
        file.write_text(self._unit_toml())
        command = [sys.executable, "-m", "firmware", "run", "--config", str(file)]
        self._running = self._processes.start(f"unit-{self.unit}", command, netns=self.unit.value)

    def fit(self) -> None:
        """Put the card in: the same unit, which is off, with one more interface."""
        self.start(self.chassis, self._facts, card=True)
        self.await_there()

    def refit(self, key: str, value: str) -> None:
        """Another fact of the same unit, which is off; ``key`` as in [unit] of unit.toml."""
        self.start(self.chassis, {**self._facts, key: value}, card=self._card)
        self.await_there()

    def stop(self) -> None:
        """End the box itself, supervisor and all."""
        self._hang_up()
        if self._running is not None:
            self._processes.end(self._running)
            self._running = None

    def power(self, on: bool) -> None:
        """Turn the power switch; returns at once."""
        if on:
            self.powered_at_ns = time.monotonic_ns()
        self._bus.say(self.unit, Signal.POWER_SWITCH, on)

    @property
    def switched_on(self) -> bool:
        """What the power switch says."""
        level = self._bus.read(self.unit, Signal.POWER_SWITCH)
        return default_map()[Signal.POWER_SWITCH].active(level)

    @property
    def has_power(self) -> bool:
        """What the unit's own power line says; false while nothing drives it."""
        level = self._bus.read(self.unit, Signal.POWER_OUT)
        return default_map()[Signal.POWER_OUT].active(level)

    @property
    def is_there(self) -> bool:
        """Whether its supervisor runs, and would see the power switch turned."""
        running, socket = self._running, self._run / _SUPERVISOR
        return running is not None and _listener(running.process.pid, socket) is not None

    def await_there(self) -> None:
        """Wait until a box that was started is there. Raises WorldError.

        Two units are switched on at once only where neither box is still being made: a unit is
        given 5 s by its mate, and a new supervisor on a busy machine takes as long.
        """
        until = time.monotonic() + THERE_S
        while not self.is_there:
            self.check()
            if time.monotonic() > until:
                raise WorldError(f"{self.unit} was started and is not there\n{self._tail()}")
            time.sleep(0.005)

    def await_gone(self) -> None:
        """Wait until a power cut is complete: line low, <run> emptied. Raises WorldError."""
        until = time.monotonic() + GONE_S
        while self.has_power or any((self._run / name).exists() for name in _LISTENS.values()):
            self.check()
            if time.monotonic() > until:
                raise WorldError(f"{self.unit} is switched off and still runs\n{self._tail()}")
            time.sleep(0.005)
        self._hang_up()

    def _hang_up(self) -> None:
        self.console.close()
        self.window.close()
        self.conversation.close()

    def check(self) -> None:
        """Raises WorldError, with its last words, if the box itself has died."""
        if self._running is not None and not self._running.alive:
            status = self._running.process.returncode
            raise WorldError(
                f"the supervisor of {self.unit} ended by itself, status {status}\n{self._tail()}"
            )

    def forget_words(self) -> None:
        """Crashes so far are of no interest any more."""
        if self._running is not None:
            self._running.forget()

    def words(self) -> str:
        """What its processes said since ``forget_words``."""
        return "" if self._running is None else self._running.said()

    def crash(self) -> str:
        """The last traceback among what its processes said since ``forget_words``; else empty."""
        said = self.words()
        mark = said.rfind(_TRACEBACK)
        return said[mark:].strip() if mark >= 0 else ""

    def link(self, interface: str, plugged: bool) -> None:
        """Turn the link switch of "Ethernet0" to "Ethernet5". Raises WorldError for others."""
        names = [f"Ethernet{number}" for number in range(ETHERNETS)]
        if interface not in names:
            raise WorldError(f"{interface} has no link switch; there are {', '.join(names)}")
        self._bus.say(self.unit, LINK_SWITCHES[names.index(interface)], plugged)

    def plug_all(self) -> None:
        """All link switches closed."""
        for switch in LINK_SWITCHES:
            self._bus.say(self.unit, switch, True)

    def signal(self, process: Process, number: signal.Signals) -> None:
        """SIGKILL or SIGSTOP to a process of the unit. Raises WorldError if it does not run."""
        if process is Process.SUPERVISOR:
            supervisor = self._supervisor()
            if number is signal.SIGKILL and self._running is not None:
                self._processes.kill(self._running)
            else:
                _signalled(supervisor, number)
            return
        until = time.monotonic() + APPEARS_S
        while (pid := self._pid_of(process)) is None or not _signalled(pid, number):
            if time.monotonic() > until:
                raise WorldError(f"{self.unit} has no {process} process to signal\n{self._tail()}")
            time.sleep(0.005)

    def stand_still(self, still: bool) -> None:
        """SIGSTOP to the supervisor and all it has started, or SIGCONT. Raises WorldError."""
        if self._running is None:
            raise WorldError(f"{self.unit} has no processes")
        number = signal.SIGSTOP if still else signal.SIGCONT
        for pid in descendants(self._running.process.pid):
            _signalled(pid, number)

    def go_on(self, process: Process) -> None:
        """SIGCONT to a process that was stopped; to nobody if it has ended meanwhile."""
        pid = self._pid_of(process)
        if pid is not None:
            _signalled(pid, signal.SIGCONT)

    def starve(self, process: Process) -> None:
        """A process of the unit gets no more memory than it has. Raises WorldError."""
        pid = self._pid_of(process)
        if pid is None:
            raise WorldError(f"{self.unit} has no {process} process to starve\n{self._tail()}")
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
        most = resource.prlimit(pid, resource.RLIMIT_AS)[1]
        resource.prlimit(pid, resource.RLIMIT_AS, (pages * resource.getpagesize(), most))

    def damage(self) -> None:
        """Cut every file in the flash short, as by writes that were never finished."""
        for file in self.flash.rglob("*"):
            if file.is_file():
                os.truncate(file, file.stat().st_size // 2)

    def erase(self) -> None:
        """Empty the flash."""
        for entry in self.flash.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def write_startup(self, text: str) -> None:
        """Put a startup-config into the flash."""
        (self.flash / STARTUP_CONFIG).write_text(text, encoding="utf-8")

    def read_startup(self) -> str:
        """The startup-config in the flash. Raises WorldError if there is none."""
        try:
            return (self.flash / STARTUP_CONFIG).read_text(encoding="utf-8")
        except OSError as error:
            raise WorldError(f"the flash of {self.unit} has no {STARTUP_CONFIG}") from error

    def _supervisor(self) -> int:
        if self._running is None or not self._running.alive:
            raise WorldError(f"{self.unit} has no supervisor to signal\n{self._tail()}")
        return self._running.process.pid

    def _pid_of(self, process: Process) -> int | None:
        """The process that listens where that one does: its name does not tell, it is a fork."""
        if self._running is None:
            return None
        return listening_child(self._running.process.pid, self._run / _LISTENS[process])

    def _tail(self) -> str:
        return "" if self._running is None else self._running.tail()

    def _unit_toml(self) -> str:
        at = self._at
        # A value of these kinds is written in JSON as in TOML.
        lines = ["[unit]", *(f"{key} = {json.dumps(value)}" for key, value in self._facts.items())]
        lines += ["[paths]", f'flash = "{self.flash}"', f'run = "{self._run}"']
        lines += ["[interfaces]"]
        lines += [f'Ethernet{number} = "eth{number}"' for number in range(self.ethernets)]
        lines += [f'"{CARD}" = "eth{CARD_NIC}"'] if self._card else []
        lines += ["[cable]", f'serial = "{at.serial}"', "[gpio]", 'factory = "fover_bus"']
        lines += [f'bus = "{at.bus_path}"', f'board = "{self.unit}"']
        if at.broker is not None:
            lines += ["[mqtt]", f'broker = "{at.broker}"', f"port = {at.broker_port}"]
            lines += [f'site = "{SITE}"', f'pair = "{PAIR}"']
        lines += ["[ssh]", "port = 22"]  # in its namespace: at its address on the management link
        lines += ["[terminal]", 'management_nic = "mgmt0"', "[realtime]", f"cpu = {at.cpu}"]
        return "\n".join(lines) + "\n"


def _signalled(pid: int, number: signal.Signals) -> bool:
    """Whether there was one to signal: it may end between the look and the signal."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def descendants(pid: int) -> list[int]:
    """That process and all that it and its children have started, parents first."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):  # it ended meanwhile
            for task in Path(f"/proc/{one}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def listening_child(supervisor: int, path: Path) -> int | None:
    """The child of the supervisor that listens at a path; None if there is none, or no more."""
    inode = _listener(supervisor, path)
    return None if inode is None else _owner(supervisor, inode)


def _listener(pid: int, path: Path) -> str | None:
    """The inode of the Unix socket that listens at a path, in that process's network namespace."""
    try:
        lines = Path(f"/proc/{pid}/net/unix").read_text().splitlines()
    except OSError:  # it ended
        return None
    for line in lines[1:]:
        words = line.split()
        if words[-1] == str(path) and int(words[3], 16) & _ACCEPTS:
            return words[6]
    return None


def _children(pid: int) -> list[int]:
    """Of its first thread: no other starts any."""
    try:
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:  # it ended
        return []
    return [int(child) for child in told.split()]


def _owner(supervisor: int, inode: str) -> int | None:
    """The child of the supervisor that has that socket open."""
    for child in _children(supervisor):
        with contextlib.suppress(OSError):  # it ended meanwhile
            for descriptor in Path(f"/proc/{child}/fd").iterdir():
                if os.readlink(descriptor) == f"socket:[{inode}]":
                    return child
    return None
