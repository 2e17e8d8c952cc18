"""Sequences that once ended badly on a whole pair: found by hunting, each mended and kept."""

from __future__ import annotations

import pytest
from test_replication_pair import MODES, P, Pair, S

from controller.bench.world import Cut, Link, Mend
from firmware.core.management import events as ev
from firmware.core.management.session import secrets
from firmware.core.settings import Mode

FAILOVER_LINES = (
    "failover lan unit secondary",
    "failover lan interface failover Ethernet3",
    "failover interface ip failover 10.1.0.1 255.255.255.0 standby 10.1.0.2",
    "failover lan enable",
    "failover",
)


def test_a_standby_whose_failover_was_cleared_and_typed_again_joins_again() -> None:
    """It was on the cable meanwhile, and its numbers on the link began anew without the mate's."""
    pair = Pair(Mode.LAN).start()
    pair.type(S, "clear configure failover")
    pair.world.run(3_000)
    pair.type(S, *FAILOVER_LINES)
    pair.world.run(15_000)
    assert pair.states() == ("Active", "Standby Ready")
    assert pair.digests()[0] == pair.digests()[1]


def test_a_standby_that_waits_for_a_configuration_takes_the_key() -> None:
    pair = Pair(Mode.LAN).start()
    pair.do(Cut(Link.FAILOVER))
    pair.box(S).step_management(ev.CommandEntered(9, "hostname x"))
    model = pair.box(S).management._model  # type: ignore[union-attr]
    model.mirror.inbox._begin = object()
    assert "being replicated" in pair.type(S, "hostname other")
    assert "being replicated" not in pair.type(S, "failover key same", "no failover key")
    pair.do(Mend(Link.FAILOVER))


@MODES
def test_management_without_its_failover_process_has_nothing_due_again_and_again(
    mode: Mode,
) -> None:
    """The process was lost between a difference of digests and its second look."""
    pair = Pair(mode).start()
    model = pair.box(P).management._model  # type: ignore[union-attr]
    model.mirror.drift.since_ms = model.now_ms
    pair.box(P).step_management(ev.FailoverLost())
    management = pair.box(P).management
    assert management is not None
    due_ms = management.next_due_ms()
    assert due_ms is not None
    management.step(ev.TimePassed(), due_ms, due_ms)
    after_ms = management.next_due_ms()
    assert after_ms is None or after_ms > due_ms


@pytest.mark.parametrize(
    "line",
    [
        "failover key Hush",
        "failover ke Hush",
        "fail k Hush",
        "enable password Hush",
        "username bob password Hush",
        "username bob pass Hush and more",
        "passwd Hush",
        "pre-shared-key Hush",
    ],
)
def test_no_secret_travels_to_the_mate_where_nothing_is_sealed(line: str) -> None:
    pair = Pair(Mode.CABLE).start()
    answer = pair.type(P, f"failover exec mate {line}")
    assert answer.startswith("ERROR: failover exec: it holds a password or a key")
    assert "Hush" not in pair.type(P, "show history")
    assert "failover key" not in pair.running(S)


@pytest.mark.parametrize(
    "line", ["show running-config | include key x", "show failover", "name 10.1.2.3 x", "no passwd"]
)
def test_what_holds_no_secret_travels(line: str) -> None:
    assert not secrets.tells(line)


def test_a_secret_travels_where_frames_are_sealed() -> None:
    pair = Pair(Mode.LAN).start()
    pair.type(P, "failover key Hush")
    pair.type(S, "failover key Hush")
    pair.world.run(5_000)
    answer = pair.type(P, "failover exec mate username bob password Hush")
    assert not answer.startswith("ERROR")
    assert "username bob" in pair.running(S)


@pytest.mark.parametrize(
    "line",
    ["failover ke Hush x", "fail k Hush x", "username bob pas Hush x", "enable pass Hush x y"],
)
def test_a_line_that_is_none_is_remembered_without_what_may_be_its_secret(line: str) -> None:
    assert "Hush" not in secrets.covered(line)


@pytest.mark.parametrize(
    "line",
    [
        "snmp-server community Hush",
        "snmp-server host inside 192.168.1.9 community Hush",
        "failover key Hush",
        "ntp authentication-key 1 md5 Hush",
    ],
)
def test_what_is_typed_during_a_synchronisation_is_told_without_its_secret(line: str) -> None:
    pair = Pair(Mode.CABLE).start()
    assert pair.type(P, "write standby") == ""
    for _ in range(5_000):
        if pair.world.state(S) == "Sync Config":
            break
        pair.world.run(1)
    pair.type(P, line)
    pair.world.run(20_000)
    published = [repr(said) for unit in (P, S) for said in pair.box(unit).published]
    assert not any("Hush" in text for text in [*pair.world.messages(P), *published])


@pytest.mark.parametrize("order", ["clear configure failover", "clear configure all"])
def test_what_is_cleared_on_the_active_unit_leaves_the_other_its_own_lines(order: str) -> None:
    """It would be off too, and both would be secondary when failover is typed again."""
    pair = Pair(Mode.LAN).start()
    pair.slip_in(order)
    lines = pair.running(S).splitlines()
    assert "failover" in lines
    assert "failover lan unit secondary" in lines
    assert "failover lan enable" not in lines
