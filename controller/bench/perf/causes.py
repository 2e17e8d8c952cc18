"""The faults a pair is measured with, section by section."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass, field

from controller.bench.perf import deeds, stages
from controller.bench.perf.figures import Aim
from controller.bench.perf.observed import BOTH, GAP, LOST, SILENT
from controller.bench.perf.pair import SOON_AT_REST, WINDOW_MS, Deed, Pair
from controller.bench.world import (
    Cut,
    Freeze,
    Link,
    Mend,
    PlugCable,
    PlugLink,
    PullCable,
    PullLink,
    Thaw,
    Unit,
    Wire,
)
from firmware.core.wire.bodies import TestStage

FAST = "failover polltime unit msec 10 holdtime msec 30"
CABLE, LAN = "cable", "lan"  # boot sets of the stories: the document's two configurations
LINES = {CABLE: (SOON_AT_REST,), LAN: (SOON_AT_REST, FAST)}
TIMERS = {CABLE: "cable, 15/45 s", LAN: "LAN, 10/30 ms"}
NONE = Aim("worst", 0)
TESTS_MS = 6_000  # half the hold time, three stages, and a hello that may be half a second old
SETTLES_MS = 1_500  # a failover link that is back is good again with the next hellos


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One kind of fault: what is done, in which configuration, and how the pair rests again."""

    words: str
    boot_set: str
    deed: Deed
    mend: deeds.Mend = deeds.power_cycle
    moves: bool = True  # False: nobody takes over
    window_ms: int = WINDOW_MS  # watched after it, and before it as control
    aims: Mapping[str, Aim] = field(default_factory=lambda: {BOTH: NONE})
    untold: tuple[str, ...] = ()  # what cannot be seen of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Causes:
    """A section: causes side by side."""

    title: str
    how: str
    causes: tuple[Cause, ...]


def pulled(*ethernets: int) -> tuple[Deed, deeds.Mend]:
    """Those link switches of the unit open; and close."""
    names = tuple(f"Ethernet{number}" for number in ethernets)
    return (
        deeds.done(lambda unit: tuple(PullLink(unit, name) for name in names)),
        deeds.undone(lambda unit: tuple(PlugLink(unit, name) for name in names)),
    )


def _mended(pair: Pair, _: Unit) -> None:
    for action in (Mend(Link.FAILOVER), PlugCable()):
        pair.world.do(action)
    pair.world.run(SETTLES_MS)
    pair.rest()


def _cable_pulled(unit: Unit) -> tuple[PullCable]:
    stays = Wire(f"plug-{unit.mate}")
    return (PullCable(unit, tuple(wire for wire in Wire if wire is not stays)),)


def _planned(words: str, deed: Deed, boot_set: str) -> Cause:
    return Cause(
        words=f"{words}, {TIMERS[boot_set]}",
        boot_set=boot_set,
        deed=deed,
        mend=deeds.nothing,
        aims={LOST: NONE, BOTH: Aim("worst", 50)},
    )


def _process(words: str, number: signal.Signals, boot_set: str) -> Cause:
    deed = deeds.signalled(number)
    return Cause(words=f"{words}, {TIMERS[boot_set]}", boot_set=boot_set, deed=deed)


def _link(words: str, boot_set: str, *ethernets: int) -> Cause:
    deed, mend = pulled(*ethernets)
    words = f"{words}, {TIMERS[boot_set]}"
    return Cause(words=words, boot_set=boot_set, deed=deed, mend=mend)


_FAILOVER_ACTIVE = deeds.typed("failover active", at_mate=True)
_NO_FAILOVER_ACTIVE = deeds.typed("no failover active")

SECTIONS = {
    "power-cut": Causes(
        title="Power cut of the active unit, with the cable",
        how="The power switch of the active unit is turned off; its mate sees the cable's power "
        "line go low. Unit timers are the document's 15/45 s: the takeover waits for none of them.",
        causes=(
            Cause(
                words="power cut",
                boot_set=CABLE,
                deed=deeds.power_off,
                aims={GAP: Aim("median", 5), BOTH: NONE},
            ),
        ),
    ),
    "dead-unit": Causes(
        title="A dead unit, LAN mode, unit poll 10 ms, hold 30 ms",
        how="The switches' ports of the active unit are disabled within one batch, carriers "
        "staying: no frame of it reaches anybody any more. The hold time alone decides. The unit "
        "itself lives on, cut off from everybody.",
        causes=(
            Cause(
                words="dead unit",
                boot_set=LAN,
                deed=deeds.severed,
                aims={GAP: Aim("median", 30)},
                untold=(SILENT, BOTH),  # captures see what the switch does not pass on any more
            ),
        ),
    ),
    "processes": Causes(
        title="A failover process that dies or hangs, a unit that freezes",
        how="SIGKILL, SIGSEGV (a crash) or SIGSTOP (it hangs) to the failover process of the "
        "active unit; SIGSTOP to all its processes, the supervisor included (frozen). *Silent* is "
        "from the signal to the last frame the unit forwards, as the captures see it; its kernel "
        "forwards until then, so the outage is what comes after.",
        causes=(
            *(
                _process(words, number, boot_set)
                for words, number in (
                    ("killed", signal.SIGKILL),
                    ("crash", signal.SIGSEGV),
                    ("hang", signal.SIGSTOP),
                )
                for boot_set in (CABLE, LAN)
            ),
            Cause(
                words=f"unit frozen, {TIMERS[LAN]}",
                boot_set=LAN,
                deed=deeds.done(lambda unit: (Freeze(unit),)),
                mend=deeds.undone(lambda unit: (Thaw(unit),)),
            ),
        ),
    ),
    "links": Causes(
        title="A link that is lost",
        how="Link switches of the active unit open: carrier is lost at both ends, and the unit "
        "fails by its interface policy of one. *104003* is from the fault to that message of the "
        "unit (by its own clock, whole milliseconds). A failover link that is cut, or a cable that "
        "is pulled, moves nobody: the outage must be that of no fault.",
        causes=(
            _link("inside", LAN, 1),
            _link("outside", LAN, 0),
            _link("inside and outside", LAN, 0, 1),
            _link("inside", CABLE, 1),
            Cause(
                words=f"failover link, {TIMERS[LAN]}",
                boot_set=LAN,
                deed=deeds.done(lambda _: (Cut(Link.FAILOVER),)),
                mend=_mended,
                moves=False,
                aims={},
            ),
            Cause(
                words=f"cable pulled, {TIMERS[CABLE]}",
                boot_set=CABLE,
                deed=deeds.done(_cable_pulled),
                mend=_mended,
                moves=False,
                aims={},
            ),
        ),
    ),
    "tests": Causes(
        title="A unit cut off a switch: the stages of the interface tests, LAN mode",
        how="The active unit's inside port carries nothing any more, carrier staying. Interface "
        "poll 500 ms, hold 5 s: after 2.5 s without a hello both units test. The host is heard by "
        "the mate in one stage, and the unit fails at the end of that stage, 0.75 s each.",
        causes=tuple(
            Cause(
                words=words,
                boot_set=LAN,
                deed=stages.heard_in(stage),
                mend=stages.mended,
                window_ms=TESTS_MS,
            )
            for words, stage in (
                ("network activity", TestStage.ACTIVITY),
                ("ARP", TestStage.ARP),
                ("broadcast ping", TestStage.PING),
            )
        ),
    ),
    "planned": Causes(
        title="Planned switchover",
        how="`failover active` typed on the standby unit, or `no failover active` on the active "
        "one, there and back in turn, while 1,000 packets a second flow each way. Times run from "
        "typing on.",
        causes=tuple(
            _planned(words, deed, boot_set)
            for words, deed in (
                ("failover active", _FAILOVER_ACTIVE),
                ("no failover active", _NO_FAILOVER_ACTIVE),
            )
            for boot_set in (CABLE, LAN)
        ),
    ),
}
