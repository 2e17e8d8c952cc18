"""The shape of a pin map: what pins.toml says once it has been read."""

from __future__ import annotations

from dataclasses import dataclass, field

from wiring.signals import Direction, Guard, Pull, Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One signal of a unit and the pin that carries it."""

    signal: Signal
    bcm: int  # 0 to 27
    header: int  # 1 to 40
    direction: Direction
    pull: Pull
    active_high: bool  # the level at which ``means`` is true
    guard: Guard
    series_ohm: int  # 0 unless guard is SERIES
    contact: int | None  # of the cable's connector; None: stays on the unit
    wire: str  # "power-unit", "plug-mate", ...; empty: not in the cable
    far_end: str
    means: str
    line: int = field(default=0, compare=False)  # where [[pin]] stands in the file

    def level(self, active: bool) -> bool:
        """The electrical level (True is high) that says ``active``."""
        return active == self.active_high

    def active(self, level: bool) -> bool:
        """Whether that electrical level says what the signal means."""
        return level == self.active_high


@dataclass(frozen=True, slots=True, kw_only=True)
class CablePlan:
    """The connector of the failover cable. Contacts are numbered from 1."""

    connector: str
    contacts: int
    ground: int
    presence: int
    length_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PinMap:
    """All signals of one unit, in the order of the file."""

    cable: CablePlan
    pins: tuple[Pin, ...]

    def __getitem__(self, signal: Signal) -> Pin:
        """The pin of that signal; a map that was loaded has every signal."""
        return next(pin for pin in self.pins if pin.signal is signal)

    @property
    def in_cable(self) -> tuple[Pin, ...]:
        """The pins whose wire goes into the cable's connector."""
        return tuple(pin for pin in self.pins if pin.contact is not None)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the line, and what to do about it."""

    line: int
    text: str
