"""What a hunt does to the inside of a unit, and garbage it hears. Verbs as those of world.py.

Most of it only the simulated world can do: nobody sets one network namespace's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # world.py has these among its actions
    from controller.bench.world import Link, Process, Unit


@dataclass(frozen=True, slots=True)
class GoOn:
    """SIGCONT to a process that was stopped; one that has ended meanwhile is let be."""

    unit: Unit
    process: Process


@dataclass(frozen=True, slots=True)
class Starve:
    """Memory is exhausted for a process: it gets no more than it has."""

    unit: Unit
    process: Process


@dataclass(frozen=True, slots=True)
class Drift:
    """The unit's own clock, the one nobody sets, runs at that rate of the right one."""

    unit: Unit
    percent: int  # 50 to 200; 100 is right


@dataclass(frozen=True, slots=True)
class SetDate:
    """Somebody sets the unit's date forward, or back."""

    unit: Unit
    forward_ms: int


@dataclass(frozen=True, slots=True)
class Slow:
    """The failover process gets to everything that late. 0: as it comes."""

    unit: Unit
    ms: int


@dataclass(frozen=True, slots=True)
class Crash:
    """The failover process dies when it has carried out that many more effects."""

    unit: Unit
    effects: int  # 1 or more


@dataclass(frozen=True, slots=True)
class Damage:
    """The files in the flash of a unit that is off are damaged: cut short, or changed inside."""

    unit: Unit


@dataclass(frozen=True, slots=True)
class Reflash:
    """The startup-config of the boot set is in the flash again, and nothing else. Off."""

    unit: Unit


@dataclass(frozen=True, slots=True)
class Refit:
    """From its next boot on that is another fact of the unit; keys as in [unit] of unit.toml."""

    unit: Unit
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class SetStrap:
    """The strap at the unit's end of the cable says this from now on."""

    unit: Unit
    says: Unit


@dataclass(frozen=True, slots=True)
class Garbage:
    """That many frames that nobody sent, to both units: noise, changed ones, recordings."""

    link: Link
    count: int


UnitFault = (
    GoOn | Starve | Drift | SetDate | Slow | Crash | Damage | Reflash | Refit | SetStrap | Garbage
)
