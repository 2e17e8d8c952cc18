"""What proves the mate alive or dead beside the failover link, and what proves nothing. WI."""

from dataclasses import dataclass, replace

import pytest

from firmware.core.message_ids import MessageId
from firmware.core.settings import Mode, Witness
from firmware.core.wire.bodies import CABLE, LAN

from .pair import A, B, Pair, only_active

OUTSIDE, INSIDE = "Ethernet0", "Ethernet1"
LINK = {Mode.LAN: LAN, Mode.CABLE: CABLE}
MODES = pytest.mark.parametrize("mode", list(Mode))
LAN_BY_INTERFACES = (Mode.LAN, Witness.INTERFACES)
LAN_BY_CABLE = (Mode.LAN, Witness.CABLE)
CABLE_BY_LAN = (Mode.CABLE, Witness.LAN)
CABLE_BY_INTERFACES = (Mode.CABLE, Witness.INTERFACES)


def witnessed(mode, *witness):
    """A pair, not booted yet, with that line in both configurations."""
    pair = Pair(mode)
    pair.wanted = [replace(wanted, witness=tuple(witness)) for wanted in pair.wanted]
    return pair


def fail(pair, *channels):
    """One after the other, each long enough for every unit to have noticed it."""
    for channel in channels:
        pair.cut(channel)
        pair.run(8_000)


def power_low(pair, index, **changes):
    pair.lines(index, replace(pair.cables[index], other_power=False, **changes))


def says(pair, index):
    return dict(pair.view(index).witnesses)


def blocked(pair, index):
    return pair.view(index).takeover_blocked


def talkative(pair, *physicals):
    """Hosts that answer the first question of a test, to either unit."""
    pair.audible |= {(index, physical, "activity") for index in (A, B) for physical in physicals}


@dataclass(frozen=True)
class Silence:
    """Ways that fail one after the other, then the active unit dies without a word."""

    setting: tuple
    fails: tuple
    taken_over: bool
    hosts: tuple = ()  # interfaces on which somebody else is heard


SILENCES = {
    "a witness, and the failover link failed": (
        Silence(LAN_BY_INTERFACES, (LAN,), True),
        Silence(LAN_BY_CABLE, (LAN,), True),
        Silence(CABLE_BY_LAN, (CABLE,), True),
        Silence(CABLE_BY_INTERFACES, (CABLE,), True),
    ),
    "nothing failed": (
        Silence(LAN_BY_INTERFACES, (), True),
        Silence(LAN_BY_CABLE, (), True),
        Silence(CABLE_BY_LAN, (), True),
        Silence(CABLE_BY_INTERFACES, (), True),
    ),
    "one interface is left, and others are heard there": (
        Silence(LAN_BY_INTERFACES, (LAN, INSIDE), True, (OUTSIDE,)),
        Silence(CABLE_BY_INTERFACES, (CABLE, OUTSIDE), True, (INSIDE,)),
        Silence(LAN_BY_INTERFACES, (INSIDE, LAN), True, (OUTSIDE,)),
    ),
    "one interface is left, and nobody is heard there": (
        Silence(LAN_BY_INTERFACES, (LAN, INSIDE), False),
        Silence(LAN_BY_INTERFACES, (LAN, INSIDE), False, (INSIDE,)),
    ),
    "no listed way is left": (
        Silence(LAN_BY_INTERFACES, (LAN, INSIDE, OUTSIDE), False),
        Silence(LAN_BY_INTERFACES, (INSIDE, OUTSIDE), False),
        Silence(LAN_BY_INTERFACES, (INSIDE, OUTSIDE, LAN), False),
        Silence(LAN_BY_CABLE, (LAN, CABLE), False),
        Silence(LAN_BY_CABLE, (CABLE, LAN), False),
        Silence(CABLE_BY_LAN, (CABLE, LAN), False),
        Silence(CABLE_BY_LAN, (LAN, CABLE), False),
    ),
    "the LAN failover link alone is left, with a link": (
        Silence(CABLE_BY_LAN, (CABLE, INSIDE, OUTSIDE), True),
    ),
    "the cable alone is left, and says that the mate has power": (
        Silence(LAN_BY_CABLE, (LAN, INSIDE, OUTSIDE), False),
    ),
}
EACH = [
    pytest.param(case, id=f"{why}: {case.setting[0].value}, {case.setting[1].value}, {case.fails}")
    for why, cases in SILENCES.items()
    for case in cases
]


@pytest.mark.parametrize("case", EACH)
def test_wi3_what_the_silence_of_a_dead_mate_proves(case):
    pair = witnessed(*case.setting).both()
    pair.run(8_000)
    talkative(pair, *case.hosts)
    fail(pair, *case.fails)
    assert only_active(pair, A)
    assert pair.state(B) == "Standby Ready"
    pair.die(A)
    pair.run(9_000)
    assert pair.state(B) == ("Active" if case.taken_over else "Standby Ready")
    assert blocked(pair, B) is not case.taken_over


@pytest.mark.parametrize("case", EACH)
def test_wi3_cuts_one_after_the_other_are_no_death(case):
    pair = witnessed(*case.setting).both()
    pair.run(8_000)
    fail(pair, *case.fails)
    assert only_active(pair, A)
    assert pair.state(B) == "Standby Ready"


def test_wi1_without_the_line_a_failed_link_blocks_as_ever():
    pair = Pair().both()
    fail(pair, LAN)
    pair.die(A)
    pair.run(30_000)
    assert pair.states == ("off", "Standby Ready")
    assert pair.view(B).witnesses == ()
    assert not blocked(pair, B)
    assert MessageId.NO_WITNESS_LEFT not in pair.logged(B)


@MODES
def test_wi3_pulled_out_here_all_at_once_is_no_death(mode):
    pair = witnessed(mode, Witness.INTERFACES).both()
    fail(pair, LINK[mode])
    for physical in (INSIDE, OUTSIDE):
        pair.carrier(B, physical, False)
        pair.cut(physical)
    pair.run(30_000)
    assert pair.state(A) == "Active"
    assert pair.state(B) != "Active"


def test_wi3_plugged_in_again_here_the_silence_before_proves_nothing():
    pair = witnessed(Mode.LAN, Witness.INTERFACES).both()
    pair.run(8_000)
    talkative(pair, INSIDE, OUTSIDE)
    fail(pair, LAN)
    for physical in (INSIDE, OUTSIDE):
        pair.carrier(B, physical, False)
        pair.cut(physical)
    pair.run(10_000)
    for physical in (INSIDE, OUTSIDE):
        pair.carrier(B, physical, True)
    pair.run(30_000)
    assert only_active(pair, A)


def test_wi3_a_crossover_wire_that_goes_dark_with_the_mate_is_a_death():
    pair = witnessed(Mode.CABLE, Witness.LAN).both()
    fail(pair, CABLE)
    pair.die(A)
    pair.carrier(B, "Ethernet3", False)
    pair.run(2_000)
    assert only_active(pair, B)


def test_wi3_a_link_that_fails_in_one_direction_still_shows_the_mate_alive():
    pair = witnessed(Mode.LAN, Witness.INTERFACES).both()
    pair.cut(LAN, sender=B)
    pair.run(8_000)
    assert pair.engine(B).unit.link.failed
    fail(pair, INSIDE, OUTSIDE)
    assert only_active(pair, A)
    assert MessageId.NO_RESPONSE not in pair.logged(B)


def test_wi3_a_blocked_unit_takes_over_when_somebody_is_heard_where_the_mate_was_last():
    pair = witnessed(Mode.LAN, Witness.INTERFACES).both()
    pair.run(8_000)
    fail(pair, LAN, INSIDE)
    pair.die(A)
    pair.run(20_000)
    assert pair.state(B) == "Standby Ready"
    pair.sound(B, OUTSIDE)
    pair.run(10)
    assert only_active(pair, B)


def test_wi3_after_a_takeover_by_a_witness_the_former_active_waits_for_the_link():
    pair = witnessed(Mode.LAN, Witness.INTERFACES).both()
    fail(pair, LAN)
    pair.die(A)
    pair.run(2_000)
    pair.boot(A)
    pair.run(12_000)
    assert pair.states == ("Cold Standby", "Active")
    pair.lost.clear()
    pair.run(3_000)
    assert pair.states == ("Standby Ready", "Active")


def test_wi3_a_cold_standby_serves_when_its_mate_is_proved_dead():
    pair = witnessed(Mode.LAN, Witness.INTERFACES)
    pair.cut(LAN)
    pair.boot(A, B)
    pair.run(12_000)
    assert pair.states == ("Active", "Cold Standby")
    pair.die(A)
    pair.run(9_000)
    assert only_active(pair, B)
