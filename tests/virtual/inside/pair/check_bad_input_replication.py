"""Garbage where replication speaks: by strangers, and by one who knows both units' boot numbers."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from controller.bench.virtual.network import FAILOVER
from controller.bench.world import Unit
from firmware.core.wire import frames
from firmware.core.wire.bodies import BadFrame, Frame, Header, Segment
from tests.virtual.inside.pair.forged import boots, datagram, frame
from tests.virtual.inside.pair.living import IN_SERVICE, P, Pair, S
from tests.virtual.inside.pair.pasting import running, typed

LETTERS = b"BSTNLDFMXAZ"  # every message management says, and what is none
PIECES, NUMBERS = 300, 50


@pytest.fixture(scope="module", autouse=True)
def serving(pair: Pair, no_violation: None) -> None:
    """The document's LAN pair, with a key: without one whoever sits on the link is believed."""
    rig = pair.boot("lan")
    for unit in Unit:
        text = rig.boot[unit] or ""
        assert "failover key *****" in text
        pair.world.units[unit].write_startup(text.replace("key *****", "key cisco"))
    pair.power(True, P, S)
    pair.reach(IN_SERVICE)
    pair.take()


def garbage(chance: random.Random) -> bytes:
    return bytes([chance.choice(LETTERS)]) + chance.randbytes(chance.randrange(1000))


def test_a_strangers_segments_change_nothing(pair: Pair) -> None:
    chance, numbers = random.Random(9), boots(9)
    with pair.unmoved():
        for number in range(PIECES):
            piece = Segment(number, chance.random() < 0.5, garbage(chance))
            for unit in Unit:
                pair.ports.say(unit, FAILOVER, datagram(frame(piece, next(numbers), 0, number + 1)))
        for unit in Unit:
            pair.told_of(unit, "lan", "not sealed, and there is a failover key")


def test_garbage_in_the_mates_name_is_not_believed(pair: Pair) -> None:
    """Its boot number and ours are in clear in every frame; the key is not."""
    chance = random.Random(10)
    heads = last_heads(pair)
    with pair.unmoved():
        for unit, head in heads.items():
            for number in range(NUMBERS):
                forged = replace(head, sequence=(head.sequence + 1 + number) & 0xFFFFFFFF)
                data = frames.encode(Frame(forged, Segment(number, False, garbage(chance))))
                assert pair.ports.say(unit.mate, FAILOVER, datagram(data))
        typed(pair, P, "hostname healed", "show version")
        pair.until(lambda: running(pair, S, "hostname") == ["hostname healed"])


def last_heads(pair: Pair) -> dict[Unit, Header]:
    """The head of each unit's last frame on the failover link."""
    found: dict[Unit, Header] = {}

    def heard() -> bool:
        for said in pair.take():
            if said.ethernet == FAILOVER:
                opened = frames.unwrap(said.data[42:], padded=True)
                if not isinstance(opened, BadFrame) and opened.header.echo:
                    found[said.unit] = opened.header
        return len(found) == len(Unit)

    pair.until(heard)
    return found
