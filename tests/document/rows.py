"""Plays a row of the document's table of Failover Actions in any world, and compares.

The page decides. Its cells are looked up, phrase by phrase, in ``PHRASES``, which says what must be
seen of the unit whose cell it is; its notes in ``NOTES``, which says what to try next. ``event`` is
how a hand brings it about, ``MESSAGES`` what both units log, and in which order. A cell or a note
that is in none of them is an error: nothing of the page goes unlooked at.

*Active* and *standby* are what the two units were before the event, as in the table's columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from controller.bench.boot import load_rig
from controller.bench.world import (
    Action,
    Claim,
    Cut,
    Link,
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
from controller.console.picture import PairPicture, shown_state
from firmware.core.settings import Mode

PAGE = Path(__file__).parent / "failover_actions.txt"
BOOTS = Path(__file__).parents[1] / "stories" / "boot"
ACTIVE, STANDBY = Unit.PRIMARY, Unit.SECONDARY  # before the event, in every row
OUTSIDE, INSIDE = "Ethernet0", "Ethernet1"
ACTIVE_ADDRESS = "192.168.1.1"
TIMERS = (
    "failover polltime unit msec 200 holdtime msec 800",
    "failover polltime interface msec 500 holdtime 5",
    "copy running-config startup-config",
)
BOOT_MS, LOOK_MS, GIVEN_MS, STAYS_MS = 25_000, 50, 15_000, 2_500
OUTAGE_MS = 500  # where nobody fails over, the probe may stall for as long as the machine does
NO_LINK = "No Link"


@dataclass(frozen=True, slots=True)
class Row:
    """One row, cell by cell, in the page's own words."""

    event: str
    policy: str
    active: str
    standby: str
    notes: str


@dataclass(frozen=True, slots=True)
class Must:
    """What a phrase of a cell means for the unit whose cell it is. None: it says nothing of it."""

    state: str | None = None
    same: bool = False  # as before the event
    forwards: bool | None = None
    marks: Unit | None = None  # shown as failed: by itself, by the mate, or by both
    link_failed: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """How the event is brought about. ``before`` is done first, and the pair comes to rest."""

    does: tuple[Action, ...]
    before: tuple[Action, ...] = ()
    cold: bool = False  # both units are off when it happens
    no_link: Unit | None = None  # whose inside interface both units must show so


PHRASES = {
    "n/a": Must(state="off", forwards=False),
    "no action": Must(same=True),
    "become active": Must(state="Active", forwards=True),
    "become standby": Must(state="Standby Ready", forwards=False),
    "mark active as failed": Must(marks=ACTIVE),
    "mark standby as failed": Must(marks=STANDBY),
    "mark failover interface as failed": Must(link_failed=True),
}
POLICIES = {"Failover": True, "No failover": False}

PLUG = (
    Wire.PLUG_SECONDARY,  # first: a plug that is half out is a story of its own, cable-pulled
    Wire.POWER_PRIMARY,
    Wire.POWER_SECONDARY,
    Wire.TRANSMIT_PRIMARY,
    Wire.TRANSMIT_SECONDARY,
)
LINK_FAILS: dict[Mode, Action] = {
    Mode.CABLE: PullCable(STANDBY, PLUG),
    Mode.LAN: Cut(Link.FAILOVER),
}


def event(name: str, mode: Mode) -> Event:
    """How that event of the page is brought about. KeyError: the page has one we do not know."""
    return {
        "Active unit failed (power or hardware)": Event((PowerOff((ACTIVE,)),)),
        "Formerly active unit recovers": Event(
            (PowerOn((ACTIVE,)),), before=(PowerOff((ACTIVE,)),)
        ),
        "Standby unit failed (power or hardware)": Event((PowerOff((STANDBY,)),)),
        "Failover link failed within operation": Event((LINK_FAILS[mode],)),
        "Failover link failed at startup": Event(
            (LINK_FAILS[mode], PowerOn((ACTIVE, STANDBY))),
            before=(PowerOff((ACTIVE, STANDBY)),),
            cold=True,
        ),
        "Stateful failover link failed": Event((Cut(Link.STATE),)),
        "Interface failure on active unit above threshold": Event(
            (PullLink(ACTIVE, INSIDE),), no_link=ACTIVE
        ),
        "Interface failure on standby unit above threshold": Event(
            (PullLink(STANDBY, INSIDE),), no_link=STANDBY
        ),
    }[name]


# The failover messages of either unit from the event on, each run of one number told once. Left out
# are those of interfaces that come up, are heard and tested: when they come is a matter of luck.
BOOTED = (105002,)
BECOMES_ACTIVE = (104001, 411002, 411001)
MESSAGES: dict[str, dict[Mode, tuple[tuple[int, ...], tuple[int, ...]]]] = {
    "Active unit failed (power or hardware)": {
        Mode.CABLE: ((), (102001, *BECOMES_ACTIVE)),
        Mode.LAN: ((), (103001, *BECOMES_ACTIVE)),
    },
    "Formerly active unit recovers": {
        Mode.CABLE: ((101001, *BOOTED, 104002, 709005, 709006), (101001, 709003, 709004)),
        Mode.LAN: ((*BOOTED, 104002, 709005, 709006), (709003, 709004)),
    },
    "Standby unit failed (power or hardware)": {
        Mode.CABLE: ((102001,), ()),
        Mode.LAN: ((103001,), ()),
    },
    "Failover link failed within operation": {
        Mode.CABLE: ((101004,), (101003,)),
        Mode.LAN: ((105043,), (105043,)),
    },
    "Failover link failed at startup": {
        Mode.CABLE: ((101004, *BOOTED, 104001), (101003, *BOOTED, 104001)),
        Mode.LAN: ((*BOOTED, 104001, 105043), (*BOOTED, 104001, 105043)),
    },
    "Stateful failover link failed": {Mode.CABLE: ((), ()), Mode.LAN: ((), ())},
    "Interface failure on active unit above threshold": dict.fromkeys(
        Mode, ((105007, 104003), (103003, 103005, *BECOMES_ACTIVE))
    ),
    "Interface failure on standby unit above threshold": dict.fromkeys(
        Mode, ((103003, 103005), (105007, 104003))
    ),
}
MONITORING = (103002, 105003, 105004, 105005, 105006, 105008, 105009, 105031)
MY_PLUG, OTHER_PLUG, CABLE_FAILURE = 101003, 101004, 105011
_FOREBODED = {MY_PLUG: ((OTHER_PLUG,), (CABLE_FAILURE,)), OTHER_PLUG: ((CABLE_FAILURE,),)}
FAMILIES = (101, 102, 103, 104, 105, 411, 709)
SWITCHES = (104001, 104002, 104003, 104004)


def rows(text: str) -> tuple[Row, ...]:
    """The rows of the transcription, in the page's order."""
    blocks = [block.splitlines() for block in text.split("\n\n") if "Policy: " in block]
    return tuple(Row(*(line.partition(": ")[2] for line in lines)) for lines in blocks)


def phrases(cell: str) -> Iterator[Must]:
    """What each phrase of a cell means. KeyError: the page has one that is not known."""
    for phrase in cell.split(";"):
        yield PHRASES[phrase.strip().lower()]


@dataclass(frozen=True, slots=True)
class Look:
    """What is seen of the pair at one moment, from outside."""

    states: dict[Unit, str]
    shown: dict[Unit, str]  # show failover; empty: off
    logged: dict[Unit, list[str]]
    told: dict[Unit, str]  # the unit's state as the broker's retained messages tell it
    forwarders: tuple[Unit, ...]
    arp: str


@dataclass(slots=True)
class Playing:
    """One row in one mode in one world. ``picture`` is what the broker knows now."""

    row: Row
    mode: Mode
    world: World
    picture: Callable[[], PairPicture]
    wrong: list[str] = field(default_factory=list)
    rig: Rig = field(init=False)

    def __post_init__(self) -> None:
        rig = load_rig(BOOTS / f"{self.mode.value}-saved")
        assert isinstance(rig, Rig), rig
        self.rig = rig

    def play(self) -> list[str]:
        """All of it; what is not as the page has it, nothing if all is."""
        happening = event(self.row.event, self.mode)
        self._serve(happening)
        before = self.look()
        self.world.mark_fault()
        for action in happening.does:
            self.world.do(action)
        self.world.run(STAYS_MS)
        self.wrong = self._settled(lambda: self.compare(happening, before, self.look()))
        if not self.wrong and not happening.cold:
            self.wrong += self._measured()
        if not self.wrong:
            self.wrong += NOTES[self.row.notes](self)
        if not happening.cold:
            self.wrong += self.world.judge()
        return self.wrong

    def _serve(self, happening: Event) -> None:
        """A pair in service, every interface heard, traffic on; then what must have been before."""
        self.world.prepare(self.rig)
        self.world.do(PowerOn((ACTIVE, STANDBY)))
        self.until(lambda: self.states() == {ACTIVE: "Active", STANDBY: "Standby Ready"})
        for line in TIMERS:
            answer = self.world.type(ACTIVE, line)
            assert "ERROR" not in answer, answer
        self.until(lambda: all(self._all_normal(unit) for unit in Unit))
        for action in happening.before:
            self.world.do(action)
        if happening.before and not happening.cold:
            self.until(lambda: self.world.state(STANDBY) == "Active")
            self.until(lambda: self.world.forwarders() == (STANDBY,))
            self.world.run(STAYS_MS)
        self.world.do(Traffic(True))  # connections that no failover before the event has ended

    def _all_normal(self, unit: Unit) -> bool:
        lines = re.findall(r"Interface \w+ \(.*?\): (.*)", self.world.type(unit, "show failover"))
        return len(lines) == 4 and set(lines) == {"Normal"}

    def states(self) -> dict[Unit, str]:
        return {unit: self.world.state(unit) for unit in Unit}

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for a pair that does what every pair does; that is no row's question."""
        begun_ms = self.world.now_ms()
        while not holds():
            assert self.world.now_ms() - begun_ms < BOOT_MS, f"{self.states()}"
            self.world.run(LOOK_MS)

    def _settled(self, wrong: Callable[[], list[str]]) -> list[str]:
        """What is still wrong when it has had its time."""
        begun_ms = self.world.now_ms()
        while found := wrong():
            if self.world.now_ms() - begun_ms > GIVEN_MS:
                break
            self.world.run(LOOK_MS)
        return found

    def look(self) -> Look:
        """Everything there is to see."""
        world, picture, states = self.world, self.picture(), self.states()
        return Look(
            states=states,
            shown={
                unit: "" if states[unit] == "off" else world.type(unit, "show failover")
                for unit in Unit
            },
            logged={unit: world.messages(unit) for unit in Unit},
            told={unit: shown_state(picture, self.rig.chassis[unit]) for unit in Unit},
            forwarders=world.forwarders(),
            arp=world.arp_tables(),
        )

    def compare(self, happening: Event, before: Look, after: Look) -> list[str]:
        """What differs from the page; nothing if it is as the page says."""
        cells = {ACTIVE: self.row.active, STANDBY: self.row.standby}
        marked = [must.marks for cell in cells.values() for must in phrases(cell)]
        wrong = []
        for unit, cell in cells.items():
            for must in phrases(cell):
                wrong += _unlike(must, unit, before, after, self.mode)
            wrong += _misshown(unit, after, marked, cold=happening.cold)
            wrong += _misinformed(unit, after)
            wrong += _logged_otherwise(self.row.event, unit, before, after, self.mode)
        wrong += self._moved(happening, before, after)
        if happening.no_link is not None:
            wrong += _link_not_shown(happening.no_link, after)
        return wrong

    def _moved(self, happening: Event, before: Look, after: Look) -> list[str]:
        """The policy: who serves, by what address and MAC."""
        fails_over = POLICIES[self.row.policy]
        wanted = (STANDBY,) if fails_over else before.forwarders
        if happening.cold:
            return []  # nobody served before; the cells say who does
        wrong = [] if after.forwarders == wanted else [f"forwarding: {after.forwarders}"]
        if Claim.ARP in self.world.claims and after.arp != before.arp:
            wrong.append(f"ARP was\n{before.arp}\nis\n{after.arp}")
        (serves,) = wanted
        if after.states[serves.mate] == "Standby Ready" and happening.no_link is None:
            why_not = self.world.ping(serves.mate, ACTIVE_ADDRESS)
            wrong += [f"{serves.mate} asks for {ACTIVE_ADDRESS}: {why_not}"] if why_not else []
        return wrong

    def _measured(self) -> list[str]:
        """Regular failover: connections end where it fails over, and nowhere else."""
        measured, claims = self.world.measure(), self.world.claims
        fails_over, wrong = POLICIES[self.row.policy], []
        if Claim.TCP in claims and measured.tcp != ("reset" if fails_over else "kept"):
            wrong.append(f"connections: {measured.tcp}")
        if Claim.OUTAGE in claims and not fails_over:
            gap_ms = measured.outage_gap_ms
            if gap_ms is None or gap_ms > OUTAGE_MS:
                wrong.append(f"nothing got through for {gap_ms} ms")
        return wrong

    # What the notes say, tried

    def nothing_more(self) -> list[str]:
        """None."""
        return []

    def no_hello_is_received(self) -> list[str]:
        """Every interface of the unit that took over waits for its mate."""
        shown = self.world.type(STANDBY, "show failover").partition("Other host")[0]
        lines = re.findall(r"Interface (\w+) \(.*?\): (.*)", shown)
        heard = [name for name, state in lines if "(Waiting)" not in state]
        return [f"{name} does not wait for hellos" for name in heard] + ([] if lines else [shown])

    def no_attempt_to_fail_over(self) -> list[str]:
        """All interfaces of the active unit fail, too: it stays active, and says nothing else."""
        logged = len(self.world.messages(ACTIVE))
        for interface in (OUTSIDE, INSIDE):
            self.world.do(PullLink(ACTIVE, interface))
        self.world.run(STAYS_MS)
        states = self.states()
        stayed = states[ACTIVE] == "Active" and states[STANDBY] in ("off", "Failed")
        said = set(_numbers(self.world.messages(ACTIVE)[logged:])) & set(SWITCHES)
        return [] if stayed and not said else [f"{states} after {sorted(said)}"]

    def cannot_fail_over(self) -> list[str]:
        """Neither by order nor when the active unit dies."""
        wrong = []
        for unit, order in ((ACTIVE, "no failover active"), (STANDBY, "failover active")):
            answer = self.world.type(unit, order)
            wrong += [] if "failover link is failed" in answer else [f"{order}: {answer}"]
        self.world.do(PowerOff((ACTIVE,)))
        self.world.run(STAYS_MS)
        states = self.states()
        return wrong + ([] if states[STANDBY] == "Standby Ready" else [f"{states}"])

    def both_are_active(self) -> list[str]:
        """The cells say so, too: this is the sentence that says both."""
        states = self.states()
        return [] if set(states.values()) == {"Active"} else [f"{states}"]

    def sessions_are_terminated(self) -> list[str]:
        """Then a failover occurs: connections that were open are ended."""
        self.world.mark_fault()
        self.world.do(PowerOff((ACTIVE,)))
        self.until(lambda: self.world.forwarders() == (STANDBY,))
        self.world.run(STAYS_MS)
        told = self.world.measure().tcp
        return [] if Claim.TCP not in self.world.claims or told == "reset" else [f"TCP: {told}"]


NOTES: dict[str, Callable[[Playing], list[str]]] = {
    "None": Playing.nothing_more,
    "No hello messages are received on any monitored interface or the failover link.": (
        Playing.no_hello_is_received
    ),
    "When the standby unit is marked as failed, the active unit does not attempt to failover, "
    "even if the interface failure threshold is surpassed.": Playing.no_attempt_to_fail_over,
    "When the standby unit is marked as failed, the active unit does not attempt to fail over "
    "even if the interface failure threshold is surpassed.": Playing.no_attempt_to_fail_over,
    "You must restore the failover link as soon as possible because the unit cannot failover to "
    "the standby unit while the failover link is down.": Playing.cannot_fail_over,
    "If the failover link is down at startup, both units become active.": Playing.both_are_active,
    "State information becomes out of date, and sessions are terminated if a failover occurs.": (
        Playing.sessions_are_terminated
    ),
}


def _unlike(must: Must, unit: Unit, before: Look, after: Look, mode: Mode) -> list[str]:
    """How the unit differs from one phrase of its cell."""
    state, forwards = after.states[unit], unit in after.forwarders
    wrong = []
    if must.state not in (None, state):
        wrong.append(f"{unit} is {state}, wanted {must.state}")
    if must.forwards not in (None, forwards):
        wrong.append(f"{unit} {'forwards' if forwards else 'does not forward'}")
    if must.same and (state, forwards) != (before.states[unit], unit in before.forwarders):
        wrong.append(f"{unit} was {before.states[unit]} and is {state}")
    if must.same and set(_numbers(_new(unit, before, after))) & set(SWITCHES):
        wrong.append(f"{unit} acted: {_new(unit, before, after)}")
    if must.marks is unit and state != "Failed":
        wrong.append(f"{unit} is {state}, and not marked as failed")
    if must.marks is unit and forwards:
        wrong.append(f"{unit} is failed and forwards")
    if must.link_failed and not _LINK_FAILED[mode].search(after.shown[unit]):
        wrong.append(f"{unit} does not mark the failover link:\n{after.shown[unit][:300]}")
    return wrong


_LINK_FAILED = {
    Mode.CABLE: re.compile(r"^Cable status: (My side|Other side is) not connected\s*$", re.M),
    Mode.LAN: re.compile(r"^Failover LAN Interface: .* \(Failed - No Switchover\)\s*$", re.M),
}


def _misshown(unit: Unit, after: Look, marked: list[Unit | None], *, cold: bool) -> list[str]:
    """What `show failover` of the unit says of both, against what they are and are marked as."""
    shown = after.shown[unit]
    if not shown:
        return []
    mate = unit.mate
    wanted = [f"This host: {unit.title()} - {after.states[unit]}"]
    if mate in marked:
        wanted.append(f"Other host: {mate.title()} - Failed")
    elif not cold:  # two that never met know nothing of each other
        wanted.append(f"Other host: {mate.title()} - {after.states[mate]}")
    lines = [line.strip() for line in shown.splitlines()]
    return [f"{unit} does not show {line!r}:\n{shown}" for line in wanted if line not in lines]


def _misinformed(unit: Unit, after: Look) -> list[str]:
    """What the broker's retained state tells of the unit."""
    state, told = after.states[unit], after.told[unit]
    # Its own last word was that it serves; until the broker misses it, its mate's counts.
    right = told in ("off", "Failed") if state == "off" else told == state
    return [] if right else [f"MQTT tells that {unit} is {told}, and it is {state}"]


def _logged_otherwise(name: str, unit: Unit, before: Look, after: Look, mode: Mode) -> list[str]:
    wanted = MESSAGES[name][mode][0 if unit is ACTIVE else 1]
    new = _new(unit, before, after)
    said = _failover_numbers(new)
    if said == wanted:
        return []
    return [f"{unit} logged {said}, wanted {wanted}:\n" + "\n".join(new)]


def _link_not_shown(unit: Unit, after: Look) -> list[str]:
    """The interface without a link, on both units."""
    line = re.compile(rf"Interface inside \(192\.168\.1\.\d\): {NO_LINK}")
    wrong = []
    for shower, shown in after.shown.items():
        here, _, there = shown.partition("Other host:")
        part, other = (here, there) if shower is unit else (there, here)
        if not line.search(part) or line.search(other):
            wrong.append(f"{shower} does not show that {unit}'s inside has no link:\n{shown}")
    return wrong


def _new(unit: Unit, before: Look, after: Look) -> list[str]:
    """What the unit logged since; all of it if it was switched on since."""
    was, now = before.logged[unit], after.logged[unit]
    return now[len(was) :] if now[: len(was)] == was else now


def _numbers(logged: list[str]) -> list[int]:
    return [int(found[1]) for line in logged if (found := re.match(r"%\w+-\d-(\d{6}):", line))]


def _failover_numbers(logged: list[str]) -> tuple[int, ...]:
    """Those of failover in order, each run of one number once.

    A plug's contacts open one after the other, so a unit may say first that it is the other one's;
    and a mate that noticed first says so by the data links: its word comes as 105011.
    """
    kept: list[int] = []
    for number in _numbers(logged):
        counts = number // 1000 in FAMILIES and number not in MONITORING
        if counts and tuple(kept[-1:]) in _FOREBODED.get(number, ()):
            kept[-1] = number
        elif counts and kept[-1:] != [number]:
            kept.append(number)
    return tuple(kept)
