"""Faults as a table: what can go wrong with a pair, how a story tells it, and how it is mended.

Hunts draw from it in the simulated world, `fover soak` in the virtual one. A row's texts are verbs
of docs/stories.md with words in braces, which ``draw`` fills in from a seed. What a rule may expect
of a fault that comes alone:

- ``moves`` says whether service may move to the other unit because of it (FW-8).
- Somebody serves again within FW-4's bound unless ``stops`` says that nobody can.
- Two forwarders are never excused (FW-2), whatever the fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from random import Random

from controller.bench.world import Unit
from firmware.core.settings import Mode

EVERYWHERE = ("simulated", "virtual")
BOTH_MODES = (Mode.CABLE, Mode.LAN)
CABLE, LAN = (Mode.CABLE,), (Mode.LAN,)


class Moves(Enum):
    """When a fault by itself may move service to the other unit."""

    NEVER = "no"
    ITS_OWN = "from its unit"
    ALWAYS = "yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One kind of fault.

    ``repair`` is empty for what is over by itself; ``weight`` is how often it is drawn.
    """

    name: str
    what: str
    does: str
    repair: str = ""
    moves: Moves = Moves.NEVER
    stops: bool = False
    modes: tuple[Mode, ...] = BOTH_MODES
    worlds: tuple[str, ...] = EVERYWHERE
    weight: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A fault with its words filled in: verbs of a story, a line each."""

    fault: Fault
    unit: Unit
    does: str
    repair: str

    def may_move(self, active: Unit) -> bool:
        """Whether it may take service from that unit."""
        own = self.fault.moves is Moves.ITS_OWN and self.unit is active
        return own or self.fault.moves is Moves.ALWAYS


FAULTS = (
    Fault(
        name="power",
        what="a unit loses power",
        does="power-off {unit}",
        repair="power-on {unit}",
        moves=Moves.ITS_OWN,
        weight=8,
    ),
    Fault(
        name="power of both",
        what="both units lose power in the same moment",
        does="power-off primary secondary",
        repair="power-on primary secondary",
        moves=Moves.ALWAYS,
        stops=True,
        weight=1,
    ),
    Fault(
        name="power flicker",
        what="a unit loses power and has it back before its mate's hold time ends",
        does="power-off {unit}\nwait {blink}ms\npower-on {unit}",
        moves=Moves.ITS_OWN,
    ),
    Fault(
        name="plug",
        what="a plug of the cable is pulled, its contacts opening one after another",
        does="pull-cable {unit} over {pull}ms",
        repair="plug-cable",
        modes=CABLE,
    ),
    Fault(
        name="sense wire",
        what="the wire that tells of a unit's power breaks",
        does="open-contact power-{unit}",
        repair="close-contact power-{unit}",
        modes=CABLE,
    ),
    Fault(
        name="transmit wire",
        what="a unit's transmit wire breaks: the cable is dumb one way",
        does="open-contact transmit-{unit}",
        repair="close-contact transmit-{unit}",
        modes=CABLE,
    ),
    Fault(
        name="line noise",
        what="a share of the cable's bytes is changed",
        does="garble cable {percent}%",
        repair="garble cable 0%",
        modes=CABLE,
    ),
    Fault(
        name="cable cut",
        what="nothing passes by the cable, or nothing one way; its pins are well",
        does="cut cable {way}",
        repair="mend cable",
        modes=CABLE,
    ),
    Fault(
        name="failover link cut",
        what="nothing passes by the failover link, or nothing one way",
        does="cut failover {way}",
        repair="mend failover",
        modes=LAN,
    ),
    Fault(
        name="failover link down",
        what="a unit's failover interface loses carrier",
        does="pull-link {unit} Ethernet3",
        repair="plug-link {unit} Ethernet3",
        modes=LAN,
    ),
    Fault(
        name="data link cut",
        what="the pair's own frames do not pass a data link, or not one way",
        does="cut {side} {way}",
        repair="mend {side}",
        moves=Moves.ALWAYS,
    ),
    Fault(
        name="data link down",
        what="a data interface of a unit loses carrier",
        does="pull-link {unit} {nic}",
        repair="plug-link {unit} {nic}",
        moves=Moves.ITS_OWN,
    ),
    Fault(
        name="failover process dies",
        what="SIGKILL to the failover process",
        does="kill {unit} failover",
        moves=Moves.ITS_OWN,
    ),
    Fault(
        name="failover process hangs",
        what="SIGSTOP to the failover process, until its supervisor ends it",
        does="stop {unit} failover",
        moves=Moves.ITS_OWN,
    ),
    Fault(
        name="unit stands still",
        what="every process of a unit stands still, and goes on",
        does="freeze {unit}\nwait {still}ms\nthaw {unit}",
        moves=Moves.ITS_OWN,
    ),
    Fault(
        name="management process dies",
        what="SIGKILL to the management process",
        does="kill {unit} management",
    ),
    Fault(
        name="told to stand by",
        what="an order: the active unit is to stand by",
        does="type {unit}\n    no failover active",
        moves=Moves.ITS_OWN,
    ),
    Fault(
        name="told to serve",
        what="an order: the standby is to serve",
        does="type {unit}\n    failover active",
        moves=Moves.ALWAYS,
    ),
)


def in_world(world: str, mode: Mode) -> tuple[Fault, ...]:
    """The faults that world knows, of a pair in that mode."""
    return tuple(fault for fault in FAULTS if world in fault.worlds and mode in fault.modes)


def draw(chance: Random, faults: tuple[Fault, ...]) -> Drawn:
    """One of them, with words to play it by."""
    fault = chance.choices(faults, [fault.weight for fault in faults])[0]
    unit = chance.choice(tuple(Unit))
    words = _words(chance, unit)
    return Drawn(
        fault=fault,
        unit=unit,
        does=_filled(fault.does, words),
        repair=_filled(fault.repair, words),
    )


def _words(chance: Random, unit: Unit) -> Mapping[str, str | int]:
    return {
        "unit": unit,
        "mate": unit.mate,
        "nic": f"Ethernet{chance.randrange(2)}",
        "side": chance.choice(("inside", "outside")),
        "way": chance.choice(("", f"{unit}->{unit.mate}")),
        "pull": chance.randrange(51),
        "percent": chance.randrange(1, 6),
        "still": chance.choice((5, 30, 130, 500, 900, 2_000, 6_000, 20_000, 60_000)),
        "blink": chance.choice((1, 20, 150, 1000, 4000)),
    }


def _filled(text: str, words: Mapping[str, str | int]) -> str:
    return "\n".join(line.rstrip() for line in text.format_map(words).splitlines())
