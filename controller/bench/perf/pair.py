"""A pair that is brought to rest, hurt, watched, and brought to rest again, with the roles changed.

One pair serves all repetitions of a measurement: the unit that lost its role is switched off and on
again and comes back as standby, so the next fault goes the other way. What cannot be brought to
rest is booted anew from nothing, and counted as a failure.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from controller.bench.boot import load_rig
from controller.bench.perf.observed import Observed, observed, remembered
from controller.bench.perf.progress import Progress
from controller.bench.perf.told import Told
from controller.bench.perf.unit_processes import processes_of
from controller.bench.play import STORIES
from controller.bench.virtual import clock
from controller.bench.virtual.evidence import decided_ns
from controller.bench.virtual.forwarding import forwarding
from controller.bench.virtual.frames import Seen
from controller.bench.virtual.namespaces import RUN
from controller.bench.virtual.traffic import SETTLED_NS, Traffic
from controller.bench.virtual.world import VirtualWorld
from controller.bench.world import PowerOff, PowerOn, Rig, Unit, WorldError

REST_S = 60.0  # from power on to a pair at rest; it takes a second or two
TAKEOVER_S = 5.0
FLOWS_S = 5.0
WINDOW_MS = 700  # watched from the fault on, and before it as control
_LOOK_S = 0.05
# Two hellos on each data interface, and a pair is at rest; the document's 5 s would only make
# each repetition longer. No takeover measured here waits for an interface's hold time.
SOON_AT_REST = "failover polltime interface msec 500 holdtime 5"

FAILS = 104003  # said by a unit that lets go

Act = Callable[[], int]  # does it; the moment it was begun, in ns
Deed = Callable[["Pair", Unit], Act]  # made ready, so that only the act itself is in the figures


class NotAtRest(Exception):
    """The pair is not one active and one Standby Ready unit; says what it is."""


class Pair:
    """Two units of the virtual world. ``active`` is who was active when last at rest."""

    def __init__(self, world: VirtualWorld, progress: Progress) -> None:
        self.active = Unit.PRIMARY
        self.world = world
        self.boots: list[tuple[int, Unit]] = []  # when units were switched on, since ``boot``
        self._progress = progress
        self._known: list[Seen] = []
        self._chassis = Rig(boot={}).chassis

    def boot(
        self,
        boot_set: str,
        lines: Sequence[str] = (SOON_AT_REST,),
        change: Callable[[Rig], Rig] | None = None,
        within_s: float = REST_S,
    ) -> None:
        """Both units on from a boot set of the stories, changed; lines typed. Raises NotAtRest."""
        self._progress.now(f"booting a pair, {boot_set}")
        rig = load_rig(STORIES / "boot" / boot_set)
        assert isinstance(rig, Rig), rig
        rig = rig if change is None else change(rig)
        self._chassis = rig.chassis
        self.world.prepare(rig)
        # Being asked ends the second opinion: four tcpdumps would be part of what is measured.
        self.world.judge()
        self.boots, self._known = [], []
        self._power_on(tuple(Unit))
        self.active = Unit.PRIMARY
        self.rest(within_s)
        for line in lines:
            answer = self.world.type(self.active, line)
            if answer.startswith("ERROR"):
                raise WorldError(f"{line!r}: {answer}")
        self.rest(within_s)

    def off(self) -> None:
        """Both units off, at once. ``boot`` puts everything in its place."""
        self.world.do(PowerOff(tuple(Unit)))

    def rest(self, within_s: float = REST_S) -> None:
        """Wait until the active unit is Active, its mate Standby Ready, all interfaces heard."""
        until = time.monotonic() + within_s
        while not self.at_rest():
            if self._is(self.active.mate):
                raise NotAtRest(f"{self.active} was to be active, and now: {self.states()}")
            if time.monotonic() > until:
                raise NotAtRest(f"not at rest in {within_s:g} s: {self.states()}")
            time.sleep(_LOOK_S)

    def rest_anyhow(self, within_s: float = REST_S) -> None:
        """As ``rest``, whichever unit is active by now."""
        until = time.monotonic() + within_s
        while not self.at_rest_anyhow():
            if time.monotonic() > until:
                raise NotAtRest(f"not at rest in {within_s:g} s: {self.states()}")
            time.sleep(_LOOK_S)

    def at_rest_anyhow(self) -> bool:
        """As ``at_rest``, whichever unit is active by now."""
        if self._is(self.active.mate):
            self.active = self.active.mate
        return self.at_rest()

    def at_rest(self) -> bool:
        """Whether the pair is what ``rest`` waits for, now."""
        if not self._is(self.active):
            return False
        try:
            shown = [box.window.type("show failover") for box in self.world.units.values()]
        except WorldError:
            return False
        return not any("(Waiting)" in text for text in shown)

    def _is(self, active: Unit) -> bool:
        state = self.world.state
        return state(active) == "Active" and state(active.mate) == "Standby Ready"

    def states(self) -> str:
        """Both units' states, in words."""
        return ", ".join(f"{unit} {self.world.state(unit)}" for unit in Unit)

    def doubts(self) -> str:
        """What ended by itself, and which unit was fenced, and why; empty if nothing did."""
        dead = self.world.processes.dead()
        words = [f"{one.name} ended with {one.process.returncode}" for one in dead]
        for unit in Unit:
            said = self.world.units[unit].words().splitlines()
            words += [f"{unit} {line.partition(': ')[2]}" for line in said if "fenced:" in line]
        return f" ({', '.join(words)})" if words else ""

    def folder(self, unit: Unit) -> Path:
        """Where that unit's files are."""
        return RUN / unit.value

    def counters(self, unit: Unit) -> Path:
        """The file with what its failover process counts."""
        return self.folder(unit) / "run" / "failover-counters.json"

    def counted_ns(self, unit: Unit) -> int:
        """When that file was written last; 0 if it was not."""
        try:
            return self.counters(unit).stat().st_mtime_ns - clock.offset_ns()
        except OSError:
            return 0

    def processes(self, unit: Unit) -> dict[str, int]:
        """That unit's processes by name; raises WorldError if it does not run."""
        return processes_of(self.folder(unit))

    def said(self, unit: Unit) -> str:
        """All that unit's processes wrote to their standard error, in this world."""
        path = RUN / "log" / f"unit-{unit}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def fault(self, deed: Deed, *, window_ms: int = WINDOW_MS, moves: bool = True) -> Observed:
        """Do the deed to the active unit, under traffic, and watch what becomes of it.

        If it ``moves``, the mate is active afterwards; else it must not. Raises NotAtRest where
        that is not so, or if the pair was not at rest before.
        """
        self.world.capture.catch_up()
        self._known = remembered([*self._known, *self.world.capture.frames()])
        self.world.capture.forget()
        traffic = Traffic(self.world.processes, RUN / "traffic")
        try:
            with self._listening() as told:
                self._flowing(traffic)
                act = deed(self, self.active)
                control_ns = clock.now_ns()
                self.world.run(window_ms)
                fault_ns = act()
                # Nobody is asked anything: an answer costs the unit that is to take over.
                self.world.run(window_ms + SETTLED_NS // 1_000_000)
                end_ns = self._taken_over(traffic, fault_ns) if moves else clock.now_ns()
                let_go_ns = (
                    told.first(self._chassis[self.active], FAILS, fault_ns) if told else None
                )
            windows = control_ns, fault_ns, end_ns
            found = self._judge(traffic, windows, window_ms, moves=moves, let_go_ns=let_go_ns)
        finally:
            traffic.stop()
        if moves:
            self.active = self.active.mate
        return found

    @contextmanager
    def _listening(self) -> Iterator[Told | None]:
        """To what the units say, where there is a broker."""
        if self.world.broker is None:
            yield None
            return
        with Told(self.world.broker) as told:
            yield told

    def power_cycle(self, unit: Unit) -> None:
        """Switch a unit off and on, and wait until it is Standby Ready. Or NotAtRest."""
        self.world.do(PowerOff((unit,)))
        self._power_on((unit,))
        self.rest()

    def _power_on(self, units: tuple[Unit, ...]) -> None:
        self.boots += [(clock.now_ns(), unit) for unit in units]
        self.world.do(PowerOn(units))

    def _flowing(self, traffic: Traffic) -> None:
        """Wait until traffic flows through a pair at rest."""
        until = time.monotonic() + FLOWS_S
        while not (traffic.flows() and self.at_rest()):
            if time.monotonic() > until:
                raise NotAtRest(f"before the fault, no traffic or no rest: {self.states()}")
            time.sleep(0.01)

    def _taken_over(self, traffic: Traffic, fault_ns: int) -> int:
        """Wait until the mate is active and traffic flows; when that was known."""
        until = max(fault_ns, clock.now_ns()) + int(TAKEOVER_S * 1e9)
        mate = self.active.mate
        while self.world.state(mate) != "Active" or not traffic.flows():
            if clock.now_ns() > until:
                raise NotAtRest(f"no takeover in {TAKEOVER_S:g} s: {self.states()}")
            time.sleep(0.01)
        return clock.now_ns()

    def _judge(
        self,
        traffic: Traffic,
        windows: tuple[int, int, int],
        window_ms: int,
        *,
        moves: bool,
        let_go_ns: int | None,
    ) -> Observed:
        control_ns, fault_ns, end_ns = windows
        self.world.capture.catch_up()
        seen = forwarding([*self._known, *self.world.capture.frames()], self.boots)
        last_ns = max(fault_ns + window_ms * 1_000_000, end_ns - SETTLED_NS)
        outages = traffic.outage(fault_ns, last_ns), traffic.outage(control_ns, fault_ns)
        after_ns = decided_ns(seen, fault_ns, end_ns)
        moved_ns = None if after_ns is None else fault_ns + after_ns
        tcp = traffic.connections(fault_ns, moved_ns, end_ns).word
        span = fault_ns, end_ns
        found = observed(self.active, seen, span, outages, tcp, moves=moves, let_go_ns=let_go_ns)
        if isinstance(found, str):
            raise NotAtRest(found)
        return found
