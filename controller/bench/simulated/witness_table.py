"""The table of docs/behaviour.md: which faults with which ``failover witness`` lead to what.

Every single and double fault of the ways between two units and of the power sense, and those triple
ones that leave no data link, is played in the simulated world under every setting: in operation,
then the active unit loses its power; at start; and the primary's start beside a secondary that
serves. Faults come one after the other, in any order, each with time to be noticed. Hosts talk
on both data links; a data link fails by its switch, which keeps the carrier up.

    python -m controller.bench.simulated.witness_table    # the page, with the table made anew
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, permutations
from pathlib import Path

from controller.bench.boot import load_rig
from controller.bench.simulated.forked import forked
from controller.bench.simulated.playing import BOOTS
from controller.bench.simulated.world import SimulatedWorld
from controller.bench.world import (
    Action,
    Behaviour,
    Condition,
    Cut,
    Hosts,
    Link,
    OpenContact,
    PowerOff,
    PowerOn,
    PullCable,
    Switch,
    Unit,
    Wire,
)
from firmware.core.settings import Mode, Witness

PAGE = Path(__file__).resolve().parents[3] / "docs" / "behaviour.md"
BEGIN, END = "<!-- witness table: made -->\n", "<!-- witness table: end -->\n"
SETTLE_MS, NOTICE_MS, DEATH_MS, START_MS = 15_000, 7_000, 7_000, 12_000
TIMES = ("unit msec 200 holdtime msec 800", "interface msec 500 holdtime 5")
BOOT = {Mode.CABLE: "cable-and-lan", Mode.LAN: "lan-and-cable"}
WAYS = {  # the failover link of the mode, and the other one
    Mode.CABLE: (Witness.CABLE, Witness.LAN),
    Mode.LAN: (Witness.LAN, Witness.CABLE),
}
NAMES = {Mode.CABLE: "Cable mode", Mode.LAN: "LAN mode"}

Setting = tuple[Witness, ...]
Made = Callable[[Unit], Action]  # the unit that serves


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that breaks, and how the table calls it."""

    name: str
    made: Made


FAULTS = (
    Fault("plugs", lambda _: PullCable(None, tuple(Wire))),
    Fault("cable", lambda _: Cut(Link.CABLE)),
    Fault("LAN", lambda _: Cut(Link.FAILOVER)),
    Fault("outside", lambda _: Switch(Link.OUTSIDE, Condition.HANGS)),
    Fault("inside", lambda _: Switch(Link.INSIDE, Condition.HANGS)),
    Fault("state", lambda _: Cut(Link.STATE)),
    Fault("sense", lambda active: OpenContact(Wire(f"power-{active}"))),
)
Faults = tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """What becomes of the pair. Marks as the page explains them."""

    death: str
    start: str
    beside: str

    def __str__(self) -> str:
        return f"{self.death}, {self.start}, {self.beside}"


def settings(mode: Mode) -> tuple[Setting, ...]:
    """The columns of that mode: off, the failover link itself, the other link, interfaces, both."""
    own, other = WAYS[mode]
    both = tuple(one for one in Witness if one in (other, Witness.INTERFACES))
    return ((), (own,), (other,), (Witness.INTERFACES,), both)


def fault_sets() -> Iterator[Faults]:
    """The rows: none, each, each two, and one with both data links."""
    yield ()
    yield from ((fault,) for fault in FAULTS)
    yield from combinations(FAULTS, 2)
    data = tuple(fault for fault in FAULTS if fault.name in ("outside", "inside"))
    yield from ((fault, *data) for fault in FAULTS if fault not in data)


class Ground:
    """A pair at rest under one setting, once with each unit serving, to be played on in forks."""

    def __init__(self, mode: Mode, setting: Setting) -> None:
        self._worlds = {active: _settled(mode, setting, active) for active in Unit}
        gc.collect()
        gc.freeze()

    def cell(self, faults: Faults) -> Cell:
        """What these faults lead to. Raises ForkDied."""
        orders = permutations(faults)
        deaths = [forked(lambda order=order: self._death(order)) for order in orders]  # type: ignore[misc]
        return Cell(
            death="/".join(dict.fromkeys(deaths)),
            start=forked(lambda: self._start(faults)),
            beside=forked(lambda: self._beside(faults)),
        )

    def _death(self, faults: Faults) -> str:
        """In operation: one fault after the other, then the active unit's power."""
        world = self._worlds[Unit.PRIMARY]
        for fault in faults:
            world.do(fault.made(Unit.PRIMARY))
            world.run(NOTICE_MS)
            if _serving(world) != "P":
                return f"{_serving(world)} before"
        world.do(PowerOff((Unit.PRIMARY,)))
        world.run(DEATH_MS)
        return _mark(world)

    def _start(self, faults: Faults) -> str:
        """Both start, everything broken before."""
        world = self._worlds[Unit.PRIMARY]
        world.do(PowerOff(tuple(Unit)))
        for fault in faults:
            world.do(fault.made(Unit.PRIMARY))
        world.do(PowerOn(tuple(Unit)))
        world.run(START_MS)
        return _mark(world)

    def _beside(self, faults: Faults) -> str:
        """The secondary serves, the primary starts."""
        world = self._worlds[Unit.SECONDARY]
        world.do(PowerOff((Unit.PRIMARY,)))
        for fault in faults:
            world.do(fault.made(Unit.SECONDARY))
            world.run(NOTICE_MS)
        world.do(PowerOn((Unit.PRIMARY,)))
        world.run(START_MS)
        return _mark(world)


def _settled(mode: Mode, setting: Setting, active: Unit) -> SimulatedWorld:
    world = SimulatedWorld(1)
    rig = load_rig(BOOTS / BOOT[mode])
    assert not isinstance(rig, str), rig
    world.prepare(rig)
    world.do(PowerOn(tuple(Unit)))
    world.run(SETTLE_MS)
    lines = [f"failover polltime {times}" for times in TIMES]
    if setting:
        lines.append(" ".join(["failover witness", *(witness.value for witness in setting)]))
    if active is Unit.SECONDARY:
        lines.append("no failover active")
    for line in (*lines, "copy running-config startup-config"):
        world.type(active if line.startswith("copy") else Unit.PRIMARY, line)
    for link in (Link.INSIDE, Link.OUTSIDE):
        world.do(Hosts(link, Behaviour.TALK))
    world.run(SETTLE_MS)
    expected = "P" if active is Unit.PRIMARY else "S"
    assert _serving(world) == expected, f"{mode}, {setting}: {_serving(world)} serves"
    return world


def _serving(world: SimulatedWorld) -> str:
    units = world.sim.units.items()
    return "".join(unit.value[0].upper() for unit, box in units if box.forwards) or "-"


def _mark(world: SimulatedWorld) -> str:
    """Who serves, and an exclamation mark where a unit tells that it is kept from it."""
    engines = [box.engine for box in world.sim.units.values() if box.powered]
    told = any(e is not None and e.started and e.unit.testimony.blocked for e in engines)
    return _serving(world) + ("!" if told else "")


def column(mode: Mode, setting: Setting, rows: tuple[Faults, ...]) -> tuple[Cell, ...]:
    """These rows under that setting."""
    ground = Ground(mode, setting)
    return tuple(ground.cell(faults) for faults in rows)


def markdown() -> str:
    """Both tables, rows of equal cells together."""
    return "".join(_table(mode, tuple(fault_sets())) for mode in Mode)


def _table(mode: Mode, rows: tuple[Faults, ...]) -> str:
    columns = [column(mode, setting, rows) for setting in settings(mode)]
    groups: dict[tuple[Cell, ...], list[str]] = {}
    for faults, cells in zip(rows, zip(*columns, strict=True), strict=True):
        groups.setdefault(cells, []).append(name(faults))
    heads = [head(setting) for setting in settings(mode)]
    lines = [
        f"| {NAMES[mode]}: what failed | {' | '.join(heads)} |",
        "|---" * (len(heads) + 1) + "|",
    ]
    for cells, names in groups.items():
        lines.append(f"| {'; '.join(names)} | {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n\n"


def head(setting: Setting) -> str:
    """What stands over the column of a setting."""
    return " ".join(witness.value for witness in setting) or "off"


def name(faults: Faults) -> str:
    """What stands before the row of a set of faults."""
    return " + ".join(fault.name for fault in faults) or "nothing"


def listed(page: str) -> dict[tuple[str, str], dict[str, str]]:
    """What a page's tables say: by mode's name and setting, each row's cell."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    heads: list[str] = []
    for line in page.partition(BEGIN)[2].partition(END)[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.match(r"\|.*: what failed \|", line):
            heads = cells
        elif line.startswith("|") and not line.startswith("|---"):
            for head, cell in zip(heads[1:], cells[1:], strict=True):
                column = found.setdefault((heads[0].partition(":")[0], head), {})
                column.update(dict.fromkeys(cells[0].split("; "), cell))
    return found


def page() -> str:
    """docs/behaviour.md with the table made anew."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return before + BEGIN + markdown() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
