"""The table of a story's verbs and checks: the words each takes, read into typed steps.

A verb a world carries out becomes an ``Action`` of world.py; what the player itself does or looks
at becomes one of the checks here. Readers raise ``Refused`` with what is wrong and what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_address

from controller.bench import world
from controller.bench.network_verbs import NETWORK_VERBS
from controller.bench.reading import (
    Refused,
    read_interface,
    read_time,
    read_units,
    read_word,
    want_count,
)
from controller.bench.unit_verbs import UNIT_VERBS
from controller.bench.world import Action, Link, Process, Unit, Wire
from firmware.core.wire.bodies import UnitState

STATES = (*(state.text for state in UnitState), "off", "silent")


@dataclass(frozen=True, slots=True)
class Typed:
    """A line typed, and what its answer must contain (None: anything but an ERROR)."""

    line: str
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class TypeLines:
    """Lines typed one after the other at one unit."""

    unit: Unit
    lines: tuple[Typed, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """At this prompt, this is typed; ``answer`` are lines of what is shown until the next one."""

    prompt: str
    line: str
    answer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Converse:
    """A conversation at the unit's console, prompts and all."""

    unit: Unit
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Time passes."""

    ms: int


@dataclass(frozen=True, slots=True)
class Expect:
    """Within ``ms`` all are true at once; with ``throughout``, now and until ``ms`` have passed."""

    ms: int
    throughout: bool
    states: tuple[tuple[Unit, str], ...]


@dataclass(frozen=True, slots=True)
class Show:
    """Every line is found in the output, in this order."""

    unit: Unit
    command: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Messages:
    """Each was logged since power-on, in this order; with ``absent``, none was.

    ``ms``: how long to wait for it, None for the player's grace.
    """

    unit: Unit
    wanted: tuple[str, ...]
    absent: bool
    ms: int | None = None


@dataclass(frozen=True, slots=True)
class Forwarders:
    """Just these units forward. Empty: nobody does."""

    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Ping:
    """An echo request, seen by the unit that holds the address."""

    unit: Unit
    address: str


@dataclass(frozen=True, slots=True)
class ArpUnchanged:
    """The hosts' ARP tables are those from before the first measured fault."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Within ``ms`` one unit is Active and the other Standby Ready, whichever."""

    ms: int


@dataclass(frozen=True, slots=True)
class Served:
    """Within ``ms`` a unit forwards, whichever."""

    ms: int


Check = (
    TypeLines
    | Converse
    | Wait
    | Expect
    | Show
    | Messages
    | Forwarders
    | Ping
    | ArpUnchanged
    | Rest
    | Served
)
Does = Action | Check


@dataclass(frozen=True, slots=True)
class Step:
    """One verb of a story; ``line`` is where it stands, ``text`` how it was written."""

    line: int
    fault: bool
    text: str
    does: Does


@dataclass(frozen=True, slots=True)
class Verb:
    """How a verb's words and the lines below it are read."""

    read: Callable[[list[str], list[str]], Does]
    takes_lines: bool = False


def _pull_order(unit: Unit | None, first: Iterable[Wire]) -> tuple[Wire, ...]:
    """The contacts named first, then the others that pass through the plug."""
    stays = Wire(f"plug-{unit.mate}") if unit else None
    order = dict.fromkeys(first)
    if stays in order:
        raise Refused(f"{stays} is not opened by the plug at {unit}")
    return tuple(dict.fromkeys([*order, *(wire for wire in Wire if wire is not stays)]))


def _pull_cable(words: list[str], _: list[str]) -> world.PullCable:
    rest = list(words)
    unit = read_word(Unit, rest.pop(0)) if rest and rest[0] not in ("order", "over") else None
    first: list[Wire] = []
    if rest and rest[0] == "order":
        rest.pop(0)
        while rest and rest[0] != "over":
            first.append(read_word(Wire, rest.pop(0)))
    over_ms = 0
    if rest:
        want_count(rest, "over T")
        over_ms = read_time(rest[1])
    return world.PullCable(unit, _pull_order(unit, first), over_ms)


def _cut(words: list[str], _: list[str]) -> world.Cut:
    if len(words) not in (1, 2):
        raise Refused("wanted cut LINK, cut LINK UNIT->UNIT or cut LINK UNIT")
    link = read_word(Link, words[0])
    if len(words) == 1:
        return world.Cut(link)
    sender, arrow, receiver = words[1].partition("->")
    unit = read_word(Unit, sender)
    if not arrow:
        return world.Cut(link, off=unit)
    if read_word(Unit, receiver) is unit:
        raise Refused(f"{words[1]!r}: a unit does not send to itself")
    return world.Cut(link, sender=unit)


def _garble(words: list[str], _: list[str]) -> world.Garble:
    want_count(words, "cable N%")
    if words[0] != Link.CABLE or not re.fullmatch(r"(100|\d{1,2})%", words[1]):
        raise Refused("wanted garble cable N%, N from 0 to 100; only the cable can be garbled")
    return world.Garble(int(words[1][:-1]))


def _type(words: list[str], below: list[str]) -> TypeLines:
    want_count(words, "UNIT")
    lines: list[Typed] = []
    for text in below:
        if not text.startswith("=>"):
            lines.append(Typed(text))
        elif lines and lines[-1].answer is None and text != "=>":
            lines[-1] = Typed(lines[-1].line, text.removeprefix("=>").strip())
        else:
            raise Refused("`=> text` follows the line whose answer must contain it")
    return TypeLines(read_word(Unit, words[0]), tuple(lines))


# What a unit asks with: its prompt, a password, a question.
_PROMPT = re.compile(r"([^\s>#(]+(?:\([a-z-]+\))?[>#]|Password:|.*\[confirm\])(?: (.*))?")


def _console(words: list[str], below: list[str]) -> Converse:
    want_count(words, "UNIT")
    said: list[Said] = []
    for text in below:
        found = _PROMPT.fullmatch(text)
        if found:
            said.append(Said(found[1], (found[2] or "").strip()))
        elif said:
            said[-1] = Said(said[-1].prompt, said[-1].line, (*said[-1].answer, text))
        else:
            raise Refused("it begins with a prompt and what is typed, as in: pix> enable")
    return Converse(read_word(Unit, words[0]), tuple(said))


def _expect(words: list[str], below: list[str]) -> Expect:
    if len(words) != 2 or words[0] not in ("within", "for"):
        raise Refused("wanted expect within T or expect for T")
    states = []
    for text in below:
        unit, _, state = text.partition(" ")
        if state.strip() not in STATES:
            raise Refused(f"{state.strip()!r} is no state; allowed are {', '.join(STATES)}")
        states.append((read_word(Unit, unit), state.strip()))
    return Expect(read_time(words[1]), words[0] == "for", tuple(states))


def _within(words: list[str]) -> int:
    if len(words) != 2 or words[0] != "within":
        raise Refused("wanted within T")
    return read_time(words[1])


def _show(words: list[str], below: list[str]) -> Show:
    if len(words) < 2:
        raise Refused("wanted show UNIT COMMAND, as in: show primary show failover")
    return Show(read_word(Unit, words[0]), " ".join(words[1:]), tuple(below))


def _messages(words: list[str], below: list[str], *, absent: bool = False) -> Messages:
    patient = len(words) > 1 and not absent
    want_count(words, "UNIT within T" if patient else "UNIT")
    for text in below:
        if not re.match(r"\d{6}( |$)", text):
            raise Refused(f"{text!r}: wanted a six-digit message number, then perhaps text")
    return Messages(
        read_word(Unit, words[0]), tuple(below), absent, read_time(words[2]) if patient else None
    )


def _forwarder(words: list[str], _: list[str]) -> Forwarders:
    return Forwarders(()) if words == ["none"] else Forwarders(read_units(words))


def _ping(words: list[str], _: list[str]) -> Ping:
    want_count(words, "UNIT ADDRESS")
    try:
        return Ping(read_word(Unit, words[0]), str(ip_address(words[1])))
    except ValueError:
        raise Refused(f"{words[1]!r} is no IPv4 or IPv6 address") from None


def _arp(words: list[str], _: list[str]) -> ArpUnchanged:
    if words != ["unchanged"]:
        raise Refused("wanted arp unchanged")
    return ArpUnchanged()


def _traffic(words: list[str], _: list[str]) -> world.Traffic:
    if words not in (["on"], ["off"]):
        raise Refused("wanted traffic on or traffic off")
    return world.Traffic(words == ["on"])


def _no_words(action: Action) -> Verb:
    def read(words: list[str], _: list[str]) -> Does:
        if words:
            raise Refused(f"takes no words, got {' '.join(words)!r}")
        return action

    return Verb(read)


def _counted(wanted: str, make: Callable[[list[str]], Does]) -> Verb:
    def read(words: list[str], _: list[str]) -> Does:
        want_count(words, wanted)
        return make(words)

    return Verb(read)


def _action(read: Callable[[list[str]], Action]) -> Verb:
    return Verb(lambda words, _: read(words))


VERBS = {
    "power-on": Verb(lambda words, _: world.PowerOn(read_units(words))),
    "power-off": Verb(lambda words, _: world.PowerOff(read_units(words))),
    "pull-cable": Verb(_pull_cable),
    "plug-cable": _no_words(world.PlugCable()),
    "open-contact": _counted("WIRE", lambda w: world.OpenContact(read_word(Wire, w[0]))),
    "close-contact": _counted("WIRE", lambda w: world.CloseContact(read_word(Wire, w[0]))),
    "pull-link": _counted(
        "UNIT INTERFACE", lambda w: world.PullLink(read_word(Unit, w[0]), read_interface(w[1]))
    ),
    "plug-link": _counted(
        "UNIT INTERFACE", lambda w: world.PlugLink(read_word(Unit, w[0]), read_interface(w[1]))
    ),
    "cut": Verb(_cut),
    "mend": _counted("LINK", lambda w: world.Mend(read_word(Link, w[0]))),
    "garble": Verb(_garble),
    "kill": _counted(
        "UNIT PROCESS", lambda w: world.Kill(read_word(Unit, w[0]), read_word(Process, w[1]))
    ),
    "stop": _counted(
        "UNIT PROCESS", lambda w: world.Stop(read_word(Unit, w[0]), read_word(Process, w[1]))
    ),
    "freeze": _counted("UNIT", lambda w: world.Freeze(read_word(Unit, w[0]))),
    "thaw": _counted("UNIT", lambda w: world.Thaw(read_word(Unit, w[0]))),
    "type": Verb(_type, takes_lines=True),
    "console": Verb(_console, takes_lines=True),
    "fit": _counted("UNIT", lambda w: world.Fit(read_word(Unit, w[0]))),
    "erase": _counted("UNIT", lambda w: world.Erase(read_word(Unit, w[0]))),
    "copy-flash": _counted(
        "UNIT UNIT", lambda w: world.CopyFlash(read_word(Unit, w[0]), read_word(Unit, w[1]))
    ),
    "ping": Verb(_ping),
    "traffic": Verb(_traffic),
    "wait": _counted("T", lambda w: Wait(read_time(w[0]))),
    "expect": Verb(_expect, takes_lines=True),
    "show": Verb(_show, takes_lines=True),
    "messages": Verb(_messages, takes_lines=True),
    "no-messages": Verb(lambda w, below: _messages(w, below, absent=True), takes_lines=True),
    "arp": Verb(_arp),
    "forwarder": Verb(_forwarder),
    **{name: _action(read) for name, read in (NETWORK_VERBS | UNIT_VERBS).items()},
    "rest": Verb(lambda words, _: Rest(_within(words))),
    "served": Verb(lambda words, _: Served(_within(words))),
}
