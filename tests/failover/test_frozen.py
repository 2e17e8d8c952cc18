"""Roles that are frozen, failover being off, and the orders that move them. OR-4, OR-5, ST-2."""

from dataclasses import replace
from random import Random

import pytest

from firmware.core.failover import events as ev
from firmware.core.failover.events import Order
from firmware.core.settings import Mode

from .pair import A, B, Pair, only_active

MODES = pytest.mark.parametrize("mode", list(Mode))


def switch(pair: Pair, index: int, enabled: bool) -> None:
    """`failover` or `no failover` is typed there."""
    pair.wanted[index] = replace(pair.wanted[index], enabled=enabled)
    pair.step(index, ev.SettingsChanged(pair.wanted[index]))


def forced(pair: Pair, index: int) -> str:
    """`failover active`: what is answered."""
    before = len(pair.answers[index])
    pair.order(index, Order.ACTIVE)
    pair.run(1_500)
    return pair.answers[index][before].text


@MODES
def test_or5_the_active_unit_lets_go_for_good_though_its_own_failover_is_on(mode):
    pair = Pair(mode).both()
    switch(pair, B, False)
    pair.run(100)
    assert forced(pair, B) == ""
    assert pair.holding == [False, True]
    pair.run(60_000)
    assert pair.holding == [False, True]
    assert pair.states == ("Standby Ready", "Disabled")


def test_or5_addresses_the_kernel_does_not_grant_are_answered_for():
    pair = Pair().both()
    switch(pair, A, False)
    switch(pair, B, False)
    pair.run(100)
    pair.refuse.add("AssumeAddresses")
    assert "could not be taken" in forced(pair, B)
    assert pair.holding == [False, False]
    pair.refuse.clear()
    assert forced(pair, B) == ""
    assert pair.holding == [False, True]


@MODES
@pytest.mark.parametrize("apart_ms", [1, 20, 100])
def test_or5_what_is_taken_with_failover_off_is_known_at_once(mode, apart_ms):
    pair = Pair(mode).both()
    switch(pair, A, False)
    switch(pair, B, False)
    pair.run(5_000)
    pair.order(B, Order.ACTIVE)
    pair.run(apart_ms + 20)  # it is asked, let go, and taken
    switch(pair, A, True)
    pair.run(10_000)
    assert pair.holding == [False, True]


def test_or5_of_two_that_forward_the_one_with_failover_on_lets_go():
    pair = Pair(Mode.LAN).both()
    switch(pair, B, False)
    pair.run(100)
    pair.cut_all()
    pair.run(2_000)
    assert forced(pair, B) == ""
    assert pair.holding == [True, True]  # nobody hears anybody
    pair.lost.clear()
    pair.run(5_000)
    assert pair.holding == [False, True]


@MODES
def test_or4_of_two_that_start_with_failover_off_the_primary_serves(mode):
    pair = Pair(mode)
    pair.wanted = [replace(wanted, enabled=False) for wanted in pair.wanted]
    pair.boot(A, B)
    pair.run(30_000)
    assert pair.holding == [True, False]


@MODES
def test_st2_switched_on_again_the_unit_that_serves_is_active_at_once(mode):
    pair = Pair(mode).both()
    switch(pair, A, False)
    pair.run(1_000)
    switch(pair, A, True)
    pair.run(20)
    assert only_active(pair, A)
    pair.run(5_000)
    assert pair.states == ("Active", "Standby Ready")


OVERLAP_MS = 50  # FW-2: orders that cross on their way
ORDERS = (Order.ACTIVE, Order.NO_ACTIVE)


@MODES
@pytest.mark.parametrize("seed", range(40))
def test_or5_whatever_is_typed_there_is_one_forwarder_at_most_and_in_the_end_one(mode, seed):
    chance = Random(seed)
    pair, both_ms = Pair(mode).both(), 0
    for _ in range(12):
        index = chance.choice((A, B))
        if chance.random() < 0.5:
            switch(pair, index, chance.random() < 0.5)
        else:
            pair.order(index, chance.choice(ORDERS))
        for _ in range(chance.choice((0, 1, 3, 30, 300))):
            pair.run(10)
            both_ms = both_ms + 10 if all(pair.holding) else 0
            assert both_ms <= OVERLAP_MS
    for index in (A, B):
        switch(pair, index, True)
    pair.run(20_000)
    assert sorted(pair.states) == ["Active", "Standby Ready"]
    assert sum(pair.holding) == 1
