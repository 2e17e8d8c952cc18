"""A pair of real units in the virtual world, and what to ask it before and after ill treatment."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from controller.bench.boot import load_rig
from controller.bench.virtual.namespaces import RUN
from controller.bench.virtual.network import FAILOVER, INSIDE, OUTSIDE
from controller.bench.virtual.recording import CableRecorder, PortRecorder, Said
from controller.bench.virtual.world import VirtualWorld
from controller.bench.world import PowerOff, PowerOn, Rig, Unit

P, S = Unit.PRIMARY, Unit.SECONDARY
BOOTS = Path(__file__).parents[3] / "stories" / "boot"
IN_SERVICE = {P: "Active", S: "Standby Ready"}
SWITCHED = {P: "Standby Ready", S: "Active"}
WAIT_MS, LOOK_MS = 20_000, 20
STATIONS = (OUTSIDE, INSIDE, FAILOVER)
STRANGER_MAC = bytes.fromhex("020000000099")


class Pair:
    """The world, its recorders, and the questions every check asks."""

    def __init__(self, world: VirtualWorld) -> None:
        self.world = world
        self.ports = PortRecorder()
        self.cable = CableRecorder(RUN / "cable")
        self.judged = False

    def boot(self, name: str) -> Rig:
        """Both units off, with the flashes of that boot set."""
        rig = load_rig(BOOTS / name)
        assert isinstance(rig, Rig), rig
        self.world.prepare(rig)
        self.take()
        return rig

    def serve(self, name: str) -> None:
        """Boot it to Active and Standby Ready."""
        self.boot(name)
        self.world.do(PowerOn((P, S)))
        self.reach(IN_SERVICE)

    def power(self, on: bool, *units: Unit) -> None:
        self.world.do((PowerOn if on else PowerOff)(units))

    def order(self, unit: Unit, line: str, wanted: dict[Unit, str]) -> None:
        """Give an order that must be taken, and wait for what comes of it.

        Again while it is refused: a mate's new state is a moment on its way by the cable.
        """
        self.until(lambda: "ERROR" not in self.world.type(unit, line), lambda: f"{line}: refused")
        self.reach(wanted)

    def states(self) -> dict[Unit, str]:
        return {unit: self.world.state(unit) for unit in Unit}

    def reach(self, wanted: dict[Unit, str], wait_ms: int = WAIT_MS) -> None:
        """Wait until these are the states, of the units named."""
        self.until(
            lambda: {u: s for u, s in self.states().items() if u in wanted} == wanted,
            lambda: f"{self.states()}, wanted {wanted}",
            wait_ms,
        )

    def until(
        self,
        holds: Callable[[], bool],
        otherwise: Callable[[], str] = lambda: "",
        wait_ms: int = WAIT_MS,
    ) -> None:
        """Wait until something is true; what its units said is shown if it never is."""
        begun_ms = self.world.now_ms()
        while not holds():
            assert self.world.now_ms() - begun_ms < wait_ms, f"{otherwise()}\n{self.words()}"
            self.world.run(LOOK_MS)

    def words(self) -> str:
        return "\n".join(f"{unit}: {line}" for unit in Unit for line in self.world.messages(unit))

    def said(self, unit: Unit, number: int, text: str = "") -> list[str]:
        """The messages of that number with that text in them."""
        return [
            line for line in self.world.messages(unit) if f"-{number}: " in line and text in line
        ]

    def tells(self, unit: Unit, number: int, text: str = "") -> None:
        """Wait for such a message."""
        self.until(
            lambda: bool(self.said(unit, number, text)),
            lambda: f"{unit} never said {number} {text}",
        )

    def ignored(self, unit: Unit, channel: str, why: str) -> int:
        """How many frames of that kind the unit has told of at last: 0, 10, 100, ..."""
        lines = self.said(unit, 990007, f"frames ignored on {channel}: {why}")
        counts = [int(re.findall(r"\) (\d+) frames", line)[0]) for line in lines]
        return max(counts, default=0)

    def told_of(self, unit: Unit, channel: str, why: str, count: int = 10) -> None:
        """Wait until the unit has told of so many."""
        self.until(
            lambda: self.ignored(unit, channel, why) >= count,
            lambda: f"{unit} never told of {count} on {channel}: {why}",
        )

    def history(self) -> dict[Unit, str]:
        return {unit: self.world.type(unit, "show failover history") for unit in Unit}

    @contextlib.contextmanager
    def unmoved(self) -> Iterator[None]:
        """What is done within changes no state of either unit, not even for a moment."""
        before = self.history()
        yield
        after = self.history()
        assert after == before, f"{after}\n{self.words()}"
        assert self.world.forwarders() == (self.active(),)

    def active(self) -> Unit:
        return next(unit for unit, state in self.states().items() if state == "Active")

    def take(self) -> list[Said]:
        """What the pair said to itself since the last look."""
        return [*self.ports.take(), *self.cable.take()]

    def judge(self) -> None:
        """No two forwarders, nobody crashed. Once for each boot."""
        self.judged = True
        wrong = self.world.judge()
        assert not wrong, "\n".join(wrong)

    def close(self) -> None:
        self.ports.close()
        self.world.close()
        self.cable.close()


@contextlib.contextmanager
def in_front() -> Iterator[None]:
    """Ahead of every unit, where that is allowed: what is sent within arrives all at once.

    Otherwise the units' real-time processes take each frame as it comes, and there is no flood.
    """
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(60))
    except PermissionError:
        yield
        return
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
