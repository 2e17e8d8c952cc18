"""The verbs of the bench, and what a world must be able to do for a story to play in it.

A world is a pair of units with everything around them: simulated (virtual time, in memory), virtual
(namespaces on this machine) or physical. The player asks, a world obeys; how is its own affair.
The API is synchronous. Times are integer milliseconds of the world's own clock (``now_ms``), which
the simulated world jumps and the virtual one waits for.

A *unit* here is a box on the bench, named by the end of the cable or the role it should have. Where
a story straps both boxes Primary, the box ``secondary`` is still called so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Protocol

from controller.bench.unit_faults import UnitFault
from firmware.core.settings import Mode

CARD = "GigabitEthernet1/0"  # the interface of a card that can be put into a unit


class Unit(StrEnum):
    """The two boxes."""

    PRIMARY = "primary"
    SECONDARY = "secondary"

    @property
    def mate(self) -> Unit:
        """The other box."""
        return Unit.SECONDARY if self is Unit.PRIMARY else Unit.PRIMARY


class Wire(StrEnum):
    """The contacts of the cable. ``power-x`` tells of unit x; ``plug-x`` that x has its plug in.

    A plug pulled at x opens ``plug-x`` and the four others that pass through it, in any order.
    """

    TRANSMIT_PRIMARY = "transmit-primary"
    TRANSMIT_SECONDARY = "transmit-secondary"
    POWER_PRIMARY = "power-primary"
    POWER_SECONDARY = "power-secondary"
    PLUG_PRIMARY = "plug-primary"
    PLUG_SECONDARY = "plug-secondary"


class Link(StrEnum):
    """What can be cut without anybody losing carrier."""

    CABLE = "cable"
    FAILOVER = "failover"
    STATE = "state"
    INSIDE = "inside"
    OUTSIDE = "outside"


class Condition(StrEnum):
    """What a switch is like."""

    ON = "on"
    HANGS = "hangs"  # forwards nothing for anybody; its ports keep their carrier
    OFF = "off"  # without power: both units lose carrier at once


class Behaviour(StrEnum):
    """How the host on a data link behaves. All but ``QUIET`` carry the probe's packets."""

    USUAL = "usual"  # answers ARP and a ping of its own address; says nothing by itself
    QUIET = "quiet"  # answers nothing and says nothing
    ARP = "arp"  # answers ARP and nothing else
    PING = "ping"  # answers broadcast echo requests and nothing else
    TALK = "talk"  # as usual, and says an ordinary broadcast ten times a second


class Flood(StrEnum):
    """What a host floods its link with."""

    ARP = "arp"  # requests for the active unit's address, as from many senders
    BROADCAST = "broadcast"  # datagrams to everybody on the network


class Process(StrEnum):
    """The processes of a unit a story may kill or stop."""

    SUPERVISOR = "supervisor"
    FAILOVER = "failover"
    MANAGEMENT = "management"


@dataclass(frozen=True, slots=True)
class PowerOn:
    """The power switches of these units go on: a cold boot from flash."""

    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class PowerOff:
    """The power switches go off: a power cut, no goodbye. All at the same moment."""

    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class PullCable:
    """The plug at ``unit`` is pulled (both if None); its contacts open evenly over a time.

    ``order`` names them all: the parser fills in what the story leaves out.
    """

    unit: Unit | None
    order: tuple[Wire, ...]
    over_ms: int = 0


@dataclass(frozen=True, slots=True)
class PlugCable:
    """Both plugs are in again, all contacts closed."""


@dataclass(frozen=True, slots=True)
class OpenContact:
    """One wire of the cable breaks."""

    wire: Wire


@dataclass(frozen=True, slots=True)
class CloseContact:
    """That wire is whole again."""

    wire: Wire


@dataclass(frozen=True, slots=True)
class PullLink:
    """The unit's link switch of that interface opens: carrier is lost at both ends."""

    unit: Unit
    interface: str  # "Ethernet0"


@dataclass(frozen=True, slots=True)
class PlugLink:
    """The link switch closes."""

    unit: Unit
    interface: str


@dataclass(frozen=True, slots=True)
class Cut:
    """Nothing passes between the units on that link; carrier stays.

    ``sender`` set: only what that unit sends to its mate is lost. ``off`` set: that unit's port is
    cut off its switch, for everything. Neither: both directions between the units. Never both.
    """

    link: Link
    sender: Unit | None = None
    off: Unit | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """The unit's port loses everything in that one direction, for the unit's mate and for hosts.

    ``toward``: what the switch says to the unit; else what the unit says. Carrier stays.
    """

    link: Link
    unit: Unit
    toward: bool


@dataclass(frozen=True, slots=True)
class BpdusOnly:
    """The unit's port carries nothing but the spanning-tree frames of its switch, which runs it."""

    link: Link
    unit: Unit


@dataclass(frozen=True, slots=True)
class Worsen:
    """That link delays, loses, repeats or overtakes, both directions. What is None stays.

    ``reorder_ms``: each frame is late by anything up to that. The cable neither repeats nor
    overtakes.
    """

    link: Link
    delay_ms: int | None = None
    lose_percent: int | None = None
    duplicate_percent: int | None = None
    reorder_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Mend:
    """Undoes every ``Cut``, ``Drop``, ``BpdusOnly``, ``Worsen`` and ``Garble`` of that link."""

    link: Link


@dataclass(frozen=True, slots=True)
class Garble:
    """That share of the bytes on the cable is changed, both directions. 0 to 100."""

    percent: int


@dataclass(frozen=True, slots=True)
class Switch:
    """The switch of an Ethernet link is like this from now on."""

    link: Link
    condition: Condition


@dataclass(frozen=True, slots=True)
class SpanningTree:
    """The switch runs spanning tree: a port that comes up carries nothing for twice the delay.

    Ports that are up already go on. None: no spanning tree, ports carry at once.
    """

    link: Link
    forward_delay_ms: int | None  # 2,000 to 30,000


@dataclass(frozen=True, slots=True)
class Hosts:
    """The host on a data link behaves like this from now on."""

    link: Link
    behaviour: Behaviour


@dataclass(frozen=True, slots=True)
class Storm:
    """A host floods its data link for that long, as quickly as it can. Returns when it began."""

    link: Link
    flood: Flood
    ms: int


@dataclass(frozen=True, slots=True)
class Flap:
    """The unit's link switch opens and closes that many times, evenly, and is closed at the end."""

    unit: Unit
    interface: str
    times: int
    over_ms: int


@dataclass(frozen=True, slots=True)
class Vanish:
    """The NIC is gone from the unit's kernel, as one on USB that is pulled."""

    unit: Unit
    interface: str


@dataclass(frozen=True, slots=True)
class Reappear:
    """The NIC is back, by the same name and MAC, as new: down and without addresses."""

    unit: Unit
    interface: str


@dataclass(frozen=True, slots=True)
class Kill:
    """SIGKILL to a process of the unit."""

    unit: Unit
    process: Process


@dataclass(frozen=True, slots=True)
class Stop:
    """SIGSTOP to a process of the unit: it hangs."""

    unit: Unit
    process: Process


@dataclass(frozen=True, slots=True)
class Freeze:
    """SIGSTOP to every process of the unit, the supervisor included."""

    unit: Unit


@dataclass(frozen=True, slots=True)
class Thaw:
    """They all go on."""

    unit: Unit


@dataclass(frozen=True, slots=True)
class Fit:
    """A card with one more interface, ``CARD``, is put into a unit that is off."""

    unit: Unit


@dataclass(frozen=True, slots=True)
class Erase:
    """The flash of a unit that is off is emptied."""

    unit: Unit


@dataclass(frozen=True, slots=True)
class CopyFlash:
    """The startup-config of one unit is put into the other's flash, both off."""

    source: Unit
    target: Unit


@dataclass(frozen=True, slots=True)
class Traffic:
    """The probe between the hosts: UDP and TCP connections, both ways."""

    on: bool


Action = (
    PowerOn
    | PowerOff
    | PullCable
    | PlugCable
    | OpenContact
    | CloseContact
    | PullLink
    | PlugLink
    | Cut
    | Drop
    | BpdusOnly
    | Worsen
    | Mend
    | Garble
    | Switch
    | SpanningTree
    | Hosts
    | Storm
    | Flap
    | Vanish
    | Reappear
    | Kill
    | Stop
    | Freeze
    | Thaw
    | Fit
    | Erase
    | CopyFlash
    | Traffic
    | UnitFault
)


class Claim(Enum):
    """What a world can honestly measure. What it cannot is printed as ``-`` and not judged."""

    DECIDE = "decide"
    OUTAGE = "outage"
    OVERLAP = "overlap"
    ARP = "arp"
    TCP = "tcp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """How the bench is set up before a story: what is in the flashes, what is plugged where."""

    boot: Mapping[Unit, str | None]  # startup-config; None is an empty flash
    mode: Mode = Mode.CABLE
    cable_present: bool = True  # False: no cable at all, all contacts open
    crossover: bool = False  # the failover link is one wire, no switch between
    ipv6: bool = False  # the host inside has IPv6 beside IPv4
    two_actives: bool = False  # the story means both to forward: ``judge`` calls no overlap wrong
    straps: Mapping[Unit, Unit] = field(
        default_factory=lambda: {unit: unit for unit in Unit}
    )  # what each unit's end of the cable says
    chassis: Mapping[Unit, str] = field(
        default_factory=lambda: {
            Unit.PRIMARY: "444433330001",
            Unit.SECONDARY: "444433330002",
        }
    )
    facts: Mapping[Unit, Mapping[str, str | int | bool]] = field(
        default_factory=lambda: {unit: {} for unit in Unit}
    )  # what a unit is instead of what both are; keys as in [unit] of unit.toml


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What the measured faults cost: the worst of them. None: not seen, or not claimed.

    ``decide_ms`` runs from the fault to the first frame from an active MAC at the new unit. Losses
    are the longest run of numbered packets that never came, gaps the longest silence at a receiver;
    both in the worse direction. The control is a window of the same length without a fault.
    """

    decide_ms: float | None = None
    outage_lost: int | None = None
    outage_gap_ms: float | None = None
    control_lost: int | None = None
    control_gap_ms: float | None = None
    tcp: str | None = None  # a word of virtual/tcp_fate.py; None: no traffic
    tcp_reset_ms: float | None = None  # after the new unit was seen, its first reset to a host
    overlap_ms: float | None = None  # both units forwarded for this long


class WorldError(Exception):
    """The world could not do what it was asked, and why. Fails the story, not the bench."""


class Talk(Protocol):
    """A console one sits at, line by line."""

    def say(self, line: str) -> None:
        """Type a line and Enter."""

    def heard(self) -> str:
        """All that was shown since the last line was typed, prompts included."""


class World(Protocol):
    """A pair of units one can do things to and look at."""

    name: str  # "simulated", "virtual", "physical"
    claims: frozenset[Claim]

    def prepare(self, rig: Rig) -> None:
        """Both units off, flashes written, everything mended and plugged, traffic off.

        Forgets what was measured and judged before. May take its time.
        """

    def do(self, action: Action) -> None:
        """Do it now and return when it is done (a pulled cable: when the last contact is open)."""

    def type(self, unit: Unit, line: str) -> str:
        """Type one line at the unit's console, configuration mode; its answer, without the prompt.

        A unit that is off answers ``ERROR: the unit is off``.
        """

    def console(self, unit: Unit) -> Talk:
        """The unit's console; the same conversation until the unit is switched off."""

    def state(self, unit: Unit) -> str:
        """The unit's own state as ``show failover`` prints it ("Standby Ready"), or "off".

        A unit whose management does not answer (yet) is "silent".
        """

    def messages(self, unit: Unit) -> list[str]:
        """What the unit logged since it was powered on: "%PIX-1-104001: (Secondary) ..."."""

    def forwarders(self) -> tuple[Unit, ...]:
        """The units that forwarded in the last 500 ms, as captures or wires saw it."""

    def ping(self, unit: Unit, address: str) -> str:
        """One echo request from the unit to the address. Empty: its holder saw it. Else why not.

        The holder is the mate or a host.
        """

    def now_ms(self) -> int:
        """The world's clock; where it starts is of no meaning."""

    def run(self, ms: int) -> None:
        """Let that much time pass. The simulated world jumps."""

    def mark_fault(self) -> None:
        """The next action is a measured fault. More than one may be marked."""

    def measure(self) -> Measurement:
        """What the faults marked since ``prepare`` cost. Called once, after the last check."""

    def judge(self) -> list[str]:
        """Where the run since ``prepare`` broke a bound on forwarders; empty if nowhere."""

    def arp_tables(self) -> str:
        """The ARP tables of the hosts, address and MAC, as text. Empty where ARP is not claimed."""

    def close(self) -> None:
        """End everything. Nothing is left behind."""
