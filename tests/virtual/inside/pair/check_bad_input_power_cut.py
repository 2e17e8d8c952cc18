"""The power of both units is cut while the configuration is saved: each has the old or the new."""

from __future__ import annotations

import random

import pytest

from controller.bench.world import Unit
from tests.virtual.inside.pair.living import IN_SERVICE, P, Pair, S
from tests.virtual.inside.pair.pasting import connected, paste, typed

CUTS, LINES, LATEST_MS = 12, 300, 60  # a save takes some 20 ms
DAMAGED = 990009
FRAME = ("!", ":", "PIX Version", "Cryptochecksum:")  # around a configuration


@pytest.fixture(scope="module", autouse=True)
def serving(pair: Pair, no_violation: None) -> None:
    """The document's pair, saved."""
    pair.serve("cable-saved")


def change(pair: Pair, number: int) -> None:
    """Make the running configuration of both units another one, in every line of a list."""
    lines = [f"no access-list cut-{number - 1}"] if number else []
    lines += [
        f"access-list cut-{number} extended permit ip any host 14.{number}.{n >> 7}.{n & 127}"
        for n in range(LINES)
    ]
    with connected(pair, P) as client:
        paste(client, [*lines, f"hostname cut-{number}"])
    pair.until(lambda: f"hostname cut-{number}" in typed(pair, S, "show running-config"))


def lines_of(text: str) -> set[str]:
    """The lines that configure something; how they are set does not count."""
    return {line.strip() for line in text.splitlines() if not line.startswith(FRAME)}


def test_what_boots_is_whole(pair: Pair) -> None:
    """The cut comes at a random moment from the order to save on."""
    chance = random.Random(8)
    boxes = pair.world.units
    ends = dict.fromkeys(("old", "new"), 0)
    for number in range(CUTS):
        change(pair, number)
        old = {unit: boxes[unit].read_startup() for unit in Unit}
        new = {unit: lines_of(typed(pair, unit, "show running-config")) for unit in Unit}
        with connected(pair, P) as client:
            client.sendall(b"copy running-config startup-config\n")
            pair.world.run(chance.randrange(LATEST_MS))
            pair.power(False, P, S)
        for unit in Unit:
            found = boxes[unit].read_startup()
            if found == old[unit]:
                ends["old"] += 1
            else:
                lost = new[unit] - lines_of(found)
                assert not lost, f"{unit}: half of it, without {sorted(lost)[:3]}"
                ends["new"] += 1
        pair.power(True, P, S)
        pair.reach(IN_SERVICE)
        assert not [pair.said(unit, DAMAGED) for unit in Unit if pair.said(unit, DAMAGED)]
    assert ends["new"], "the power was always cut before anything was saved"
