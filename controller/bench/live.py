"""The pair as it lives, on a terminal: both units side by side, and a key for each thing to try.

What is shown is a fold over MQTT where there is a broker, and what the units answer to `show
failover` where there is none. The keys do what a hand at the bench does; nothing here knows how a
world does it. ``Hand`` is the part without a terminal: keys in, verbs out.
"""

from __future__ import annotations

import os
import re
import select
import sys
import termios
import tty
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
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
    WorldError,
)
from controller.console.picture import Happening, PairPicture, fold, shown_state

TICK_S = 0.25
AT_ONCE = 50  # packets taken in between two looks
LINK = "Ethernet1"
HELP = "pri/sec: p/s power, k/l inside link, f/g show failover | c cable | q quit"
ANY_KEY = "any key returns"
FIXED = 2  # lines below the panels, shown whatever the height
RESTING = ("Active", "Standby Ready", "Failed", "Disabled")
_NAMED = re.compile(r"%\w+-\d-(\d{6}): (?:\((?:Primary|Secondary)\) )?")
COLOURS = {"Active": "green", "Standby Ready": "cyan", "Failed": "red", "off": "dim"}


@dataclass(frozen=True, slots=True)
class Ask:
    """Show what this unit answers to `show failover`, instead of the panels."""

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

    def events(self, unit: Unit) -> list[str]:
        """What happened to it, a line each, newest last."""


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
        return [line.strip() for line in answer(self._world, unit).splitlines() if line]

    def lines(self, unit: Unit) -> list[str]:
        """The last answer."""
        return self._lines.get(unit, ["silent"])

    def events(self, unit: Unit) -> list[str]:
        """The answer has none."""
        return []


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
        """The unit's state, its interfaces, its alerts."""
        chassis = self._chassis[unit]
        known = self._picture.units.get(chassis)
        if known is None or not known.state:
            return ["unknown"]
        said, state = known.state, shown_state(self._picture, chassis)
        if state == "off":
            return [state, f"{known.identity}, last heard {said.get('at')}"]
        interfaces = said.get("mine", {}).get("interfaces", [])
        return [
            state,
            f"{known.identity}, {said.get('hostname')}, {said.get('mode')} mode",
            f"Failover link: {said.get('failover_link')}"
            if said.get("mode") == "lan"
            else f"Cable status: {said.get('cable')}",
            *_witnesses(said.get("witness")),
            f"Mate: {said.get('mate', {}).get('state')}",
            *(f"{i['name']} ({i['address']}): {i['state']}" for i in interfaces),
            *(f"! {alert}" for alert in known.alerts),
        ]

    def events(self, unit: Unit) -> list[str]:
        """Its messages and changes of state."""
        chassis = self._chassis[unit]
        return [_short(e) for e in folded(e for e in self._picture.events if e.chassis == chassis)]

    def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()


def _witnesses(said: object) -> list[str]:
    """A line of what the witnesses say, where there are any."""
    if not isinstance(said, dict) or not said:
        return []
    return ["Witness: " + ", ".join(f"{name} ({word})" for name, word in said.items())]


def folded(events: Iterable[Happening]) -> list[Happening]:
    """The changes of state of one switchover as one, where the first stood: from rest to rest."""
    kept: list[Happening] = []
    last: int | None = None  # the place in ``kept`` of the newest change of state
    for event in events:
        if event.kind != "history":
            kept.append(event)
            continue
        before = {} if last is None else kept[last].fields
        between = before.get("to") == event.fields.get("from") and before.get("to") not in RESTING
        if last is not None and between:
            kept[last] = replace(kept[last], fields={**before, "to": event.fields.get("to")})
        else:
            last = len(kept)
            kept.append(event)
    return kept


def _short(event: Happening) -> str:
    """The event in as few columns as say it: the panel says whose it is."""
    return _NAMED.sub(r"\1 ", event.text)


def answer(world: World, unit: Unit) -> str:
    """What the unit answers to `show failover`, without the statistics; or why it does not."""
    try:
        return world.type(unit, "show failover").split("Stateful Failover")[0].rstrip()
    except WorldError as error:
        return str(error)


def draw(source: Source, hand: Hand, shown: str, size: tuple[int, int]) -> Group:
    """The whole picture in (columns, rows): the panels side by side, or an answer instead.

    Whatever is too much is cut there; the two lines below it always show.
    """
    rows = max(size[1] - FIXED, 3)
    left = f"{hand.left()}   ({source.name})"
    below = (_cropped(left, "dim"), _cropped(ANY_KEY if shown else HELP, "bold"))
    if shown:
        lines = [line.rstrip() for line in shown.splitlines()][:rows]
        return Group(_cropped("\n".join(lines + [""] * (rows - len(lines)))), *below)
    grid = Table.grid(expand=True)
    for _ in Unit:
        grid.add_column(ratio=1)
    grid.add_row(*(_panel(source, unit, rows) for unit in Unit))
    return Group(grid, *below)


def _panel(source: Source, unit: Unit, rows: int) -> Panel:
    """What is known of the unit, and under it as much of the newest as there is room for."""
    first, *rest = source.lines(unit)
    room = rows - 2 - len(rest) - 1
    newest = source.events(unit)[-room:] if room > 0 else []
    title = Text(f" {unit}: {first} ", style=COLOURS.get(first, "yellow"))
    told = _cropped("\n".join([*rest, "", *newest] if newest else rest) or "-")
    return Panel(told, title=title, height=rows)


def _cropped(text: str, style: str = "") -> Text:
    return Text(text, style=style, no_wrap=True, overflow="ellipsis")


def show(world: World, rig: Rig, source: Source) -> None:
    """Switch both units on, then look and obey keys until `q`."""
    hand, shown, console = Hand(), "", Console()
    world.prepare(rig)
    world.do(PowerOn(tuple(Unit)))
    world.do(Traffic(True))
    with _keys() as file, Live(console=console, auto_refresh=False, screen=True) as live:
        while True:
            source.look()
            live.update(draw(source, hand, shown, console.size), refresh=True)
            key = _key(file, world)
            if shown and key:
                shown = ""  # the key is spent: it must not pull what nobody sees
                continue
            pressed = hand.press(key)
            if isinstance(pressed, Quit):
                return
            if isinstance(pressed, Ask):
                shown = answer(world, pressed.unit) or "no answer"
            elif pressed is not None:
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
