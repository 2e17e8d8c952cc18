"""The script: what is in it, what is not, and that a change of a list is a small change of it."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface

import pytest

from firmware.core.management.rules import nft
from firmware.core.management.rules.lists import ELEMENTS_A_PIECE
from firmware.core.management.rules.ruleset import (
    AccessList,
    Ace,
    Action,
    Binding,
    Direction,
    Element,
    Exemption,
    Interface,
    Ports,
    RuleSet,
    Timeouts,
)

INSIDE = Interface(
    physical="GigabitEthernet0/1",
    name="inside",
    level=100,
    active=IPv4Interface("192.168.1.1/24"),
    standby=IPv4Address("192.168.1.2"),
)
OUTSIDE = replace(
    INSIDE,
    physical="GigabitEthernet0/0",
    name="outside",
    level=0,
    active=IPv4Interface("172.16.1.1/16"),
    standby=IPv4Address("172.16.1.2"),
)
DMZ = replace(OUTSIDE, physical="GigabitEthernet0/2", name="dmz", level=50)


def ports(*numbers: int, name: str = "101", inactive: bool = False) -> AccessList:
    """A list that permits TCP to these ports."""
    return AccessList(
        name,
        tuple(
            Ace(
                line=line,
                text=f"extended permit tcp any any eq {port}",
                action=Action.PERMIT,
                elements=(Element(protocol=6, destination_ports=Ports(port, port)),),
                inactive=inactive,
            )
            for line, port in enumerate(numbers, 1)
        ),
    )


def bound(access_list: AccessList, *interfaces: Interface) -> RuleSet:
    return RuleSet(
        interfaces=interfaces or (OUTSIDE, INSIDE),
        lists=(access_list,),
        bindings=(Binding(access_list.name, Direction.IN, "outside"),),
    )


def chain(script: str, name: str) -> list[str]:
    """The rules of one chain."""
    start = f"add rule ip fover {name} "
    return [line.removeprefix(start) for line in script.splitlines() if line.startswith(start)]


def parts(script: str) -> list[str]:
    return script.split(f"{nft.PART}\n")


def test_the_empty_rule_set_forwards_nothing_and_filters_nothing_else() -> None:
    script = nft.script(RuleSet())
    assert "hook forward priority 0; policy drop;" in script
    assert "add rule" not in script
    assert "masquerade" not in nft.script(bound(ports(80)))


def test_the_same_rules_are_the_same_text_and_an_addition_leaves_the_other_parts() -> None:
    numbers = tuple(range(1, 2 * ELEMENTS_A_PIECE + 10))
    before, after = nft.script(bound(ports(*numbers))), nft.script(bound(ports(*numbers, 9999)))
    assert before == nft.script(bound(ports(*numbers)))
    assert len(parts(before)) == len(parts(after)) == 6
    new = [part for part in parts(after) if part not in parts(before)]
    assert len(new) == 3  # the last piece, the chain of the pieces, the switch


def test_no_part_of_a_long_list_is_too_large_for_a_user_namespace() -> None:
    sizes = [part.count("\n") for part in parts(nft.script(bound(ports(*range(1, 5000)))))]
    assert max(sizes) <= 2 * ELEMENTS_A_PIECE + 10


def test_an_inactive_entry_is_not_in_force() -> None:
    script = nft.script(bound(ports(80, inactive=True)))
    assert "tcp dport 80" not in script


def test_a_list_that_is_not_there_lets_nothing_pass() -> None:
    missing = RuleSet(
        interfaces=(OUTSIDE, INSIDE),
        bindings=(Binding("gone", Direction.IN, "inside"),),
        exemptions=(Exemption("inside", "gone"),),
    )
    rules = chain(nft.script(missing), "from-g0-1")
    assert rules[:2] == ['oifname != { "g0-0act", "g0-0stby" } drop', "drop"]


# Levels of two interfaces and switches; may the first call the second, without and with a list?
LEVELS = (
    (100, 0, {}, True, True),
    (0, 100, {}, False, True),
    (50, 50, {}, False, False),
    (50, 50, {"inter_interface": True}, True, True),
)


@pytest.mark.parametrize(("first", "second", "switches", "bare", "listed"), LEVELS)
def test_levels_and_lists(
    first: int, second: int, switches: dict[str, bool], bare: bool, listed: bool
) -> None:
    one, other = replace(OUTSIDE, level=first), replace(INSIDE, level=second)
    for bindings, expected in (((), bare), ((Binding("101", Direction.IN, "outside"),), listed)):
        rules = RuleSet(interfaces=(one, other), lists=(ports(80),), bindings=bindings, **switches)
        assert (chain(nft.script(rules), "from-g0-0") != ["drop"]) is expected


def test_nothing_goes_back_the_way_it_came_without_permission() -> None:
    rules = RuleSet(interfaces=(OUTSIDE, INSIDE, DMZ))
    assert chain(nft.script(rules), "from-g0-2")[0] == 'oifname != { "g0-0act", "g0-0stby" } drop'
    allowed = chain(nft.script(replace(rules, intra_interface=True)), "from-g0-2")
    assert '"g0-2act" : accept' in allowed[-1]


def test_nothing_passes_a_management_interface() -> None:
    script = nft.script(RuleSet(interfaces=(OUTSIDE, replace(INSIDE, management_only=True))))
    assert chain(script, "from-g0-1") == chain(script, "from-g0-0") == ["drop"]


def test_times_go_to_the_kernel_and_never_is_the_longest_it_knows() -> None:
    rules = RuleSet(timeouts=Timeouts(conn=0, half_closed=300, udp=10**8, icmp=5))
    found = dict(nft.settings(rules))
    assert found["nf_conntrack_tcp_timeout_established"] == nft.NEVER_S
    assert found["nf_conntrack_tcp_timeout_fin_wait"] == 300
    assert found["nf_conntrack_udp_timeout"] == nft.NEVER_S
    assert found["nf_conntrack_icmp_timeout"] == 5
    assert found["nf_conntrack_tcp_loose"] == 0
