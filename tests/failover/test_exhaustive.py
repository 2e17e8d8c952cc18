"""Every interleaving of the small model, to a small depth; and the search finds what is wrong."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from controller.bench.exhaustive.copying import LONG_AGO_MS, Essence, copied
from controller.bench.exhaustive.model import (
    SETTINGS,
    A,
    Action,
    B,
    Budget,
    Does,
    State,
    actions,
    after,
    step,
)
from controller.bench.exhaustive.search import Broken, Search, exhaust, told
from controller.bench.exhaustive.starts import START, fair, until
from firmware.core.failover import events as ev
from firmware.core.settings import Mode

ORDERS, LOSS, FAULT, ALL = Budget(0, 0, 1), Budget(1, 0, 0), Budget(0, 1, 0), Budget(2, 1, 1)


@pytest.mark.parametrize("start", START)
@pytest.mark.parametrize(("budget", "depth"), [(ORDERS, 6), (LOSS, 6), (FAULT, 3), (ALL, 2)])
def test_nothing_is_broken(start: str, budget: Budget, depth: int) -> None:
    report = Search(start, budget).at(depth)
    assert report.broken is None, told(report.broken)
    assert report.states > depth


def test_a_search_says_each_depth_and_the_rate() -> None:
    said: list[str] = []
    assert exhaust(1, LOSS, said.append) == []
    assert said[0].startswith("every interleaving of 1 actions, of them at most 1 frames lost")
    assert len(said) == len(START) + 3
    assert all(len(line) <= 80 for line in said[1:])
    assert "0 broken" in said[-1]


def _settled() -> State:
    return START["a settled pair, LAN"]()


def _both_hold() -> State:
    return replace(_settled(), holding=[True, True])


def _b_is_off() -> State:
    state = _settled()
    off = replace(SETTINGS[Mode.LAN][B], enabled=False)
    state = after(state, Action(Does.TIME, A))
    step(state, B, ev.SettingsChanged(off))
    return state


@pytest.mark.parametrize(
    ("start", "why"),
    [
        (_both_hold, "both hold the active addresses, and nothing went wrong"),
        (_b_is_off, "never comes to rest: Active, Disabled"),
    ],
)
def test_what_is_wrong_is_found(start: Callable[[], State], why: str) -> None:
    report = Search("wrong", LOSS, {"wrong": start}).at(1)
    assert isinstance(report.broken, Broken)
    assert report.broken.why == why


def test_a_counterexample_can_be_read() -> None:
    path = (Action(Does.CUT), Action(Does.TIME, A), Action(Does.CRASHES, B))
    assert told(Broken("a settled pair, LAN", "it is made up", path)).splitlines() == [
        "a settled pair, LAN: it is made up",
        "    5000 ms  Active           Standby Ready      *   a settled pair, LAN",
        "    5000 ms  Active           Standby Ready      *   the failover link is cut",
        "    5050 ms  Active           Standby Ready      *   A: time passes to what is due",
        "    5050 ms  Active           down               *   B: the failover process dies",
    ]


# What the search stands on


def test_a_machine_that_was_copied_stays_as_it_was() -> None:
    state = _settled()
    before = state.key()
    engine = state.engines[A]
    assert engine is not None
    twin = copied(engine)
    assert Essence(twin).at(state.now_ms) == Essence(engine).at(state.now_ms)
    twin.step(ev.TimePassed(), state.now_ms + 100)
    assert Essence(twin).at(state.now_ms) != Essence(engine).at(state.now_ms)
    assert state.key() == before


def test_every_action_leaves_the_state_before_it_as_it_was() -> None:
    state = replace(START["a switchover, LAN"](), budget=ALL)
    before, possible = state.key(), list(actions(state))
    keys = {after(state, action).key() for action in possible}
    assert state.key() == before
    assert len(keys) > len(possible) / 2  # an order that is refused leads nowhere


def test_a_pair_at_rest_goes_round_in_a_few_states() -> None:
    """Otherwise no state would ever be seen twice, and the search would be no more than a tree."""
    state = _settled()
    state = until(state, lambda later: later.now_ms > state.now_ms - LONG_AGO_MS)
    first, second = set[int](), set[int]()
    for keys in (first, second):
        for _ in range(2_000):
            state = fair(state)
            keys.add(state.key())
    assert second == first
    assert len(first) < 1_000


def test_frames_that_pass_one_another_lead_to_one_state() -> None:
    state = START["a switchover, LAN"]()
    first, second = [a for a in actions(state) if a.does is Does.ARRIVES][:2]
    one = after(after(state, first), second)
    other = after(after(state, second), first)
    assert one.key() == other.key()
