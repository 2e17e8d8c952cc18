"""Every order of the command table, typed once at both units of a living pair: each is answered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from controller.bench.typist import lines_of
from controller.bench.virtual.namespaces import RUN
from controller.bench.world import Unit
from firmware.core.management.cli.table import ROWS
from tests.virtual.inside.pair.living import IN_SERVICE, Pair

# What ends the session or lowers it, and what changes the role, the configuration or the life of a
# unit, has checks of its own; an echo request that nobody answers is waited for ten seconds.
DISRUPTS = (
    "clear configure",
    "copy",
    "disable",
    "enable",
    "end",
    "exit",
    "failover active",
    "failover reload-standby",
    "logout",
    "no failover active",
    "ping",
    "quit",
    "reload",
    "write erase",
    "write standby",
)


def harmless() -> list[str]:
    """One line of each order left, as somebody may type it."""
    rows = [row for row in ROWS if row.action and not row.name.startswith(DISRUPTS)]
    typed = dict.fromkeys(line for row in rows for line in lines_of(row))
    ping = ["ping 192.168.1.1", "ping inside 192.168.1.2"]
    return ping + [line.replace("some text,  with blanks", "show clock") for line in typed]


@pytest.fixture(scope="module", autouse=True)
def serving(pair: Pair, no_violation: None) -> Iterator[None]:
    pair.serve("cable")
    yield
    assert pair.states() == IN_SERVICE


@pytest.mark.parametrize("unit", Unit)
def test_every_order_is_answered_by_a_living_unit(pair: Pair, unit: Unit) -> None:
    log = RUN / "log" / f"unit-{unit}.log"
    for line in harmless():
        answer = pair.world.type(unit, line)
        assert "% " not in answer, f"{line}\n{answer}"
        assert "not answer" not in answer, f"{line}\n{answer}"
    assert "Traceback" not in log.read_text(encoding="utf-8", errors="replace")


def test_an_echo_request_leaves_by_the_interface_that_is_named(pair: Pair) -> None:
    """By the persona that is up: the active one here, the standby one there."""
    for unit, address in zip(Unit, ("192.168.1.2", "192.168.1.1"), strict=True):
        answer = pair.world.type(unit, f"ping inside {address}")
        assert "Success rate is 100 percent (5/5)" in answer, answer
