"""The pair as it lives, on a terminal: both units side by side, and a key for each thing to try.

What is shown is a fold over MQTT where there is a broker, and what the units answer to `show
failover` where there is none. The keys do what a hand at the bench does; nothing here knows how a
world does it. ``Hand`` is the part without a terminal: keys in, verbs out.
"""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from rich.columns import Columns
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from controller.bench.world import (
    Action,
    PlugCable,
    PlugLink,
    PowerOff,
    PowerOn,
    PullCable,
    PullLink,
    Traffic,
    Unit,
    Wire,
    World,
)

TICK_S = 0.25
LINK = "Ethernet1"
HELP = "p/s power primary/secondary  k/l pull its inside link  c cable  f/g show failover  q quit"
COLOURS = {"Active": "green", "Standby Ready": "cyan", "Failed": "red", "off": "dim"}


@dataclass(frozen=True, slots=True)
class Ask:
    """Show what this unit answers to `show failover`, whole."""

    unit: Unit


class Quit:
    """Enough."""


@dataclass(slots=True)
class Hand:
    """The switches of the bench as the hand left them. Both units on, everything plugged."""

    power: dict[Unit, bool] = field(default_factory=lambda: dict.fromkeys(Unit, True))
    links: dict[Unit, bool] = field(default_factory=lambda: dict.fromkeys(Unit, True))
    cable: bool = True

    def press(self, key: str) -> Action | Ask | Quit | None:
        """What that key does now; pressed again it undoes it. None: no such key."""
        pair = {"p": Unit.PRIMARY, "s": Unit.SECONDARY}
        links = {"k": Unit.PRIMARY, "l": Unit.SECONDARY}
        asks = {"f": Unit.PRIMARY, "g": Unit.SECONDARY}
        if key in pair:
            unit = pair[key]
            self.power[unit] = not self.power[unit]
            return PowerOn((unit,)) if self.power[unit] else PowerOff((unit,))
        if key in links:
            unit = links[key]
            self.links[unit] = not self.links[unit]
            return PlugLink(unit, LINK) if self.links[unit] else PullLink(unit, LINK)
        if key == "c":
            self.cable = not self.cable
            return PlugCable() if self.cable else PullCable(None, tuple(Wire), 50)
        if key in asks:
            return Ask(asks[key])
        return Quit() if key in ("q", "\x03", "\x04") else None

    def left(self) -> str:
        """What is pulled or off now, for the line below the panels."""
        off = [f"{unit} off" for unit, on in self.power.items() if not on]
        pulled = [f"{unit} {LINK} pulled" for unit, on in self.links.items() if not on]
        return (
            ", ".join([*off, *pulled, *([] if self.cable else ["cable pulled"])]) or "all as it was"
        )


class Source(Protocol):
    """Where the lines of a unit's panel come from."""

    name: str

    def look(self) -> None:
        """Take in what is new; returns at once."""

    def lines(self, unit: Unit) -> list[str]:
        """What is known of the unit, the first line its state."""


class Asking:
    """Without a broker: ask each unit in turn."""

    name = "no broker: asking the units themselves"

    def __init__(self, world: World) -> None:
        self._world = world
        self._lines: dict[Unit, list[str]] = {}

    def look(self) -> None:
        """Ask both."""
        for unit in Unit:
            state = self._world.state(unit)
            shown = [] if state in ("off", "silent") else self._shown(unit)
            self._lines[unit] = [state, *shown]

    def _shown(self, unit: Unit) -> list[str]:
        """The answer up to the statistics, which say nothing to a person."""
        answer = self._world.type(unit, "show failover")
        return [line.strip() for line in answer.split("Stateful Failover")[0].splitlines() if line]

    def lines(self, unit: Unit) -> list[str]:
        """The last answer."""
        return self._lines.get(unit, ["silent"])


def draw(source: Source, hand: Hand, shown: str) -> Group:
    """The whole picture."""
    panels = []
    for unit in Unit:
        first, *rest = source.lines(unit)
        title = Text(f" {unit}: {first} ", style=COLOURS.get(first, "yellow"))
        panels.append(Panel("\n".join(rest) or "-", title=title, width=58))
    below = f"{hand.left()}   ({source.name})"
    return Group(Columns(panels), Text(below, style="dim"), Text(HELP, style="bold"), Text(shown))


def show(world: World, source: Source | None = None) -> None:
    """Look and obey keys until `q`. Both units are on and serving when this begins."""
    source = source or Asking(world)
    hand, shown = Hand(), ""
    world.do(Traffic(True))
    with _keys() as file, Live(console=Console(), auto_refresh=False, transient=True) as live:
        while True:
            source.look()
            live.update(draw(source, hand, shown), refresh=True)
            pressed = hand.press(_key(file, world))
            if isinstance(pressed, Quit):
                return
            if isinstance(pressed, Ask):
                shown = world.type(pressed.unit, "show failover")
            elif pressed is not None:
                shown = ""
                world.do(pressed)


@contextmanager
def _keys() -> Iterator[int]:
    """The terminal gives single keys, and is put back whatever happens."""
    file = sys.stdin.fileno()
    before = termios.tcgetattr(file)
    try:
        tty.setcbreak(file)
        yield file
    finally:
        termios.tcsetattr(file, termios.TCSADRAIN, before)


def _key(file: int, world: World) -> str:
    """One key if one is pressed within a tick. A closed terminal is the wish to quit."""
    ready, _, _ = select.select([file], [], [], TICK_S)
    if not ready:
        world.run(0)
        return ""
    return os.read(file, 1).decode(errors="replace") or "q"
