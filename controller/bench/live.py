"""The pair as it lives, on a terminal: both units side by side, and a key for each thing to try.

What is shown is a fold over MQTT where there is a broker, and what the units answer to `show
failover` where there is none. The keys do what a hand at the bench does; nothing here knows how a
world does it. ``Hand`` is the part without a terminal: keys in, verbs out.
"""

from __future__ import annotations

import os
import select
import shutil
import sys
import termios
import tty
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
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
    Rig,
    Traffic,
    Unit,
    Wire,
    World,
)
from controller.console.picture import PairPicture, fold, shown_state

TICK_S = 0.25
EVENTS_SHOWN = 6
AT_ONCE = 50  # packets taken in between two looks
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


class Listening:
    """With a broker: what the units publish, folded."""

    name = "told by the units over MQTT"

    def __init__(self, host: str, port: int, chassis: Mapping[Unit, str]) -> None:
        """Connects at once. Raises OSError if there is no broker."""
        self._chassis = chassis
        self._picture = PairPicture()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.on_message = self._heard
        self._client.connect(host, port)
        self._client.subscribe("fover/v1/#")

    def _heard(self, _client: mqtt.Client, _data: object, said: mqtt.MQTTMessage) -> None:
        self._picture = fold(self._picture, said.topic, bytes(said.payload))

    def look(self) -> None:
        """Whatever waits in the socket."""
        for _ in range(AT_ONCE):
            if self._client.loop(timeout=0.001):
                self._client.reconnect()
                self._client.subscribe("fover/v1/#")
                return

    def lines(self, unit: Unit) -> list[str]:
        """The unit's state, its alerts, its interfaces, the newest of what happened to it."""
        chassis = self._chassis[unit]
        known = self._picture.units.get(chassis)
        if known is None or not known.state:
            return ["unknown"]
        said, state = known.state, shown_state(self._picture, chassis)
        if state == "off":
            return [state, f"{known.identity}, last heard {said.get('at')}"]
        interfaces = said.get("mine", {}).get("interfaces", [])
        told = [e for e in self._picture.events if e.chassis == chassis]
        return [
            state,
            f"{known.identity}, {said.get('hostname')}, {said.get('mode')} mode",
            f"Failover link: {said.get('failover_link')}"
            if said.get("mode") == "lan"
            else f"Cable status: {said.get('cable')}",
            f"Mate: {said.get('mate', {}).get('state')}",
            *(f"Interface {i['name']} ({i['address']}): {i['state']}" for i in interfaces),
            *(f"! {alert}" for alert in known.alerts),
            "",
            *(event.text for event in told[-EVENTS_SHOWN:]),
        ]

    def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()


def draw(source: Source, hand: Hand, shown: str) -> Group:
    """The whole picture, the two panels side by side in 80 columns or more."""
    width = max(39, min(58, shutil.get_terminal_size().columns // 2 - 1))
    panels = []
    for unit in Unit:
        first, *rest = source.lines(unit)
        title = Text(f" {unit}: {first} ", style=COLOURS.get(first, "yellow"))
        panels.append(Panel("\n".join(rest) or "-", title=title, width=width))
    below = f"{hand.left()}   ({source.name})"
    return Group(Columns(panels), Text(below, style="dim"), Text(HELP, style="bold"), Text(shown))


def show(world: World, rig: Rig, source: Source) -> None:
    """Switch both units on, then look and obey keys until `q`."""
    hand, shown = Hand(), ""
    world.prepare(rig)
    world.do(PowerOn(tuple(Unit)))
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
