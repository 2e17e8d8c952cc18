"""What gets in by IPv6, with a unit's rules in its kernel: ping and nothing else."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from ipaddress import IPv6Address, IPv6Interface

from dataplane.rig import Rig, batch, on_rig, plan, run
from dataplane.rules import load, rule_set
from dataplane.test_ipv6 import ACTIVE, FAR, HOST, STANDBY, wanted
from dataplane.wire import Capture
from firmware.core.management.rules.ruleset import Interface, Ipv6Interface, RuleSet

OUTSIDE6 = Ipv6Interface("Ethernet0", IPv6Interface(f"{ACTIVE}/64"), IPv6Address(STANDBY))
INSIDE6 = Ipv6Interface(
    "Ethernet1", IPv6Interface("2001:db8:2::1/64"), IPv6Address("2001:db8:2::4")
)
SSH = 22


def rules(*interfaces: Interface) -> RuleSet:
    return rule_set(interfaces=interfaces, ipv6=(OUTSIDE6, INSIDE6))


OUTSIDE, INSIDE = rule_set().interfaces


def serving(rig: Rig, loaded: RuleSet) -> None:
    plane = rig.prepared("unit-a", wanted())
    assert load(rig, "unit-a", loaded) is None
    plane.assume()


def connects(rig: Rig, host: str, to: str) -> bool:
    """Whether something that listens on the unit is reached."""
    with rig.socket(host, socket.AF_INET6, socket.SOCK_STREAM) as client:
        client.settimeout(0.4)
        try:
            client.connect((to, SSH))
        except OSError:
            return False
        return True


@on_rig
def test_ping_and_neighbours_come_in_and_nothing_else(rig: Rig) -> None:
    rig.speak_ipv6("outside", f"{HOST}/64")
    listener = rig.socket("unit-a", socket.AF_INET6, socket.SOCK_STREAM)
    listener.bind(("::", SSH))
    listener.listen()
    plane = rig.prepared("unit-a", wanted())
    plane.assume()
    assert rig.ping("outside", ACTIVE)  # it has its address, and they know each other
    assert connects(rig, "outside", ACTIVE), "without rules it would be reached"
    assert load(rig, "unit-a", rules(INSIDE)) is None
    assert not connects(rig, "outside", ACTIVE)
    batch("outside", ["neigh flush dev eth0"])
    assert rig.ping("outside", ACTIVE), "it is found, and answers"
    assert rig.ping("unit-a", HOST), "what it asked itself is answered"
    assert not rig.ping("outside", "2001:db8:2::1", tries=2)
    listener.close()


@on_rig
def test_an_address_is_not_reached_by_another_interface(rig: Rig) -> None:
    rig.speak_ipv6("outside", f"{HOST}/64")
    batch("outside", [f"route add 2001:db8:2::/64 via {ACTIVE}"])
    serving(rig, rules(INSIDE))
    assert rig.ping("outside", ACTIVE)
    assert not rig.ping("outside", "2001:db8:2::1", tries=3)


@on_rig
def test_nothing_is_forwarded_between_ipv6_interfaces_whatever_their_levels(rig: Rig) -> None:
    rig.speak_ipv6("outside", f"{HOST}/64")
    rig.speak_ipv6("inside", f"{FAR}/64")
    batch("outside", [f"route add 2001:db8:2::/64 via {ACTIVE}"])
    batch("inside", ["route add 2001:db8:1::/64 via 2001:db8:2::1"])
    serving(rig, rules(INSIDE))
    with rig.inside("unit-a"), open("/proc/sys/net/ipv6/conf/all/forwarding", "w") as file:
        file.write("1")  # somebody meant well: the rules hold it all the same
    assert rig.ping("inside", "2001:db8:2::1")
    capture = Capture(rig)
    assert not rig.ping("inside", HOST, tries=3)
    assert not rig.ping("outside", FAR, tries=3)
    requests = [f for f in capture.frames() if f.data[54:55] == b"\x80"]
    assert requests
    assert not [f for f in requests if f.sent]


@on_rig
def test_ipv4_that_comes_by_an_interface_of_ipv6_alone_reaches_nobody(rig: Rig) -> None:
    serving(rig, rules(INSIDE))
    batch("outside", ["neigh replace 172.16.1.1 lladdr 00:50:54:00:0a:00 dev eth0"])
    assert rig.ping("inside", "192.168.2.1")
    assert not rig.ping("outside", "192.168.2.1", tries=3)


@on_rig
def test_without_ipv6_lines_there_is_no_table_of_it(rig: Rig) -> None:
    assert load(rig, "unit-a", rule_set()) is None
    with rig.inside("unit-a"):
        tables = json.loads(run("nft", "-j", "list", "tables"))["nftables"]
    assert [t["table"]["family"] for t in tables if "table" in t] == ["ip"]


@on_rig
def test_both_families_of_one_interface_are_answered(rig: Rig) -> None:
    rig.speak_ipv6("outside", f"{HOST}/64")
    outside, inside = wanted().personas
    both = replace(outside, active=plan().personas[0].active)
    plane = rig.prepared("unit-a", plan(personas=(both, inside), routes=()))
    assert load(rig, "unit-a", rules(OUTSIDE, INSIDE)) is None
    plane.assume()
    assert rig.ping("outside", ACTIVE)
    assert rig.ping("outside", "172.16.1.1")
