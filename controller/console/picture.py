"""The pair as its units tell it over MQTT: ``fold(picture, topic, payload)`` -> a new picture.

Pure: no broker, no clock, and the units' clocks are not compared either; a broker keeps the order
of what a unit says, so a new boot number is a new life. What is no JSON of ours, or older than what
is known, changes nothing but a count. A unit is named by its chassis; which of them is primary or
active is what they say. The mate's word counts too: when a unit loses its power, its mate's
``state`` says so long before the Last Will does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

EVENTS_MAX = 200
UNITS_MAX = 16  # a stranger on the broker must not fill our memory
PREFIX = ("fover", "v1")
KINDS = ("message", "history", "switch", "process")
GONE = "Failed"  # not "Not Detected": a mate that never heard it tells nothing of it
POWERED_OFF = "Other side powered off"  # as `show failover` prints it


@dataclass(frozen=True, slots=True)
class UnitPicture:
    """One unit. ``state`` is the newest payload of that topic, empty before the first."""

    online: bool = False
    state: dict[str, Any] = field(default_factory=dict)
    alerts: tuple[str, ...] = ()
    newest: dict[str, tuple[str, int]] = field(default_factory=dict)  # topic -> boot, sequence
    heard: int = 0  # place of its newest state among all that was heard

    @property
    def identity(self) -> str:
        """ "Primary", "Secondary", or empty while it is not known."""
        return str(_inside(self.state, "mine", "identity") or "")

    @property
    def unit_state(self) -> str:
        """As `show failover` prints it, empty while it is not known."""
        return str(_inside(self.state, "mine", "state") or "")


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a unit, newest last in the picture."""

    chassis: str
    kind: str  # one of KINDS
    at: str
    fields: dict[str, Any]

    @property
    def text(self) -> str:
        """One line for people."""
        if self.kind == "message":
            return str(self.fields.get("text", ""))
        if self.kind == "history":
            before, after = self.fields.get("from", ""), self.fields.get("to", "")
            return f"{before} -> {after}  {self.fields.get('reason', '')}"
        if self.kind == "switch":
            return f"{self.fields.get('signal', '')} {'on' if self.fields.get('on') else 'off'}"
        return f"{self.fields.get('process', '')}: {self.fields.get('why', '')}"


@dataclass(frozen=True, slots=True)
class PairPicture:
    """Both units, what happened, and how much was said that could not be used."""

    units: dict[str, UnitPicture] = field(default_factory=dict)  # by chassis
    events: tuple[Happening, ...] = ()
    heard: int = 0
    ignored: int = 0


def fold(picture: PairPicture, topic: str, payload: bytes | str) -> PairPicture:
    """The picture after this was said."""
    chassis, rest = _address(topic)
    if not chassis:
        return replace(picture, ignored=picture.ignored + 1)
    unit = picture.units.get(chassis)
    if unit is None and len(picture.units) >= UNITS_MAX:
        return replace(picture, ignored=picture.ignored + 1)
    unit = unit or UnitPicture()
    if rest == "availability":
        online = payload in (b"online", "online")
        return _with(picture, chassis, replace(unit, online=online))
    said = _object(payload)
    if said is None or not _is_newer(unit, rest, said):
        return replace(picture, ignored=picture.ignored + 1)
    newest = {**unit.newest, rest: (said["boot"], said["sequence"])}
    unit = replace(unit, newest=newest)
    if rest == "state":
        heard = picture.heard + 1
        unit = replace(unit, state=said, heard=heard)
        return replace(_with(picture, chassis, unit), heard=heard)
    if rest == "alerts":
        alerts = said.get("alerts")
        told = tuple(str(a) for a in alerts) if isinstance(alerts, list) else ()
        return _with(picture, chassis, replace(unit, alerts=told))
    kind = rest.removeprefix("event/")
    if kind in KINDS:
        return _happened(picture, chassis, unit, kind, said)
    return replace(picture, ignored=picture.ignored + 1)


def active(picture: PairPicture) -> tuple[str, ...]:
    """The chassis of every unit that is shown as active."""
    return tuple(chassis for chassis in picture.units if shown_state(picture, chassis) == "Active")


def shown_state(picture: PairPicture, chassis: str) -> str:
    """What to show for a unit: its own word, unless another, said later, tells that it is gone.

    "off": the cable's power sense or the Last Will says so; "unknown": it has said nothing.
    """
    unit = picture.units.get(chassis)
    if unit is None or not unit.unit_state:
        return "unknown"
    if not unit.online:
        return "off"
    for name, other in picture.units.items():
        says = _inside(other.state, "mate", "state")
        about_it = name != chassis and _inside(other.state, "mate", "identity") == unit.identity
        if about_it and other.online and other.heard > unit.heard and says == GONE:
            return "off" if other.state.get("cable") == POWERED_OFF else GONE
    return unit.unit_state


def _address(topic: str) -> tuple[str, str]:
    """Chassis, and what follows it; empty when the topic is none of ours."""
    parts = topic.split("/")
    if tuple(parts[:2]) != PREFIX or len(parts) < 6 or not parts[4]:
        return "", ""
    return parts[4], "/".join(parts[5:])


def _object(payload: bytes | str) -> dict[str, Any] | None:
    try:
        said = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or not isinstance(said.get("boot"), str):
        return None
    sequence = said.get("sequence")
    return said if isinstance(sequence, int) and isinstance(said.get("at"), str) else None


def _is_newer(unit: UnitPicture, topic: str, said: dict[str, Any]) -> bool:
    boot, sequence = unit.newest.get(topic, ("", -1))
    return bool(said["boot"] != boot or said["sequence"] > sequence)


def _happened(
    picture: PairPicture, chassis: str, unit: UnitPicture, kind: str, said: dict[str, Any]
) -> PairPicture:
    event = Happening(chassis, kind, said["at"], said)
    events = (*picture.events, event)[-EVENTS_MAX:]
    return replace(_with(picture, chassis, unit), events=events)


def _with(picture: PairPicture, chassis: str, unit: UnitPicture) -> PairPicture:
    return replace(picture, units={**picture.units, chassis: unit})


def _inside(tree: dict[str, Any], *path: str) -> Any:
    """What stands at that path, None where there is nothing."""
    value: Any = tree
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
