"""Far too many lines, two who type at once, and one who leaves in the middle of a line."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from controller.bench.player import refused
from controller.bench.world import Unit
from tests.virtual.inside.pair.living import P, Pair, S
from tests.virtual.inside.pair.pasting import connected, paste, resident_kb, running

LINES, BOTH, LONG_MS = 100_000, 200, 120_000
MEMORY_MAX_KB = 400_000  # a configuration of 100,000 lines as text, model and answers


ROLES = ("Active", "Failed", "Negotiation", "Disabled")


@pytest.fixture(scope="module", autouse=True)
def serving(pair: Pair, no_violation: None) -> Iterator[None]:
    """None of it changes a role; a standby far behind may take the whole configuration anew."""
    pair.serve("lan")
    before = roles(pair)
    yield
    assert roles(pair) == before
    assert pair.world.forwarders() == (P,)


def roles(pair: Pair) -> dict[Unit, list[int]]:
    """How often each unit came or went that way; a reason may name a state and is none."""
    return {
        unit: [text.count(f"{role:27}") for role in ROLES] for unit, text in pair.history().items()
    }


def on_both(pair: Pair, beginning: str, wanted: list[str]) -> None:
    """Both units' running configurations have these lines, in this order, in the end."""
    for unit in Unit:
        pair.until(
            partial(holds, pair, unit, beginning, wanted),
            lambda: f"{beginning}: {count(pair)}",
            LONG_MS,
        )


def holds(pair: Pair, unit: Unit, beginning: str, wanted: list[str]) -> bool:
    return running(pair, unit, beginning) == wanted


def count(pair: Pair) -> dict[Unit, int]:
    return {unit: len(running(pair, unit, "access-list ")) for unit in Unit}


@pytest.mark.parametrize("kind", ["exec", "attach"])
def test_half_a_line_of_somebody_who_is_gone_is_nobodys(pair: Pair, kind: str) -> None:
    with connected(pair, P, kind) as client:
        client.sendall(
            b"hostname half" if kind == "exec" else b"enable\n\nconfigure t\nhostname ha"
        )
    pair.world.run(300)
    assert running(pair, P, "hostname") == running(pair, S, "hostname") == ["hostname pix"]


def test_two_who_type_at_once_are_both_heard(pair: Pair) -> None:
    """Each one's lines stay in their order, on both units."""
    sets = [
        [f"access-list of-{who} extended permit ip any host 11.{who}.1.{n}" for n in range(BOTH)]
        for who in (1, 2)
    ]
    with connected(pair, P) as one, connected(pair, P) as other:
        for first in range(0, BOTH, 20):
            for client, lines in ((one, sets[0]), (other, sets[1])):
                said = paste(client, lines[first : first + 20])
                assert not [answer for answer in said if refused(answer)]
    for who, lines in enumerate(sets, 1):
        on_both(pair, f"access-list of-{who} ", lines)


def test_a_hundred_thousand_lines_are_all_taken(pair: Pair) -> None:
    """As they are pasted where every entry has its remark."""
    lines = []
    for n in range(LINES // 2):
        to = f"12.{n >> 14}.{n >> 7 & 127}.{n & 127}"
        lines += [f"access-list p remark {n}", f"access-list p extended permit ip any host {to}"]
    with connected(pair, P) as client:
        answers = paste(client, lines)
    assert not [answer for answer in answers if refused(answer)][:3]
    on_both(pair, "access-list p ", lines)
    for unit in Unit:
        assert resident_kb(pair, unit) < MEMORY_MAX_KB
