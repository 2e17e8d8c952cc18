"""Regular failover: what becomes of connections when the addresses move to a unit that does not
know them. Neither end may hang, and nobody may pick them up in the middle."""

import socket
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from dataplane.rig import Rig, finish, ip, on_rig, plan
from dataplane.rules import (
    INSIDE_HOST,
    OUTSIDE,
    OUTSIDE_HOST,
    Echo,
    access_list,
    bound,
    call,
    ended,
    forget,
    holding,
    listen,
    load,
    rule_set,
)
from firmware.core.failover.effects import DataPlan
from firmware.core.failover.events import Done
from firmware.core.management.rules import nft
from firmware.core.management.rules.ruleset import (
    ANY,
    TCP,
    DynamicNat,
    GlobalPool,
    Redirection,
    RuleSet,
    StaticNat,
    Timeouts,
)
from firmware.drivers.netlink import DataPlane

MAPPED = "172.16.1.9"
ANYTHING = {"lists": (access_list("101", "permit ip any any"),), "bindings": (bound("101"),)}
PLAIN = rule_set(**ANYTHING)
PAT = rule_set(
    nats=(DynamicNat("inside", 1, ANY),),
    pools=(GlobalPool("outside", 1, IPv4Address(OUTSIDE), IPv4Address(OUTSIDE)),),
)
STATIC = rule_set(
    statics=(
        StaticNat(
            real_interface="inside",
            mapped_interface="outside",
            mapped=IPv4Network(MAPPED),
            real=IPv4Network(INSIDE_HOST),
        ),
    ),
    **ANYTHING,
)
REDIRECTED = rule_set(
    redirections=(
        Redirection(
            real_interface="inside",
            mapped_interface="outside",
            protocol=TCP,
            mapped=IPv4Address(OUTSIDE),
            mapped_port=80,
            real=IPv4Address(INSIDE_HOST),
            real_port=80,
        ),
    ),
    **ANYTHING,
)
# Rules; who calls; whom; where the server is.
CALLS = {
    "outward": (PLAIN, "inside", OUTSIDE_HOST, "outside"),
    "inward": (PLAIN, "outside", INSIDE_HOST, "inside"),
    "behind PAT": (PAT, "inside", OUTSIDE_HOST, "outside"),
    "to a static": (STATIC, "outside", MAPPED, "inside"),
    "from a static": (STATIC, "inside", OUTSIDE_HOST, "outside"),
    "to a redirected port": (REDIRECTED, "outside", OUTSIDE, "inside"),
}


def pair(rig: Rig, rules: RuleSet, wanted: DataPlan | None = None) -> tuple[DataPlane, DataPlane]:
    """Both with the rules, the first active."""
    units = [rig.prepared(unit, wanted or holding(MAPPED)) for unit in ("unit-a", "unit-b")]
    for unit in ("unit-a", "unit-b"):
        assert load(rig, unit, rules) is None
    served(units[0])
    return units[0], units[1]


def take_over(old: DataPlane, new: DataPlane) -> None:
    assert old.release() == Done("ReleaseAddresses")
    served(new)


def served(new: DataPlane) -> None:
    """It has the addresses, and every switch knows: on a busy machine the first announcement may
    come when the first lease is over, and a repeat does it."""
    assert new.assume() == Done("AssumeAddresses")
    while (due_ns := new.next_due_ns()) is not None:
        new.pump(due_ns)


def connected(rig: Rig, caller: str, to: str, host: str) -> tuple[socket.socket, socket.socket]:
    """Both ends of a connection that works."""
    with listen(rig, host, 80) as server:
        client = call(rig, caller, to, 80)
        assert not isinstance(client, str), client
        end = server.accept()[0]
    for one, other in ((client, end), (end, client)):
        one.send(b"hello")
        assert other.recv(100) == b"hello"
    return client, end


@pytest.mark.parametrize("first", ["client", "server"])
@pytest.mark.parametrize("name", CALLS)
def test_whoever_goes_on_in_a_connection_from_before_is_reset(name: str, first: str) -> None:
    rules, caller, to, host = CALLS[name]

    @on_rig
    def both_ends_are_told(rig: Rig) -> None:
        old, new = pair(rig, rules)
        client, server = connected(rig, caller, to, host)
        take_over(old, new)
        ends = (client, server) if first == "client" else (server, client)
        assert [ended(end) for end in ends] == ["reset", "reset"]
        connected(rig, caller, to, host)

    both_ends_are_told()


@on_rig
def test_a_planned_switchover_is_no_different(rig: Rig) -> None:
    old, new = pair(rig, PAT)
    client, server = connected(rig, "inside", OUTSIDE_HOST, "outside")
    assert old.yield_() == Done("YieldAddresses")
    served(new)
    old.drop_active_links()
    assert finish(old, "DropActiveLinks") == Done("DropActiveLinks")
    assert [ended(client), ended(server)] == ["reset", "reset"]


@on_rig
def test_udp_goes_on(rig: Rig) -> None:
    old, new = pair(rig, PAT)
    echo = Echo(rig, "outside", "inside", 5000)
    assert echo.ask(OUTSIDE_HOST) == OUTSIDE
    take_over(old, new)
    assert echo.ask(OUTSIDE_HOST) == OUTSIDE


@on_rig
def test_a_unit_that_came_back_remembers_no_connection(rig: Rig) -> None:
    first, second = pair(rig, PLAIN)
    client, server = connected(rig, "inside", OUTSIDE_HOST, "outside")
    take_over(first, second)
    assert forget(rig, "unit-a") == ""
    take_over(second, first)
    assert [ended(client), ended(server)] == ["reset", "reset"]


@on_rig
def test_the_kernels_settings_are_those_of_the_configuration(rig: Rig) -> None:
    rules = rule_set(timeouts=Timeouts(conn=7200, half_closed=300, udp=60, icmp=0))
    pair(rig, rules)
    found = {}
    with rig.inside("unit-a"):
        for name, _ in nft.settings(rules):
            with open(f"/proc/sys/net/netfilter/{name}") as file:
                found[name.removeprefix("nf_conntrack_")] = int(file.read())
    assert found == {
        "tcp_loose": 0,
        "tcp_be_liberal": 1,
        "acct": 1,
        "tcp_timeout_established": 7200,
        "tcp_timeout_fin_wait": 300,
        "tcp_timeout_close_wait": 300,
        "udp_timeout": 60,
        "udp_timeout_stream": 60,
        "icmp_timeout": nft.NEVER_S,
    }


@on_rig
def test_addresses_held_beside_and_static_arp_move_with_the_role(rig: Rig) -> None:
    entry = (IPv4Address("172.16.1.77"), "00:50:54:00:0c:77")
    outside, inside = holding(MAPPED).personas
    wanted = plan(personas=(replace(outside, static_arp=(entry,), mtu=1400), inside))
    first, second = pair(rig, PLAIN, wanted)

    def held(unit: str) -> tuple[bool, list[str]]:
        there = f"{MAPPED}/32" in rig.addresses(unit).get("e0act", [])
        found = ip(unit, "neigh", "show", "nud", "permanent")
        return there, [n["dev"] for n in found if n["dst"] == str(entry[0])]

    assert held("unit-a") == (True, ["e0act"])
    assert held("unit-b") == (False, ["e0stby"])
    take_over(first, second)
    assert held("unit-a") == (False, ["e0stby"])
    assert held("unit-b") == (True, ["e0act"])
    sizes = {link["ifname"]: link["mtu"] for link in ip("unit-b", "link")}
    assert [sizes[name] for name in ("eth0", "e0act", "e0stby", "e1act")] == [1400] * 3 + [1500]
    second.prepare(plan())
    assert finish(second, "PrepareDataPlane") == Done("PrepareDataPlane")
    assert held("unit-b") == (False, [])
