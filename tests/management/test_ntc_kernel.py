"""ntc-templates read what we print of the kernel: see test_ntc_templates.py."""

from ipaddress import IPv4Address, IPv4Interface, IPv4Network

import pytest
from ntc import parsed, picked
from textfsm.parser import TextFSMError

from firmware.core.management import views
from firmware.core.management.kernel import (
    KernelConnection,
    KernelFacts,
    KernelInterface,
    KernelNeighbour,
    KernelRoute,
)
from firmware.core.management.rules.hits import counters
from firmware.core.management.rules.ruleset import (
    AccessList,
    Ace,
    Action,
    Element,
    Ports,
    Redirection,
    RuleSet,
    StaticNat,
)
from firmware.core.management.views import Form, NamedInterface

NAMED = (
    NamedInterface(
        physical="Ethernet0",
        name="outside",
        security_level=0,
        active=IPv4Interface("172.16.1.1/16"),
        description="to the world",
    ),
    NamedInterface(
        physical="Ethernet1",
        name="inside",
        security_level=100,
        active=IPv4Interface("192.168.1.1/24"),
        shutdown=True,
    ),
    NamedInterface(
        physical="Ethernet0.5",
        name="dmz",
        security_level=50,
        active=IPv4Interface("10.5.0.1/24"),
        vlan=5,
        management_only=True,
    ),
    NamedInterface(physical="Ethernet2", name="failover", failover="LAN/STATE"),
    NamedInterface(physical="Ethernet3"),
    NamedInterface(physical="Ethernet4"),
)
KERNEL = (
    KernelInterface(
        physical="Ethernet0",
        up=True,
        carrier=True,
        mac="02:00:00:00:01:00",
        mtu=1500,
        addresses=("172.16.1.1/16", "172.16.1.77/32"),
        speed_mbit=1000,
        duplex="full",
        rx_packets=7,
        tx_packets=8,
        rx_bytes=700,
        tx_bytes=800,
        rx_errors=3,
        rx_crc=2,
        collisions=4,
    ),
    KernelInterface(
        physical="Ethernet1", up=False, carrier=False, mac="02:00:00:00:01:01", mtu=9000
    ),
    KernelInterface(
        physical="Ethernet0.5",
        up=True,
        carrier=True,
        mac="02:00:00:00:01:00",
        mtu=1496,
        addresses=("10.5.0.1/24",),
        speed_mbit=100,
        duplex="half",
    ),
    KernelInterface(
        physical="Ethernet2",
        up=True,
        carrier=False,
        mac="02:00:00:00:01:02",
        mtu=1500,
        addresses=("10.1.0.1/24",),
    ),
    KernelInterface(physical="Ethernet3", up=False, carrier=False, mac="", mtu=1500),
)


def test_interface_states_and_addresses() -> None:
    rows = parsed("show interface", views.interface(NAMED, KERNEL))
    fields = ("interface", "interface_zone", "link_status", "protocol_status")
    assert [picked(row, *fields, "ip_address", "netmask") for row in rows] == [
        ("Ethernet0", "outside", "up", "up", "172.16.1.1", "255.255.0.0"),
        ("Ethernet1", "inside", "administratively down", "down", "", ""),
        ("Ethernet0.5", "dmz", "up", "up", "10.5.0.1", "255.255.255.0"),
        ("Ethernet2", "failover", "down", "down", "10.1.0.1", "255.255.255.0"),
        ("Ethernet3", "", "down", "down", "", ""),
        ("Ethernet4", "", "administratively down", "down", "", ""),
    ]


def test_interface_hardware() -> None:
    rows = parsed("show interface", views.interface(NAMED, KERNEL))
    fields = ("mac_address", "mtu", "bandwidth", "delay", "duplex", "speed", "vlan_id")
    assert [picked(row, *fields, "description") for row in rows] == [
        (
            *("0200.0000.0100", "1500", "1000 Mbps", "10 usec"),
            *("Full-duplex", "1000 Mbps", "", "to the world"),
        ),
        ("0200.0000.0101", "9000", "unknown", "100 usec", "", "", "", ""),
        (
            *("0200.0000.0100", "1496", "100 Mbps", "100 usec"),
            *("Half-duplex", "100 Mbps", "5", ""),
        ),
        (
            *("0200.0000.0102", "1500", "unknown", "100 usec"),
            *("", "", "", "LAN/STATE Failover Interface"),
        ),
        ("", "1500", "unknown", "100 usec", "", "", "", ""),
        (*("",) * 7, "this machine has no such interface"),
    ]


def test_interface_counters_have_no_field_in_the_template() -> None:
    text = views.interface(NAMED[:1], KERNEL)
    for line in (
        "7 packets input, 700 bytes, 0 no buffer",
        "3 input errors, 2 CRC, 0 frame, 0 overrun, 0 ignored, 0 abort",
        "8 packets output, 800 bytes, 0 underruns",
        "0 output errors, 4 collisions, 0 interface resets",
    ):
        assert f"        {line}\n" in text


def test_interface_ip_brief() -> None:
    rows = parsed("show interface ip brief", views.interface_brief(NAMED, KERNEL))
    assert [picked(row, "interface", "ip_address", "status", "proto") for row in rows] == [
        ("Ethernet0", "172.16.1.1", "up", "up"),
        ("Ethernet1", "unassigned", "admin down", "down"),
        ("Ethernet0.5", "10.5.0.1", "up", "up"),
        ("Ethernet2", "10.1.0.1", "down", "down"),
        ("Ethernet3", "unassigned", "down", "down"),
        ("Ethernet4", "unassigned", "admin down", "down"),
    ]


ROUTES = (
    KernelRoute(network="0.0.0.0/0", gateway="172.16.1.3", physical="Ethernet0", metric=1),
    KernelRoute(network="10.8.0.0/16", gateway="192.168.1.7", physical="Ethernet1", metric=5),
    KernelRoute(network="10.8.0.0/16", gateway="192.168.1.8", physical="Ethernet1", metric=5),
    KernelRoute(network="192.168.1.0/24", gateway="", physical="Ethernet1"),
    KernelRoute(network="172.16.0.0/16", gateway="", physical="Ethernet0"),
)


def test_route() -> None:
    rows = parsed("show route", views.route(ROUTES, NAMED))
    fields = ("protocol", "network", "netmask", "distance", "nexthopip", "nexthopif")
    assert [picked(row, *fields) for row in rows] == [
        ("C", "172.16.0.0", "255.255.0.0", "", "", "outside"),
        ("C", "192.168.1.0", "255.255.255.0", "", "", "inside"),
        ("S", "0.0.0.0", "0.0.0.0", "1", "172.16.1.3", "outside"),
        ("S", "10.8.0.0", "255.255.0.0", "5", "192.168.1.7", "inside"),
        ("S", "10.8.0.0", "255.255.0.0", "5", "192.168.1.8", "inside"),
    ]


def test_route_says_what_the_last_resort_is() -> None:
    assert "Gateway of last resort is 172.16.1.3 to network 0.0.0.0\n" in views.route(ROUTES, NAMED)
    assert parsed("show route", views.route((), NAMED)) == []


def test_arp() -> None:
    neighbours = (
        KernelNeighbour(
            physical="Ethernet0", address="172.16.1.3", mac="00:50:54:00:0a:03", age_s=15
        ),
        KernelNeighbour(
            physical="Ethernet1",
            address="192.168.1.9",
            mac="00:50:54:00:0a:09",
            age_s=0,
            permanent=True,
        ),
    )
    rows = parsed("show arp", views.arp(neighbours, NAMED))
    assert [picked(row, "interface", "ip_address", "mac_address", "age") for row in rows] == [
        ("outside", "172.16.1.3", "0050.5400.0a03", "15"),
        ("inside", "192.168.1.9", "0050.5400.0a09", "-"),
    ]


WEB = IPv4Network("10.0.0.80/32")
INSIDE = IPv4Network("192.168.1.0/24")
SPLIT = tuple(
    Element(protocol=6, destination=WEB, destination_ports=Ports(port, port)) for port in (80, 443)
)
LISTS = (
    AccessList(
        "outside_in",
        (
            Ace(
                line=2,
                text="extended permit tcp any object-group servers object-group web",
                action=Action.PERMIT,
                elements=SPLIT,
            ),
            Ace(
                line=3,
                text="extended permit icmp any any echo",
                action=Action.PERMIT,
                elements=(Element(protocol=1, icmp_type=8),),
            ),
            Ace(
                line=4,
                text="extended deny ip 192.168.1.0 255.255.255.0 host 10.0.0.80 inactive",
                action=Action.DENY,
                elements=(Element(source=INSIDE, destination=WEB),),
                inactive=True,
            ),
            Ace(
                line=5,
                text="extended permit udp any range 1024 2048 any gt 4000",
                action=Action.PERMIT,
                elements=(
                    Element(
                        protocol=17,
                        source_ports=Ports(1024, 2048),
                        destination_ports=Ports(4001, 65535),
                    ),
                ),
            ),
        ),
        remarks=((1, "what the world may ask for"),),
    ),
)


def test_access_list() -> None:
    names = [name for ace in counters(LISTS[0]) for name in ace]
    facts = KernelFacts(counters=tuple(zip(names, (3, 4, 5, 6, 8), strict=True)))
    head, remark, *rows = parsed("show access-list", views.access_lists(LISTS, facts))
    assert picked(head, "acl_name", "acl_tot_elem") == ("outside_in", "5")
    assert picked(remark, "line_num", "remark") == ("1", "what the world may ask for")
    fields = ("line_num", "action", "protocol", "dst_port_grp", "state", "hit_count")
    assert [picked(row, *fields) for row in rows if row["hit_count"]] == [
        ("2", "permit", "tcp", "web", "", "7"),
        ("3", "permit", "icmp", "", "", "5"),
        ("4", "deny", "ip", "", "inactive", "6"),
    ]
    fields = ("line_num", "entry_protocol", "entry_dst_host", "entry_port", "entry_hit_count")
    assert [picked(row, *fields) for row in rows if row["entry_hit_count"]] == [
        ("2", "tcp", "10.0.0.80", "www", "3"),
        ("2", "tcp", "10.0.0.80", "https", "4"),
        # A line with ports of the source is taken for an element.
        ("5", "udp", "", "", "8"),
    ]


def test_access_list_with_no_counters_counts_nothing() -> None:
    rows = parsed("show access-list", views.access_lists(LISTS, KernelFacts()))
    assert {row["hit_count"] for row in rows} == {"", "0"}


def test_the_template_does_not_know_neq() -> None:
    ports = Ports(80, 80, negated=True)
    ace = Ace(
        line=1,
        text="extended permit tcp any any neq www",
        action=Action.PERMIT,
        elements=(Element(protocol=6, destination_ports=ports),),
    )
    with pytest.raises(TextFSMError):
        parsed("show access-list", views.access_lists((AccessList("x", (ace,)),), KernelFacts()))


RULES = RuleSet(
    statics=(
        StaticNat(
            real_interface="inside",
            mapped_interface="outside",
            mapped=IPv4Network("172.16.1.80/32"),
            real=IPv4Network("192.168.1.80/32"),
        ),
    ),
    redirections=(
        Redirection(
            real_interface="inside",
            mapped_interface="outside",
            protocol=6,
            mapped=IPv4Address("172.16.1.1"),
            mapped_port=25,
            real=IPv4Address("192.168.1.25"),
            real_port=2525,
        ),
    ),
)


def test_xlate() -> None:
    row = KernelConnection(
        protocol="tcp",
        source="192.168.1.9",
        source_port=4001,
        destination="172.16.1.3",
        destination_port=80,
        reply_source="172.16.1.3",
        reply_source_port=80,
        reply_destination="172.16.1.1",
        reply_destination_port=4001,
        state="ESTABLISHED",
    )
    translated = views.translations([row], views.Locator(ROUTES, NAMED), RULES)
    rows = parsed("show xlate", views.xlate(translated, form=Form.V9))
    assert [(one["source_intf"], one["source"], one["destination_intf"]) for one in rows] == [
        ("inside", ["192.168.1.80"], "outside"),
        ("", [], "outside"),  # ports: the template reads the far side alone
        ("", [], "outside"),
    ]
    assert rows[0]["destination"] == ["172.16.1.80"]
