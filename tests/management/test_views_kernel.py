"""What is shown of the kernel in forms no public parser reads: conn, xlate, nameif, ip address."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

import pytest

from firmware.core.management import views
from firmware.core.management.kernel import (
    KernelConnection,
    KernelInterface,
    KernelNeighbour,
    KernelRoute,
)
from firmware.core.management.rules.ruleset import GlobalPool, Redirection, RuleSet, StaticNat
from firmware.core.management.views import Form, Locator, NamedInterface
from firmware.core.settings import (
    DataInterface,
    FailoverLink,
    PhysicalInterface,
    Platform,
    Settings,
    UnitFacts,
)

NAMED = (
    NamedInterface(
        physical="Ethernet0",
        name="outside",
        security_level=0,
        active=IPv4Interface("172.16.1.1/16"),
        standby=IPv4Address("172.16.1.2"),
    ),
    NamedInterface(
        physical="Ethernet1",
        name="inside",
        security_level=100,
        active=IPv4Interface("192.168.1.1/24"),
    ),
    NamedInterface(physical="Ethernet2", name="dmz", security_level=50),
    NamedInterface(physical="Ethernet3"),
)
ROUTES = (
    KernelRoute(network="0.0.0.0/0", gateway="172.16.1.3", physical="Ethernet0", metric=1),
    KernelRoute(network="192.168.1.0/24", gateway="", physical="Ethernet1"),
    KernelRoute(network="192.168.0.0/16", gateway="10.5.0.9", physical="Ethernet2"),
    KernelRoute(network="10.5.0.0/24", gateway="", physical="Ethernet2"),
)
LOCATOR = Locator(ROUTES, NAMED)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.168.1.9", "inside"),
        ("192.168.2.9", "dmz"),
        ("10.5.0.9", "dmz"),
        ("8.8.8.8", "outside"),
    ],
)
def test_an_address_is_where_the_longest_route_leads(address: str, name: str) -> None:
    assert LOCATOR.name(address) == name


def test_an_address_no_route_leads_to_is_nowhere() -> None:
    nowhere = Locator((), NAMED)
    assert nowhere.name("8.8.8.8") == "unknown"
    assert nowhere.level("unknown") == 0


OUTBOUND = KernelConnection(
    protocol="tcp",
    source="192.168.1.9",
    source_port=4001,
    destination="198.51.100.1",
    destination_port=80,
    reply_source="198.51.100.1",
    reply_source_port=80,
    reply_destination="172.16.1.1",
    reply_destination_port=1024,
    state="ESTABLISHED",
    bytes=1774,
    idle_s=3_723,
)
INBOUND = replace(
    OUTBOUND,
    source="198.51.100.1",
    source_port=5001,
    destination="172.16.1.80",
    reply_source="192.168.1.80",
    reply_source_port=8080,
    reply_destination="198.51.100.1",
    reply_destination_port=5001,
)
PING = replace(
    OUTBOUND,
    protocol="icmp",
    state="",
    source_port=340,
    destination_port=0,
    reply_source_port=0,
    reply_destination_port=341,
)


@pytest.mark.parametrize(
    ("row", "form_7", "form_9"),
    [
        (
            OUTBOUND,
            "TCP out 198.51.100.1:80 in 192.168.1.9:4001 idle 1:02:03, bytes 1774, flags UIO",
            "TCP outside 198.51.100.1:80 inside 192.168.1.9:4001, "
            "idle 1:02:03, bytes 1774, flags UIO",
        ),
        (
            INBOUND,
            "TCP out 198.51.100.1:5001 in 192.168.1.80:8080 idle 1:02:03, bytes 1774, flags UIOB",
            "TCP outside 198.51.100.1:5001 inside 192.168.1.80:8080, "
            "idle 1:02:03, bytes 1774, flags UIOB",
        ),
        (
            PING,
            "ICMP out 198.51.100.1:0 in 192.168.1.9:340 idle 1:02:03, bytes 1774, flags -",
            "ICMP outside 198.51.100.1:0 inside 192.168.1.9:340, idle 1:02:03, bytes 1774, flags -",
        ),
    ],
)
def test_show_conn(row: KernelConnection, form_7: str, form_9: str) -> None:
    for form, line in ((Form.V7, form_7), (Form.V9, form_9)):
        text = views.connections([row], LOCATOR, total=1, most_used=7, form=form)
        assert text == f"1 in use, 7 most used\n{line}\n"


@pytest.mark.parametrize(
    ("state", "outbound", "inbound"),
    [
        ("SYN_SENT", "saA", "SaAB"),
        ("SYN_RECV", "A", "aB"),
        ("FIN_WAIT", "UfIO", "UFIOB"),
        ("CLOSE", "-", "-"),
    ],
)
def test_flags_tell_how_far_a_connection_is(state: str, outbound: str, inbound: str) -> None:
    rows = [replace(OUTBOUND, state=state), replace(INBOUND, state=state)]
    lines = views.connections(rows, LOCATOR, total=2).splitlines()
    assert [line.rsplit(None, 1)[1] for line in lines[1:]] == [outbound, inbound]


def test_show_conn_says_when_there_are_more() -> None:
    lines = views.connections([OUTBOUND], LOCATOR, total=12_000).splitlines()
    assert lines[0] == "12000 in use, 12000 most used"
    assert lines[-1] == "1 of 12000 connections are shown"
    assert views.connection_count(3, 5) == "3 in use, 5 most used\n"


RULES = RuleSet(
    pools=(
        GlobalPool("outside", 1, IPv4Address("172.16.1.1"), IPv4Address("172.16.1.1")),
        GlobalPool("outside", 2, IPv4Address("172.16.1.100"), IPv4Address("172.16.1.110")),
    ),
    statics=(
        StaticNat(
            real_interface="inside",
            mapped_interface="outside",
            mapped=IPv4Network("172.16.1.80/32"),
            real=IPv4Network("192.168.1.80/32"),
        ),
        StaticNat(
            real_interface="dmz",
            mapped_interface="outside",
            mapped=IPv4Network("172.16.5.0/24"),
            real=IPv4Network("10.5.0.0/24"),
        ),
    ),
    redirections=(
        Redirection(
            real_interface="inside",
            mapped_interface="outside",
            protocol=17,
            mapped=IPv4Address("172.16.1.1"),
            mapped_port=53,
            real=IPv4Address("192.168.1.53"),
            real_port=5353,
        ),
    ),
)
STATIC = [
    "Global 172.16.1.80 Local 192.168.1.80",
    "Global 172.16.5.0/24 Local 10.5.0.0/24",
    "PAT Global 172.16.1.1(53) Local 192.168.1.53(5353)",
]
LENT = replace(OUTBOUND, reply_destination="172.16.1.104", reply_destination_port=4001)
BY_STATIC = replace(
    OUTBOUND, source="10.5.0.7", reply_destination="172.16.5.7", reply_destination_port=4001
)
AS_IT_IS = replace(OUTBOUND, reply_destination="192.168.1.9", reply_destination_port=4001)


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ([], []),
        ([OUTBOUND], ["PAT Global 172.16.1.1(1024) Local 192.168.1.9(4001)"]),
        ([PING], ["PAT Global 172.16.1.1(341) Local 192.168.1.9 ICMP id 340"]),
        ([LENT, replace(LENT, source_port=4002)], ["Global 172.16.1.104 Local 192.168.1.9"]),
        ([BY_STATIC, INBOUND, AS_IT_IS], []),
    ],
)
def test_show_xlate(rows: list[KernelConnection], lines: list[str]) -> None:
    found = views.translations(rows, LOCATOR, RULES)
    shown = [*STATIC, *lines]
    assert views.xlate(found).splitlines() == [
        f"{len(shown)} in use, {len(shown)} most used",
        *shown,
    ]


def test_a_translation_is_idle_as_long_as_its_youngest_connection() -> None:
    rows = [LENT, replace(LENT, source_port=4002, idle_s=5), replace(LENT, source_port=4003)]
    [made] = views.translations(rows, LOCATOR, RuleSet(pools=RULES.pools))
    assert made.idle_s == 5


def test_show_xlate_in_the_form_of_9() -> None:
    found = views.translations([OUTBOUND], LOCATOR, replace(RULES, statics=RULES.statics[:1]))
    assert views.xlate(found, form=Form.V9).splitlines()[2:] == [
        "NAT from inside:192.168.1.80 to outside:172.16.1.80",
        "    flags s idle 0:00:00 timeout 0:00:00",
        "UDP PAT from inside:192.168.1.53/5353 to outside:172.16.1.1/53 "
        "flags sr idle 0:00:00 timeout 0:00:00",
        "TCP PAT from inside:192.168.1.9/4001 to outside:172.16.1.1/1024 "
        "flags ri idle 1:02:03 timeout 0:00:00",
    ]


def test_show_nameif() -> None:
    assert views.nameif(NAMED).splitlines() == [
        "Interface                Name                     Security",
        "Ethernet0                outside                    0",
        "Ethernet1                inside                   100",
        "Ethernet2                dmz                       50",
    ]


def test_show_ip_address_tells_the_systems_from_this_units() -> None:
    kernel = (
        KernelInterface(
            physical="Ethernet0",
            up=True,
            carrier=True,
            mac="",
            mtu=1500,
            addresses=("172.16.1.2/16", "172.16.1.80/32"),
        ),
    )
    assert views.ip_address(NAMED, kernel).splitlines() == [
        "System IP Addresses:",
        "Interface                Name                   IP address      Subnet mask     Method",
        "Ethernet0                outside                172.16.1.1      255.255.0.0     CONFIG",
        "Ethernet1                inside                 192.168.1.1     255.255.255.0   CONFIG",
        "Current IP Addresses:",
        "Interface                Name                   IP address      Subnet mask     Method",
        "Ethernet0                outside                172.16.1.2      255.255.0.0     CONFIG",
    ]


def kernel_of(physical: str, *addresses: str) -> KernelInterface:
    return KernelInterface(
        physical=physical, up=True, carrier=True, mac="", mtu=1500, addresses6=addresses
    )


IPV6 = (
    kernel_of("Ethernet0", "2001:db8:1::2/64", "fe80::206:5bff:fe01:0/64"),
    kernel_of("Ethernet1", "fe80::206:5bff:fe01:1/64"),
    kernel_of("Ethernet2"),
)


def test_show_ipv6_interface() -> None:
    assert views.ipv6_interface(NAMED, IPV6).splitlines() == [
        "outside is up, line protocol is up",
        "  IPv6 is enabled, link-local address is fe80::206:5bff:fe01:0",
        "  Global unicast address(es):",
        "    2001:db8:1::2, subnet is 2001:db8:1::/64",
        "  MTU is 1500 bytes",
        "inside is up, line protocol is up",
        "  IPv6 is enabled, link-local address is fe80::206:5bff:fe01:1",
        "  No global unicast address is configured",
        "  MTU is 1500 bytes",
    ]


def test_show_ipv6_interface_brief() -> None:
    assert views.ipv6_interface_brief(NAMED, IPV6[:2]).splitlines() == [
        "outside [up/up]",
        "    fe80::206:5bff:fe01:0",
        "    2001:db8:1::2",
        "inside [up/up]",
        "    fe80::206:5bff:fe01:1",
        "dmz [administratively down/down]",
        "    unassigned",
    ]


def test_show_ipv6_neighbor() -> None:
    learned = KernelNeighbour(
        physical="Ethernet0",
        address="2001:db8:1::9",
        mac="00:0d:29:1d:69:f0",
        age_s=130,
        state="REACHABLE",
    )
    old = replace(learned, physical="Ethernet1", address="fe80::9", age_s=9000, state="STALE")
    typed = replace(learned, address="2001:db8:1::7", permanent=True, state="PERMANENT")
    assert views.ipv6_neighbor([learned, old, typed], NAMED).splitlines() == [
        "IPv6 Address                              Age Link-layer Addr State Interface",
        "2001:db8:1::9                               2 000d.291d.69f0  REACH outside",
        "fe80::9                                   150 000d.291d.69f0  STALE inside",
        "2001:db8:1::7                               - 000d.291d.69f0  REACH outside",
    ]


LINK = FailoverLink(
    name="fover",
    physical="Ethernet2",
    primary=IPv4Interface("10.1.0.1/24"),
    secondary=IPv4Address("10.1.0.2"),
)
FACTS = UnitFacts(
    chassis="1",
    model="PIX-515E",
    version="7.2(1)",
    platform=Platform.PIX,
    memory_mb=128,
    flash_mb=16,
    licence="UR",
    interfaces=tuple(
        PhysicalInterface(physical=f"Ethernet{n}", burned_in_mac="") for n in range(4)
    ),
)


@pytest.mark.parametrize(
    ("failover", "state", "roles"),
    [
        (LINK, None, {"Ethernet2": "LAN"}),
        (None, LINK, {"Ethernet2": "STATE"}),
        (LINK, LINK, {"Ethernet2": "LAN/STATE"}),
        (
            LINK,
            replace(LINK, name="state", physical="Ethernet3"),
            {"Ethernet2": "LAN", "Ethernet3": "STATE"},
        ),
        # A state link on a data interface stays what it is.
        (None, replace(LINK, name="outside", physical="Ethernet0"), {}),
    ],
)
def test_interfaces_of_the_configuration(
    failover: FailoverLink | None, state: FailoverLink | None, roles: dict[str, str]
) -> None:
    data = DataInterface(
        physical="Ethernet0",
        name="outside",
        active=IPv4Interface("172.16.1.1/16"),
        standby=IPv4Address("172.16.1.2"),
    )
    tagged = replace(data, physical="Ethernet1.20", name="dmz", shutdown=True)
    settings = Settings(interfaces=(data, tagged), failover_link=failover, state_link=state)
    found = views.named_interfaces(
        FACTS, settings, {"outside": 0, "dmz": 50}, {"Ethernet1": "spare"}, ("Ethernet1.20",)
    )
    assert [one.physical for one in found] == [
        *(f"Ethernet{n}" for n in range(4)),
        "Ethernet1.20",
    ]
    assert {one.physical: one.failover for one in found if one.failover} == roles
    assert (found[0].name, found[0].security_level, found[0].active) == ("outside", 0, data.active)
    assert (found[1].name, found[1].description) == ("", "spare")
    assert (found[4].vlan, found[4].shutdown, found[4].management_only) == (20, True, True)
