"""`ipv6 address`: what it means, what it is refused beside, and what becomes of it. IF-9."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Interface

from running_units import document, loaded, ok, unit

from firmware.core.management.running.entry import Entered, Refused
from firmware.core.management.running.model import Configuration
from firmware.core.settings import DataInterface, Platform

INSIDE = ("interface Ethernet1",)
LINE = "ipv6 address 2001:db8:1::1/64 standby 2001:db8:1::2"


def inside(configuration: Configuration) -> DataInterface:
    (found,) = (i for i in configuration.settings().interfaces if i.name == "inside")
    return found


def refused(configuration: Configuration, path: tuple[str, ...], line: str) -> str:
    answer = configuration.enter(path, line)
    assert isinstance(answer, Refused), answer
    return answer.text


def test_it_stands_beside_the_ipv4_address_or_alone() -> None:
    configuration = loaded(document("cable_primary"))
    ok(configuration, LINE, INSIDE)
    both = inside(configuration)
    assert (both.active6, both.standby6) == (
        IPv6Interface("2001:db8:1::1/64"),
        IPv6Address("2001:db8:1::2"),
    )
    assert (both.addressed, both.by_ipv6, str(both.mate_address)) == (True, False, "192.168.1.2")
    ok(configuration, "no ip address", INSIDE)
    alone = inside(configuration)
    assert (alone.addressed, alone.by_ipv6, str(alone.mate_address)) == (
        True,
        True,
        "2001:db8:1::2",
    )
    assert configuration.settings().configured
    ok(configuration, "no ipv6 address", INSIDE)
    assert not inside(configuration).addressed


def test_without_standby_there_is_none_and_another_line_replaces_it() -> None:
    configuration = loaded(document("cable_primary"))
    ok(configuration, LINE, INSIDE)
    ok(configuration, "ipv6 address 2001:db8:1::9/64", INSIDE)
    assert "standby 2001:db8:1::2" not in configuration.text
    assert inside(configuration).standby6 is None
    assert configuration.text.count("ipv6 address") == 1


def test_it_is_printed_below_the_ipv4_address_and_goes_to_the_mate() -> None:
    configuration = loaded(document("cable_primary"))
    ok(configuration, LINE, INSIDE)
    printed = [line.strip() for line in configuration.shown().splitlines()]
    at = printed.index("ip address 192.168.1.1 255.255.255.0 standby 192.168.1.2")
    assert LINE in printed[at:]
    assert f" {LINE}\n" in configuration.replica(key=False)
    assert LINE not in configuration.not_enforced()
    mate = unit()
    assert mate.load_from_mate(configuration.replica(key=False)) == ()
    assert mate.digest == configuration.digest


def test_two_interfaces_are_not_in_one_network() -> None:
    configuration = loaded(document("cable_primary"))
    ok(configuration, LINE, INSIDE)
    said = refused(configuration, ("interface Ethernet0",), "ipv6 address 2001:db8:1:0:8::1/80")
    assert said == (
        "ERROR: Failed to apply IPv6 address to interface Ethernet0, as the network overlaps with "
        "interface Ethernet1. Two interfaces cannot be in the same subnet."
    )
    ok(configuration, "ipv6 address 2001:db8:1::7/64", INSIDE)


def test_a_link_too_narrow_for_ipv6_is_refused_from_both_sides() -> None:
    configuration = loaded(document("cable_primary"))
    ok(configuration, "mtu inside 1279")
    said = refused(configuration, INSIDE, LINE)
    assert said == "ERROR: inside has an MTU of 1279, and IPv6 wants at least 1280"
    ok(configuration, "mtu inside 1280")
    ok(configuration, LINE, INSIDE)
    assert "at least 1280" in refused(configuration, (), "mtu inside 600")
    ok(configuration, "mtu outside 600")


def test_a_failover_interface_loses_it() -> None:
    configuration = loaded(document("cable_primary"))
    ok(configuration, "nameif dmz", ("interface Ethernet3",))
    ok(configuration, "ipv6 address 2001:db8:9::1/64", ("interface Ethernet3",))
    ok(configuration, "failover lan interface fover Ethernet3")
    assert "ipv6" not in configuration.text


def test_an_asa_has_it_as_well() -> None:
    configuration = unit(platform=Platform.ASA)
    header = f"interface {configuration.physicals[0]}"
    ok(configuration, "nameif outside", (header,))
    answer = configuration.enter((header,), LINE)
    assert isinstance(answer, Entered)
    assert configuration.settings().interfaces[0].by_ipv6
