"""A process that has imported all that a unit's processes need, and forks them when asked.

Starting an interpreter and its imports takes half a second of CPU here and several seconds on a
small board; a fork of one that is ready takes some milliseconds. A restarted failover process, or a
unit whose power switch is turned on, need not wait. The forked process runs the same command as
a started one, from a state that no earlier life has touched: the nursery itself never runs any.

Where it is not ready, or does not answer, the supervisor starts a fresh interpreter instead.
"""

from __future__ import annotations

import gc
import importlib
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from firmware.core.failover.fence_events import Process
from firmware.processes.unit_file import UnitFile

Main = Callable[[list[str]], int]  # the command's, given to it: a process imports no command
ANSWER_S = 1.0
_READY = b"ready"


class Nursery:
    """The supervisor's end. Nothing here waits for longer than ANSWER_S, and only for a fork."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._control: socket.socket | None = None
        self._pid = 0
        self._ready = False

    def prepare(self) -> None:
        """Have one made ready, unless there is one. Not while a unit boots: it takes a CPU."""
        if self._control is not None:
            return
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        os.set_inheritable(there.fileno(), True)
        command = ["nursery", "--config", str(self._config), "--parent", str(os.getpid())]
        try:
            self._pid = spawn([*command, "--control-fd", str(there.fileno())])
        except OSError:  # no room for another process: do without
            here.close()
            return
        finally:
            there.close()
        self._control = here

    def start(self, process: Process, heartbeat_fd: int | None) -> int | None:
        """Fork that process; its process id, or None when a fresh interpreter must do."""
        if self._control is None or not self._is_ready():
            return None
        descriptors = [] if heartbeat_fd is None else [heartbeat_fd]
        try:
            socket.send_fds(self._control, [process.value.encode()], descriptors)
            if select.select([self._control], [], [], ANSWER_S)[0]:
                return int(self._control.recv(32))
        except (OSError, ValueError):  # it died: an empty answer is no number
            pass
        self.close()
        return None

    def close(self) -> None:
        """End it. Those it forked live on."""
        if self._control is not None:
            self._control.close()
            self._control, self._ready = None, False
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)

    def _is_ready(self) -> bool:
        assert self._control is not None
        if not self._ready and select.select([self._control], [], [], 0)[0]:
            self._ready = self._control.recv(32) == _READY
            if not self._ready:
                self.close()  # it ended while it was importing; the fresh one will say why
        return self._ready


def spawn(arguments: list[str]) -> int:
    """Start ``python -m firmware`` in a session of its own; its process id. Raises OSError."""
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "firmware", *arguments],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)],
        setsid=True,
    )


def serve(unit: UnitFile, parent: int, control_fd: int, main: Main) -> int:
    """Be the nursery: import, say so, fork whenever asked. Ends with its supervisor."""
    _import_all(unit)
    gc.collect()
    gc.freeze()  # else the first collection in a fork would copy every page
    control = socket.socket(fileno=control_fd)
    try:
        control.send(_READY)
        while True:
            name, descriptors, _, _ = socket.recv_fds(control, 32, 1)
            if not name:
                return 0
            command = [name.decode(), "--config", str(unit.path), "--parent", str(parent)]
            if descriptors:
                command += ["--heartbeat-fd", str(descriptors[0])]
            _fork(control, command, main)
            for descriptor in descriptors:
                os.close(descriptor)
    except ConnectionError:  # the supervisor is gone
        return 0


def _fork(control: socket.socket, command: list[str], main: Main) -> None:
    """Fork twice, the middle one ending, so that the supervisor adopts the last one."""
    middle = os.fork()
    if middle:
        os.waitpid(middle, 0)
        return
    middle = os.getpid()
    if os.fork():
        os._exit(0)
    os.setsid()
    while os.getppid() == middle:
        time.sleep(0.0002)
    control.send(str(os.getpid()).encode())
    control.close()
    _live(command, main)


def _live(command: list[str], main: Main) -> NoReturn:
    """What a fresh interpreter would do with that command line."""
    status = 1
    try:
        status = main(command)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:  # the last frame of this process: nobody else would print it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _import_all(unit: UnitFile) -> None:
    names = ["firmware.processes.failover", "firmware.processes.management"]
    if unit.gpio is not None:
        names.append("firmware.drivers.gpio")
    if unit.ssh_port is not None:
        names.append("firmware.drivers.terminal.ssh")
    for name in names:
        importlib.import_module(name)
