"""The processes the bench starts: where they run, where their words go, how they end."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from controller.bench.virtual import priority
from controller.bench.world import WorldError

_READY_S = 15.0
_END_S = 2.0
_TAIL_LINES = 20


@dataclass(slots=True)
class Started:
    """One process and the file with its standard error."""

    name: str
    process: subprocess.Popen[bytes]
    words: Path
    forgotten: int = 0  # characters of ``words`` nobody wants to hear again

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def tail(self) -> str:
        """The last it said, for an error message."""
        lines = self.said().splitlines()
        return "\n".join(lines[-_TAIL_LINES:]) or "(it said nothing)"

    def said(self) -> str:
        """All it said since started, or since ``forget``."""
        try:
            return self.words.read_text(errors="replace")[self.forgotten :]
        except OSError:
            return ""

    def forget(self) -> None:
        """What it said so far is of no interest any more."""
        self.forgotten += len(self.said())


class Processes:
    """Starts processes in a namespace or beside the bench, and ends all of them."""

    def __init__(self, logs: Path) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._logs = logs
        self._all: list[Started] = []

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        netns: str | None = None,
        environment: Mapping[str, str] | None = None,
        wait_ready: bool = False,
    ) -> Started:
        """Start a command, in a network namespace if named. Raises WorldError if it cannot be.

        ``wait_ready`` waits for a first line on its standard output. A session of its own keeps a
        Ctrl-C meant for the bench away from it.
        """
        where = [] if netns is None else ["nsenter", f"--net=/run/netns/{netns}"]
        words = self._logs / f"{name}.log"
        # An earlier one of this name has left its words there.
        before = len(words.read_text(errors="replace")) if words.exists() else 0
        with words.open("ab") as stderr:
            process = subprocess.Popen(
                [*where, *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if wait_ready else stderr,
                stderr=stderr,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )
        started = Started(name, process, words, before)
        self._all.append(started)
        if wait_ready:
            self._await(started)
        return started

    def start_module(
        self,
        name: str,
        words: Sequence[str],
        *,
        netns: str | None = None,
        wait_ready: bool = False,
    ) -> Started:
        """Start one of our own modules with its arguments, by this same interpreter."""
        command = [sys.executable, "-m", *words]
        return self.start(name, command, netns=netns, wait_ready=wait_ready)

    def _await(self, started: Started) -> None:
        stdout = started.process.stdout
        assert stdout is not None
        ready, _, _ = select.select([stdout], [], [], _READY_S)
        if not ready or not stdout.readline():
            self.end(started)
            raise WorldError(f"{started.name} did not start:\n{started.tail()}")

    def end(self, started: Started) -> None:
        """End one process and wait for it: asked first, killed when it does not listen."""
        if started.alive:
            started.process.send_signal(signal.SIGTERM)
            try:
                started.process.wait(_END_S)
            except subprocess.TimeoutExpired:
                started.process.kill()
                started.process.wait()
        if started.process.stdout is not None:
            started.process.stdout.close()
        if started in self._all:
            self._all.remove(started)

    def kill(self, started: Started) -> None:
        """End one as a fault would: nobody is to wonder that it is dead."""
        started.process.kill()
        started.process.wait()
        if started in self._all:
            self._all.remove(started)

    def dead(self) -> list[Started]:
        """Those that ended though nobody asked them to."""
        return [started for started in self._all if not started.alive]

    def end_all(self) -> None:
        """End every process, the last started first."""
        priority.calm()
        for started in reversed(list(self._all)):
            self.end(started)
