"""Garbage in the mate's name without a failover key: it is believed, and does no lasting harm."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from controller.bench.virtual.network import FAILOVER
from controller.bench.world import Unit
from firmware.core.wire import frames
from firmware.core.wire.bodies import Ack, Body, Frame, Segment
from tests.virtual.inside.pair.check_bad_input_replication import garbage, last_heads
from tests.virtual.inside.pair.forged import datagram
from tests.virtual.inside.pair.living import IN_SERVICE, P, Pair, S
from tests.virtual.inside.pair.pasting import running, typed

SEGMENTS, AHEAD = 50, 100  # sequences the mate has not reached yet


@pytest.fixture(scope="module", autouse=True)
def serving(pair: Pair, no_violation: None) -> None:
    """The document's LAN pair without its key."""
    rig = pair.boot("lan")
    for unit in Unit:
        lines = (rig.boot[unit] or "").splitlines(keepends=True)
        text = "".join(line for line in lines if not line.startswith("failover key"))
        pair.world.units[unit].write_startup(text)
    pair.power(True, P, S)
    pair.reach(IN_SERVICE)
    pair.take()


def in_its_name(pair: Pair, unit: Unit, *bodies: Body) -> None:
    """Say this to the mate of a unit, as if the unit had."""
    head = last_heads(pair)[unit]
    for number, body in enumerate(bodies, head.sequence + AHEAD):
        data = frames.encode(Frame(replace(head, sequence=number), body))
        assert pair.ports.say(unit.mate, FAILOVER, datagram(data))


@contextlib.contextmanager
def same_roles(pair: Pair) -> Iterator[None]:
    """The standby may take the configuration over anew; nobody becomes active or fails."""
    before = pair.history()
    yield
    after = pair.history()
    assert after[P] == before[P], pair.words()
    for role in ("Just Active", "Failed", "Negotiation", "Disabled"):
        assert after[S].count(role) == before[S].count(role), after[S] + pair.words()
    assert pair.world.forwarders() == (P,)


def understood(pair: Pair, name: str) -> None:
    typed(pair, P, f"hostname {name}")
    pair.until(lambda: running(pair, S, "hostname") == [f"hostname {name}"])


def test_segments_that_count_are_outlived(pair: Pair) -> None:
    chance = random.Random(11)
    with same_roles(pair):
        for unit in Unit:
            pieces = (Segment(n, False, garbage(chance)) for n in range(SEGMENTS))
            in_its_name(pair, unit, *pieces)
        understood(pair, "healed")


def test_acknowledgements_of_what_was_not_sent_are_outlived(pair: Pair) -> None:
    with same_roles(pair):
        for unit in Unit:
            in_its_name(pair, unit, *(Ack(70_000 + n) for n in range(SEGMENTS)))
        understood(pair, "again")
