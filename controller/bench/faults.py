"""Faults as a table: what can go wrong with a pair, how a story tells it, and how it is mended.

Hunts draw from it in the simulated world, `fover soak` in the virtual one. A row's texts are verbs
of docs/stories.md with words in braces, which ``draw`` fills in from a seed. What a rule may expect
of a fault that comes alone:

- ``moves`` says whether service may move to the other unit because of it (FW-8).
- Somebody serves again within FW-4's bound unless ``stops`` says that nobody can.
- Two forwarders are never excused (FW-2), whatever the fault.
- One active and one Standby Ready unit are there again once it is mended (FW-5). One that
  ``rewrites`` the configuration is mended by nothing but another configuration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from random import Random

from controller.bench.typist import typed_line
from controller.bench.world import Unit
from firmware.core.settings import Mode

EVERYWHERE, SIMULATED = ("simulated", "virtual"), ("simulated",)
BOTH_MODES = (Mode.CABLE, Mode.LAN)
CABLE, LAN = (Mode.CABLE,), (Mode.LAN,)
_Word = Callable[[Random, Unit, Mode], str]


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
    rewrites: bool = False
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
    # Power
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
    # The cable
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
        name="strap",
        what="the strap at a unit's end says the other end",
        does="strap {unit} {mate}",
        # A strap is read when a unit is switched on; it may just have been, and only that mends it.
        repair="power-off {unit}\nstrap {unit} {unit}\npower-on {unit}",
        moves=Moves.ITS_OWN,
        modes=CABLE,
    ),
    Fault(
        name="strap at boot",
        what="a unit boots with the other end's strap",
        does="power-off {unit}\nstrap {unit} {mate}\npower-on {unit}",
        repair="power-off {unit}\nstrap {unit} {unit}\npower-on {unit}",
        moves=Moves.ITS_OWN,
        modes=CABLE,
        weight=2,
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
    # The failover link of LAN mode
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
        name="failover switch dead",
        what="the failover link's switch hangs or loses its power",
        does="switch failover {dead}",
        repair="switch failover on",
        modes=LAN,
        weight=2,
    ),
    # Frames, by any link
    Fault(
        name="delay",
        what="a link delays every frame",
        does="delay {link} {late}ms",
        repair="mend {link}",
    ),
    Fault(
        name="loss",
        what="a link loses a share of the frames",
        does="lose {link} {share}%",
        repair="mend {link}",
    ),
    Fault(
        name="reordering",
        what="frames overtake one another",
        does="reorder {ethernet} {late}ms",
        repair="mend {ethernet}",
    ),
    Fault(
        name="duplication",
        what="frames come twice",
        does="duplicate {ethernet} {share}%",
        repair="mend {ethernet}",
    ),
    Fault(
        name="garbage frames",
        what="noise, changed frames and recordings among what is said",
        does="garbage {link} {count}",
        worlds=SIMULATED,
    ),
    # Data links
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
        name="deaf port",
        what="what the switch says to a unit is lost",
        does="drop {side} toward {unit}",
        repair="mend {side}",
        moves=Moves.ITS_OWN,
    ),
    Fault(
        name="mute port",
        what="what a unit says to the switch is lost",
        does="drop {side} from {unit}",
        repair="mend {side}",
        moves=Moves.ITS_OWN,
    ),
    Fault(
        name="wrong VLAN",
        what="a unit's port is cut off its switch",
        does="cut {side} {unit}",
        repair="mend {side}",
        moves=Moves.ITS_OWN,
    ),
    Fault(
        name="data switch dead",
        what="the switch of a data link hangs or loses its power",
        does="switch {side} {dead}",
        repair="switch {side} on",
    ),
    Fault(
        name="flapping link",
        what="a data interface loses carrier again and again",
        does="flap {unit} {nic} 5 over 1s",
        moves=Moves.ITS_OWN,
        weight=2,
    ),
    Fault(
        name="NIC gone",
        what="a data interface vanishes from the unit's kernel",
        does="vanish {unit} {nic}",
        repair="return {unit} {nic}",
        moves=Moves.ITS_OWN,
    ),
    Fault(
        name="storm",
        what="a host floods a data link",
        does="storm {side} {flood} 1s",
        weight=2,
    ),
    # Processes and clocks
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
        name="failover process stalls",
        what="the failover process stands still, and goes on if it still may",
        does="stop {unit} failover\nwait {stall}ms\ngo-on {unit} failover",
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
        name="management process stalls",
        what="the management process stands still, and goes on if it still may",
        does="stop {unit} management\nwait {stall}ms\ngo-on {unit} management",
    ),
    Fault(
        name="crash at an effect",
        what="the failover process dies between two effects of a step",
        does="crash {unit} after {effects}",
        moves=Moves.ITS_OWN,
        worlds=SIMULATED,
        weight=8,
    ),
    Fault(
        name="slow mate",
        what="a unit's failover process gets to everything late",
        does="slow {unit} {lag}ms",
        repair="slow {unit} 0ms",
        worlds=SIMULATED,
    ),
    Fault(
        name="clock drift",
        what="a unit's own clock is too quick or too slow",
        does="drift {unit} {rate}%",
        repair="drift {unit} 100%",
        worlds=SIMULATED,
    ),
    Fault(
        name="clock step",
        what="a unit's date is set",
        does="set-date {unit} {shift}",
        worlds=SIMULATED,
        weight=2,
    ),
    # Flash and facts, at the next boot
    Fault(
        name="flash lost",
        what="a unit boots from an empty flash",
        does="power-off {unit}\nerase {unit}\npower-on {unit}",
        repair="power-off {unit}\nreflash {unit}\npower-on {unit}",
        moves=Moves.ITS_OWN,
        weight=2,
    ),
    Fault(
        name="flash damaged",
        what="a unit boots from files that are cut short or changed",
        does="power-off {unit}\ndamage {unit}\npower-on {unit}",
        repair="power-off {unit}\nreflash {unit}\npower-on {unit}",
        moves=Moves.ITS_OWN,
    ),
    Fault(
        name="wrong version",
        what="a unit boots with software that cannot be its mate's",
        does="power-off {unit}\nrefit {unit} version 8.0(2)\npower-on {unit}",
        repair="power-off {unit}\nrefit {unit} version 7.2(1)\npower-on {unit}",
        moves=Moves.ITS_OWN,
        weight=2,
    ),
    # Hands at a terminal
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
    Fault(
        name="garbage commands",
        what="lines of the command table at random, some of them broken",
        does="type {unit}\n    {line}",
        moves=Moves.ALWAYS,
        stops=True,
        rewrites=True,
        worlds=SIMULATED,
    ),
)


def in_world(world: str, mode: Mode) -> tuple[Fault, ...]:
    """The faults that world knows, of a pair in that mode, that do not rewrite what it is."""
    known = (fault for fault in FAULTS if world in fault.worlds and mode in fault.modes)
    return tuple(fault for fault in known if not fault.rewrites)


def draw(chance: Random, faults: tuple[Fault, ...], mode: Mode) -> Drawn:
    """One of them, with words to play it by."""
    fault = chance.choices(faults, [fault.weight for fault in faults])[0]
    unit = chance.choice(tuple(Unit))
    words = {name: value(chance, unit, mode) for name, value in _WORDS.items()}
    return Drawn(
        fault=fault,
        unit=unit,
        does=_filled(fault.does, words),
        repair=_filled(fault.repair, words),
    )


def _filled(text: str, words: Mapping[str, str]) -> str:
    return "\n".join(line.rstrip() for line in text.format_map(words).splitlines())


def _one_of(*values: object) -> _Word:
    return lambda chance, _unit, _mode: str(chance.choice(values))


def _up_to(most: int) -> _Word:
    return lambda chance, _unit, _mode: str(chance.randrange(1, most + 1))


def _link(chance: Random, _unit: Unit, mode: Mode) -> str:
    """Any link that carries the pair's frames, the failover link as often as the others."""
    return str(chance.choice((*_LINKS[mode], "inside", "outside")))


def _ethernet(chance: Random, _unit: Unit, mode: Mode) -> str:
    lan = ("failover", "failover") if mode is Mode.LAN else ()
    return str(chance.choice((*lan, "inside", "outside")))


_LINKS = {Mode.CABLE: ("cable", "cable"), Mode.LAN: ("failover", "failover")}
_WORDS: Mapping[str, _Word] = {
    "unit": lambda _chance, unit, _mode: unit,
    "mate": lambda _chance, unit, _mode: unit.mate,
    "way": lambda chance, unit, _mode: chance.choice(("", f"{unit}->{unit.mate}")),
    "nic": _one_of("Ethernet0", "Ethernet1"),
    "side": _one_of("inside", "outside"),
    "link": _link,
    "ethernet": _ethernet,
    "dead": _one_of("hangs", "off"),
    "flood": _one_of("arp", "broadcast"),
    "pull": _up_to(50),
    "percent": _up_to(5),
    "share": _up_to(30),
    "late": _one_of(1, 5, 20, 60),
    "lag": _one_of(1, 3, 8, 20),
    "count": _up_to(200),
    "blink": _one_of(1, 20, 150, 1_000, 4_000),
    "stall": _one_of(1, 5, 20, 60, 150, 400, 1_000),
    "still": _one_of(5, 30, 130, 500, 900, 2_000, 6_000, 20_000, 60_000),
    "effects": _up_to(60),
    "rate": _one_of(90, 95, 99, 101, 105, 110),
    "shift": _one_of("forward 3600s", "back 3600s", "forward 2s", "back 2s"),
    "line": lambda chance, _unit, _mode: typed_line(chance),
}
