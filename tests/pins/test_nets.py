"""The circuit: who decides a level, what a contact joins, what is remembered."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiring.nets import Change, Moment, Nets, UnknownName
from wiring.signals import Pull


def pair(a: Pull = Pull.FLOATING, b: Pull = Pull.FLOATING, *, closed: bool = True) -> Nets:
    nets = Nets(limit=4)
    nets.add_node("a", a)
    nets.add_node("b", b)
    nets.add_contact("ab", "a", "b", closed=closed)
    return nets


def test_a_driver_reaches_what_is_joined_to_it() -> None:
    nets = pair(b=Pull.DOWN)
    assert nets.drive("a", "me", True, 7) == (Change("a", True, 7), Change("b", True, 7))
    assert nets.release("a", "me", 9) == (Change("a", False, 9), Change("b", False, 9))
    assert nets.history("b") == (Moment(0, False), Moment(7, True), Moment(9, False))


def test_an_open_contact_leaves_the_pull_to_decide() -> None:
    nets = pair(b=Pull.DOWN)
    nets.drive("a", "me", True, 1)
    assert nets.set_contacts(["ab"], False, 2) == (Change("b", False, 2),)
    assert nets.level("a")
    assert nets.set_contacts(["ab"], True, 3) == (Change("b", True, 3),)


@pytest.mark.parametrize(
    ("a", "b", "high"),
    [
        (Pull.UP, Pull.FLOATING, True),
        (Pull.DOWN, Pull.FLOATING, False),
        (Pull.UP, Pull.DOWN, False),
        (Pull.UP, Pull.UP, True),
    ],
)
def test_pulls_decide_where_nobody_drives(a: Pull, b: Pull, high: bool) -> None:
    nets = pair(a, b)
    assert nets.level("a") is nets.level("b") is high


def test_a_floating_net_keeps_what_it_had() -> None:
    nets = pair()
    nets.drive("a", "me", True, 1)
    assert nets.release("a", "me", 2) == ()
    assert nets.level("b") is True


def test_two_drivers_that_disagree_are_reported_once_and_low() -> None:
    nets = pair()
    nets.drive("a", "me", True, 1)
    nets.drive("b", "you", False, 2)
    assert nets.level("a") is False
    (fight,) = nets.fights
    assert (fight.at_us, fight.high, fight.low) == (2, ("me at a",), ("you at b",))
    nets.drive("a", "me", True, 3)  # nothing new
    assert nets.fights_seen == 1
    nets.release("b", "you", 4)
    assert nets.level("a") is True
    nets.drive("b", "you", False, 5)
    assert nets.fights_seen == 2


def test_rails_drive_but_do_not_join() -> None:
    nets = Nets()
    for name in ("a", "b"):
        nets.add_node(name, Pull.UP)
        nets.add_contact(f"{name}-gnd", name, "gnd", closed=True)
    assert not nets.level("a")
    assert not nets.level("b")
    nets.set_contacts(["a-gnd"], False, 1)
    assert nets.level("a") is True
    assert not nets.level("b")
    nets.add_contact("short", "b", "vcc", closed=True, now_us=2)
    assert nets.fights[-1].high == ("vcc",)
    assert not nets.level("b")


def test_one_driver_takes_over_from_another_without_a_glitch() -> None:
    nets = pair(a=Pull.UP)
    nets.drive("a", "old", False, 1)
    assert nets.drive("a", "new", False, 2, instead_of="old") == ()
    assert nets.fights_seen == 0
    assert nets.release("a", "old", 3) == ()


def test_all_of_one_drivers_lines_go_at_once() -> None:
    nets = pair(Pull.DOWN, Pull.DOWN)
    nets.drive("a", "me", True, 1)
    nets.drive("b", "me", True, 1)
    assert nets.release_all("me", 2) == (Change("a", False, 2), Change("b", False, 2))
    assert nets.fights_seen == 0


def test_history_forgets_the_oldest() -> None:
    nets = pair(a=Pull.DOWN, closed=False)
    for at_us in range(1, 10):
        nets.drive("a", "me", bool(at_us % 2), at_us)
    assert [moment.at_us for moment in nets.history("a")] == [6, 7, 8, 9]


def test_unknown_names_are_told() -> None:
    nets = pair()
    with pytest.raises(UnknownName, match="no node 'x'"):
        nets.drive("x", "me", True, 1)
    with pytest.raises(UnknownName, match="no contact 'x'; there are: ab"):
        nets.set_contacts(["ab", "x"], False, 1)
    assert nets.contacts == {"ab": True}  # none of them moved
    with pytest.raises(UnknownName, match="exists already"):
        nets.add_node("a")
    with pytest.raises(UnknownName, match="exists already"):
        nets.add_contact("ab", "a", "b", closed=True)
    with pytest.raises(UnknownName, match="no node 'x'"):
        nets.add_contact("ax", "a", "x", closed=True)
    nets.add_contact("ax", "a", "b", closed=True)  # the refused one left nothing behind


NODES = ("a", "b", "c", "d")
CONTACTS = (("ab", "a", "b"), ("bc", "b", "c"), ("cd", "c", "d"), ("da", "d", "a"))
STEPS = st.one_of(
    st.tuples(st.just("drive"), st.sampled_from(NODES), st.sampled_from("xy"), st.booleans()),
    st.tuples(st.just("release"), st.sampled_from(NODES), st.sampled_from("xy")),
    st.tuples(st.just("pull"), st.sampled_from(NODES), st.sampled_from([Pull.UP, Pull.DOWN])),
    st.tuples(st.just("move"), st.sampled_from([name for name, _, _ in CONTACTS]), st.booleans()),
)


def expected(
    drivers: dict[tuple[str, str], bool], pulls: dict[str, Pull], closed: dict[str, bool]
) -> dict[str, bool]:
    """The levels worked out afresh, net by net, from nothing but what was asked."""
    group = {node: {node} for node in NODES}
    for name, a, b in CONTACTS:
        if closed[name] and group[a] is not group[b]:
            merged = group[a] | group[b]
            group.update(dict.fromkeys(merged, merged))
    levels = {}
    for node in NODES:
        strong = [level for (at, _), level in drivers.items() if at in group[node]]
        weak = [pulls[each] is Pull.UP for each in group[node]]
        levels[node] = all(strong) if strong else all(weak)
    return levels


@given(st.lists(STEPS, max_size=25))
def test_any_sequence_ends_where_a_fresh_look_says(steps: list[tuple[Any, ...]]) -> None:
    nets = Nets(limit=100)
    drivers: dict[tuple[str, str], bool] = {}
    pulls = dict.fromkeys(NODES, Pull.DOWN)
    closed = {name: False for name, _, _ in CONTACTS}
    for node in NODES:
        nets.add_node(node, Pull.DOWN)
    for name, a, b in CONTACTS:
        nets.add_contact(name, a, b, closed=False)
    for at_us, (verb, name, *rest) in enumerate(steps, 1):
        before = {node: nets.level(node) for node in NODES}
        if verb == "drive":
            drivers[name, rest[0]] = rest[1]
            changes = nets.drive(name, rest[0], rest[1], at_us)
        elif verb == "release":
            drivers.pop((name, rest[0]), None)
            changes = nets.release(name, rest[0], at_us)
        elif verb == "pull":
            pulls[name] = rest[0]
            changes = nets.set_pull(name, rest[0], at_us)
        else:
            closed[name] = rest[0]
            changes = nets.set_contacts([name], rest[0], at_us)
        now = {node: nets.level(node) for node in NODES}
        assert now == expected(drivers, pulls, closed)
        assert {change.node for change in changes} == {n for n in NODES if now[n] != before[n]}
