"""Pairs side by side: each in a process and a private world of its own, told what to do by a pipe.

    python -m controller.bench.perf.beside

reads a line and answers it with a line, until there are no more:

    timers 10 30    the pair is at rest with these unit timers, booted if need be: ``ok``
    watch 600       leave it alone for so many seconds: what ``watching.as_text`` writes
    anything        ``no`` and a reason, where it could not be done
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from controller.bench.perf.explained import Timers, Watched
from controller.bench.perf.pair import SOON_AT_REST, NotAtRest, Pair
from controller.bench.perf.progress import Progress
from controller.bench.perf.watching import as_text, from_text, watch
from controller.bench.virtual import namespaces
from controller.bench.virtual.world import VirtualWorld
from controller.bench.world import WorldError

END_S = 30.0
# Whoever has no CAP_SYS_NICE is refused SCHED_FIFO, as any ordinary user is.
_NOT_REAL_TIME = ("setpriv", "--bounding-set=-sys_nice", "--inh-caps=-sys_nice")
BOOT_SET = "lan"


class Beside:
    """One more pair. Its answers come in the order it was asked. Ends with ``close``."""

    def __init__(self, name: str, words: Path, *, real_time: bool) -> None:
        """Begin to build it. ``words``: the folder its standard error goes to."""
        self.name = name
        self._words = words / f"{name}.log"
        command = [sys.executable, "-m", "controller.bench.perf.beside"]
        environment = {key: value for key, value in os.environ.items() if key != "TMPDIR"}
        with self._words.open("wb") as stderr:
            self._process = subprocess.Popen(
                command if real_time else [*_NOT_REAL_TIME, *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=environment,
                text=True,
                start_new_session=True,  # a Ctrl-C is ours to hear, and the pipe's end its sign
            )

    def ask(self, line: str) -> None:
        """Ask for something; ``answer`` waits for it. Raises WorldError if nobody is there."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except OSError:
            raise WorldError(f"{self.name} ended by itself\n{self._tail()}") from None

    def answer(self) -> str:
        """What it answers. Raises WorldError with its reason if it could not."""
        assert self._process.stdout is not None
        said = self._process.stdout.readline().rstrip("\n")
        if not said:
            raise WorldError(f"{self.name} ended by itself\n{self._tail()}")
        if said.startswith("no "):
            raise WorldError(f"{self.name}: {said[3:]}")
        return said

    def watched(self) -> Watched:
        """The answer to ``watch``."""
        return from_text(self.answer())

    def close(self) -> None:
        """End it and its world."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):  # it is gone
            self._process.stdin.close()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()  # its guard's death ends the world
            self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> Beside:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _tail(self) -> str:
        return self._words.read_text(errors="replace")[-2_000:] or "(it said nothing)"


def main() -> None:
    """The pair's own side of the pipe."""
    namespaces.enter([sys.executable, "-m", "controller.bench.perf.beside"])
    world = VirtualWorld()
    try:
        told = _Told(Pair(world, Progress(sys.stderr)))
        for line in sys.stdin:
            try:
                answer = told.do(line.split())
            except (WorldError, NotAtRest) as why:
                answer = f"no {' '.join(str(why).split())}"
            print(answer, flush=True)
    finally:
        world.close()


class _Told:
    """Does what the lines say. A pair in doubt is booted anew by the next ``timers``."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._sound = False

    def do(self, words: list[str]) -> str:
        """The answer to one line. Raises WorldError, NotAtRest."""
        match words:
            case ["timers", poll, hold]:
                return self._timers(Timers(int(poll), int(hold)))
            case ["watch", seconds]:
                watched = watch(self._pair, float(seconds))
                self._sound = not watched.wrong
                return as_text(watched)
        raise WorldError(f"not understood: {' '.join(words)}")

    def _timers(self, timers: Timers) -> str:
        pair = self._pair
        if not self._sound:
            pair.boot(BOOT_SET, (SOON_AT_REST,))
        self._sound = False
        pair.rest_anyhow()
        answer = pair.world.type(pair.active, timers.line)
        if answer.startswith("ERROR"):
            raise WorldError(f"{timers.line!r}: {answer}")
        pair.rest_anyhow()
        self._sound = True
        return "ok"


if __name__ == "__main__":
    main()
