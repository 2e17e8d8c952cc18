"""What a soak looks at after each fault: a pair that is well, and everything that is not."""

from dataclasses import replace

import pytest

from controller.bench.soak.audit import Audit, PairSeen, ProcessSeen, UnitSeen
from controller.bench.world import Unit

P, S = Unit.PRIMARY, Unit.SECONDARY
INSIDE, OUTSIDE = "192.168.1.1", "172.16.1.1"
MACS = {INSIDE: "00:06:5b:01:00:01", OUTSIDE: "00:06:5b:01:00:00"}
NAMES = ("supervisor", "nursery", "failover", "management")


def unit(state: str) -> UnitSeen:
    return UnitSeen(
        state=state,
        processes={name: ProcessSeen(100 + n, 40_000, 12) for n, name in enumerate(NAMES)},
        children=3,
        zombies=0,
        links=13,
        rules=264,
        connections=120,
        neighbours=3,
        active_macs=MACS if state == "Active" else {},
    )


WELL = PairSeen(
    units={P: unit("Active"), S: unit("Standby Ready")},
    forwarders=(P,),
    flows=True,
    answers={address: (mac,) for address, mac in MACS.items()},
    resolved=dict(MACS),
)


def seen_with(who: Unit, **facts: object) -> PairSeen:
    """The pair, one of its units otherwise."""
    return replace(WELL, units={**WELL.units, who: replace(WELL.units[who], **facts)})


def with_process(name: str, process: ProcessSeen) -> PairSeen:
    return seen_with(P, processes={**WELL.units[P].processes, name: process})


def test_a_pair_that_is_well_is_well_again_and_again() -> None:
    audit = Audit()
    assert [audit.check(WELL, "cable") for _ in range(3)] == [[], [], []]


STRANGE = ProcessSeen(900, 1, 1)
WRONG = {
    "not at rest: primary Active, secondary Failed": seen_with(S, state="Failed"),
    "forwarding: primary, secondary; active is primary": replace(WELL, forwarders=(P, S)),
    "forwarding: nobody; active is primary": replace(WELL, forwarders=()),
    "nothing gets through the pair": replace(WELL, flows=False),
    "secondary, the standby, has the active address 192.168.1.1": seen_with(
        S, active_macs={INSIDE: MACS[INSIDE]}
    ),
    "192.168.1.1 is answered by nobody, not by 00:06:5b:01:00:01": replace(
        WELL, answers={**WELL.answers, INSIDE: ()}
    ),
    "192.168.1.1 is answered by 00:06:5b:01:00:01, x, not by 00:06:5b:01:00:01": replace(
        WELL, answers={**WELL.answers, INSIDE: (MACS[INSIDE], "x")}
    ),
    "a host has 192.168.1.1 at -, not at 00:06:5b:01:00:01": replace(
        WELL, resolved={**MACS, INSIDE: "-"}
    ),
    "primary: 2 zombies": seen_with(P, zombies=2),
    "primary: 4 children, known are failover, management, nursery, supervisor": seen_with(
        P, children=4
    ),
    "primary: tracks 9000 connections": seen_with(P, connections=9_000),
    "primary: has 1025 neighbours": seen_with(P, neighbours=1_025),
}


@pytest.mark.parametrize("why", WRONG)
def test_what_is_wrong_is_named(why: str) -> None:
    assert Audit().check(WRONG[why], "cable") == [why]


def test_a_process_that_is_missing_is_named() -> None:
    left = {k: v for k, v in WELL.units[P].processes.items() if k != "failover"}
    found = Audit().check(seen_with(P, processes=left, children=2), "cable")
    assert found == ["primary: no failover process"]


@pytest.mark.parametrize(
    ("later", "found"),
    [
        (ProcessSeen(102, 64_000, 16), []),
        (ProcessSeen(102, 65_000, 12), ["primary: failover grew from 40000 kB (40000 at first)"]),
        (ProcessSeen(200, 72_000, 12), []),  # another process, a little heavier than the first
        (ProcessSeen(200, 73_000, 12), ["primary: failover grew from 73000 kB (40000 at first)"]),
        (ProcessSeen(102, 40_000, 17), ["primary: failover has 17 descriptors open"]),
        (ProcessSeen(200, 40_000, 21), ["primary: failover has 21 descriptors open"]),
    ],
)
def test_what_only_grows_is_a_leak(later: ProcessSeen, found: list[str]) -> None:
    audit = Audit()
    audit.check(WELL, "cable")
    told = audit.check(with_process("failover", later), "cable")
    assert [line[: len(begin)] for line, begin in zip(told, found, strict=True)] == found


def test_interfaces_and_rules_are_those_of_the_first_look_at_the_same_state_and_setting() -> None:
    audit = Audit()
    audit.check(WELL, "cable")
    more = seen_with(P, rules=266)
    assert audit.check(more, "lan") == []
    told = "as Active it has 13 interfaces and 266 rules, and had 13 and 264"
    assert audit.check(more, "cable") == [f"primary: {told}"]
