"""What the kernel is asked and how its answers are read; the kernel is a real one."""

import asyncio
import socket
from dataclasses import replace
from ipaddress import IPv6Interface
from pathlib import Path

import pytest
from dataplane.rig import ACTIVE_MACS, BURNED_IN, FAR, NICS, Rig, batch, on_rig, plan, run
from hypothesis import given
from hypothesis import strategies as st
from running_units import facts

from firmware.core.failover.events import Done
from firmware.core.link_local import link_local
from firmware.core.management.kernel import (
    CONNECTIONS_MAX,
    KernelConnection,
    KernelFacts,
    KernelNeighbour,
    KernelRoute,
    Wanted,
)
from firmware.core.settings import PhysicalInterface
from firmware.drivers.kernel_facts import (
    KernelTeller,
    NotToldError,
    read_connection,
    with_burned_in_macs,
)
from firmware.drivers.kernel_facts.load import CpuLoad, memory
from firmware.drivers.kernel_facts.programs import first_lines, from_json

TCP = (
    "tcp      6 431990 ESTABLISHED src=192.168.2.2 dst=198.51.100.1 sport=4001 dport=80 "
    "packets=3 bytes=300 src=198.51.100.1 dst=172.16.1.1 sport=80 dport=1024 "
    "packets=2 bytes=200 [ASSURED] mark=3 use=1"
)
READ = KernelConnection(
    protocol="tcp",
    source="192.168.2.2",
    source_port=4001,
    destination="198.51.100.1",
    destination_port=80,
    reply_source="198.51.100.1",
    reply_source_port=80,
    reply_destination="172.16.1.1",
    reply_destination_port=1024,
    state="ESTABLISHED",
    timeout_s=431990,
    bytes=500,
    idle_s=10,
    answered=True,
)


def longest_s(protocol: str, state: str, assured: bool) -> int:
    return {"tcp": 432_000, "udp": 120 if assured else 30}.get(protocol, 30)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (TCP, READ),
        (
            "udp 17 25 src=10.0.0.2 dst=10.0.0.3 sport=5 dport=53 [UNREPLIED] "
            "src=10.0.0.3 dst=10.0.0.2 sport=53 dport=5 mark=0 use=1",
            KernelConnection(
                protocol="udp",
                source="10.0.0.2",
                source_port=5,
                destination="10.0.0.3",
                destination_port=53,
                reply_source="10.0.0.3",
                reply_source_port=53,
                reply_destination="10.0.0.2",
                reply_destination_port=5,
                timeout_s=25,
                idle_s=5,
                answered=False,
            ),
        ),
        (
            "icmp 1 29 src=10.0.0.2 dst=10.0.0.3 type=8 code=0 id=77 "
            "src=10.0.0.3 dst=10.0.0.9 type=0 code=0 id=78 mark=0 use=1",
            KernelConnection(
                protocol="icmp",
                source="10.0.0.2",
                source_port=77,
                destination="10.0.0.3",
                destination_port=0,
                reply_source="10.0.0.3",
                reply_source_port=0,
                reply_destination="10.0.0.9",
                reply_destination_port=78,
                timeout_s=29,
                idle_s=1,
            ),
        ),
        (
            "unknown  89 599 src=10.0.0.2 dst=10.0.0.3 src=10.0.0.3 dst=10.0.0.2 use=1",
            KernelConnection(
                protocol="89",
                source="10.0.0.2",
                source_port=0,
                destination="10.0.0.3",
                destination_port=0,
                reply_source="10.0.0.3",
                reply_source_port=0,
                reply_destination="10.0.0.2",
                reply_destination_port=0,
                timeout_s=599,
            ),
        ),
        ("", None),
        ("conntrack v1.4.7 (conntrack-tools): 2 flow entries have been shown.", None),
        (TCP.replace("192.168.2.2", "fd00::2"), None),
        (TCP.replace("sport=80", "sport=http"), None),
        (TCP.partition("packets=3")[0], None),
    ],
)
def test_a_line_of_the_connection_table(line: str, read: KernelConnection | None) -> None:
    assert read_connection(line, longest_s) == read


@given(st.text() | st.lists(st.sampled_from([*TCP.split(), "=", "[", "id=", "x"])).map(" ".join))
def test_no_line_is_too_odd_to_read(line: str) -> None:
    found = read_connection(line)
    assert found is None or found.idle_s == 0


def test_memory_is_what_a_program_could_have(tmp_path: Path) -> None:
    told = tmp_path / "meminfo"
    told.write_text("MemTotal: 4000 kB\nMemFree: 1000 kB\nMemAvailable: 3000 kB\nHugePages: 0\n")
    assert memory(told) == (4_096_000, 3_072_000)


def test_load_is_what_was_done_since(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text("cpu 100 0 100 700 100 0 0 0 0 0\n")
    load = CpuLoad(stat)
    assert load.percentages() == (0, 0, 0)
    stat.write_text("cpu 130 0 120 1000 150 0 0 0 0 0\n")
    assert load.percentages() == (12, 12, 12)


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(NotToldError, match=r"no-such-program: .*install the package"):
        from_json("no-such-program", "-j")
    with pytest.raises(NotToldError, match="no-such-program"):
        first_lines(5, "no-such-program")


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("sh", "-c", "echo no such thing >&2; exit 3"), "no such thing"),
        (("sh", "-c", "kill -9 $$"), "no answer"),
    ],
)
def test_a_program_that_fails_says_why(command: tuple[str, ...], why: str) -> None:
    with pytest.raises(NotToldError, match=why):
        first_lines(5, *command)


def test_what_is_no_json_is_said_to_be_none() -> None:
    with pytest.raises(NotToldError, match="not JSON"):
        from_json("echo", "{")
    with pytest.raises(NotToldError, match="echo refused"):
        from_json("sh", "-c", "echo echo refused >&2; exit 1")


def test_a_talkative_program_is_ended_when_that_is_enough() -> None:
    assert first_lines(3, "yes") == ["y\n"] * 3


def tell(rig: Rig, *wanted: Wanted) -> KernelFacts:
    """What the kernel of unit-a has; the thread that asks lives in its namespace."""
    with rig.inside("unit-a"):
        teller = KernelTeller(NICS)
        try:
            return asyncio.run(teller.tell(wanted))
        finally:
            teller.close()


def active(rig: Rig) -> None:
    assert rig.prepared("unit-a").assume() == Done("AssumeAddresses")


@on_rig
def test_interfaces_are_a_nic_and_its_personas(rig: Rig) -> None:
    active(rig)
    assert rig.ping("inside", FAR)
    found = {one.physical: one for one in tell(rig, Wanted.INTERFACES).interfaces}
    outside = found["Ethernet0"]
    assert (outside.up, outside.carrier, outside.mtu) == (True, True, 1500)
    assert (outside.mac, outside.addresses) == (ACTIVE_MACS[0], ("172.16.1.1/24",))
    assert (outside.speed_mbit, outside.duplex) == (10_000, "full")  # as veth says
    assert min(outside.rx_packets, outside.tx_packets, outside.rx_bytes, outside.tx_bytes) > 0
    assert found["Ethernet2"].addresses == ("10.1.0.1/24",)
    batch("unit-b", ["link set eth2 down"])
    found = {one.physical: one for one in tell(rig, Wanted.INTERFACES).interfaces}
    assert (found["Ethernet2"].up, found["Ethernet2"].carrier) == (True, False)


@on_rig
def test_routes_and_neighbours_bear_the_configurations_names(rig: Rig) -> None:
    active(rig)
    assert rig.ping("inside", FAR)
    batch(
        "unit-a",
        [
            "neigh add 192.168.2.77 lladdr 02:00:00:00:00:77 dev e1act nud permanent",
            "route add 10.8.0.0/16 nexthop via 192.168.2.2 dev e1act nexthop via 192.168.2.3 "
            "dev e1act",
            "route add 10.9.9.9 via 192.168.2.2 dev e1act metric 7",
            "link set lo up",
            "route add 10.7.0.0/16 dev lo",
            "route add blackhole 10.6.0.0/16",
        ],
    )
    facts = tell(rig, Wanted.ROUTES, Wanted.ARP)
    assert sorted(facts.routes, key=lambda one: (one.network, one.gateway)) == [
        KernelRoute(network="0.0.0.0/0", gateway="172.16.1.3", physical="Ethernet0", metric=1),
        KernelRoute(network="10.1.0.0/24", gateway="", physical="Ethernet2"),
        KernelRoute(network="10.8.0.0/16", gateway="192.168.2.2", physical="Ethernet1"),
        KernelRoute(network="10.8.0.0/16", gateway="192.168.2.3", physical="Ethernet1"),
        KernelRoute(network="10.9.9.9/32", gateway="192.168.2.2", physical="Ethernet1", metric=7),
        KernelRoute(network="172.16.1.0/24", gateway="", physical="Ethernet0"),
        KernelRoute(network="192.168.2.0/24", gateway="", physical="Ethernet1"),
    ]
    known = {one.address: replace(one, age_s=0) for one in facts.neighbours}
    assert known["192.168.2.77"] == KernelNeighbour(
        physical="Ethernet1",
        address="192.168.2.77",
        mac="02:00:00:00:00:77",
        age_s=0,
        permanent=True,
        state="PERMANENT",
    )
    assert known["172.16.1.3"].physical == "Ethernet0"
    assert not known["172.16.1.3"].permanent


RULES = """
table ip fover {
  counter ace-0123456789abcdef { }
  chain forward {
    type filter hook forward priority 0; policy accept;
    ct state new counter name "ace-0123456789abcdef"
  }
}
"""


def tracked(rig: Rig) -> None:
    with rig.inside("unit-a"):
        run("nft", "-f", "-", stdin=RULES)


@on_rig
def test_counters_are_none_before_rules_and_count_after(rig: Rig) -> None:
    active(rig)
    assert tell(rig, Wanted.COUNTERS).counters == ()
    tracked(rig)
    assert tell(rig, Wanted.COUNTERS).counters == (("ace-0123456789abcdef", 0),)
    assert rig.ping("inside", FAR)
    [(name, packets)] = tell(rig, Wanted.COUNTERS).counters
    assert (name, packets > 0) == ("ace-0123456789abcdef", True)


@on_rig
def test_connections_are_those_through_the_unit(rig: Rig) -> None:
    active(rig)
    tracked(rig)
    batch("unit-a", ["link set lo up"])
    with rig.socket("outside", socket.AF_INET, socket.SOCK_STREAM) as server:
        server.bind((FAR, 80))
        server.listen()
        with rig.socket("inside", socket.AF_INET, socket.SOCK_STREAM) as client:
            client.settimeout(5)
            client.bind(("192.168.2.2", 4001))
            client.connect((FAR, 80))
            with rig.socket("unit-a", socket.AF_INET, socket.SOCK_DGRAM) as itself:
                itself.sendto(b"broker", ("127.0.0.1", 1883))
                facts = tell(rig, Wanted.CONNECTIONS)
    [found] = facts.connections
    assert facts.connections_total == 1
    assert replace(found, timeout_s=0, idle_s=0, bytes=0) == KernelConnection(
        protocol="tcp",
        source="192.168.2.2",
        source_port=4001,
        destination=FAR,
        destination_port=80,
        reply_source=FAR,
        reply_source_port=80,
        reply_destination="192.168.2.2",
        reply_destination_port=4001,
        state="ESTABLISHED",
    )
    assert found.idle_s + found.timeout_s > 0


@on_rig
def test_no_more_connections_are_told_than_anybody_reads(rig: Rig) -> None:
    active(rig)
    tracked(rig)
    more = CONNECTIONS_MAX + 50
    with rig.socket("inside", socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for port in range(1, more + 1):
            sender.sendto(b"x", (FAR, port))
    facts = tell(rig, Wanted.CONNECTIONS)
    assert len(facts.connections) == CONNECTIONS_MAX
    assert facts.connections_total > CONNECTIONS_MAX


@on_rig
def test_memory_and_load_are_asked_together_with_the_rest(rig: Rig) -> None:
    rig.prepared("unit-a")
    facts = tell(rig, Wanted.MEMORY, Wanted.CPU, Wanted.ROUTES)
    assert 0 < facts.memory_free <= facts.memory_total
    assert 0 <= facts.cpu_5s <= 100
    assert facts.routes
    assert facts.interfaces == ()


@on_rig
def test_an_interface_of_ipv6_alone_has_the_mac_of_its_persona_and_no_ipv4_address(
    rig: Rig,
) -> None:
    outside, inside = plan().personas
    alone = replace(outside, active=None, standby=None, active6=IPv6Interface("2001:db8:1::1/64"))
    plane = rig.prepared("unit-a", plan(personas=(alone, inside), routes=()))
    assert plane.assume() == Done("AssumeAddresses")
    found = {one.physical: one for one in tell(rig, Wanted.INTERFACES).interfaces}
    assert (found["Ethernet0"].mac, found["Ethernet0"].addresses) == (ACTIVE_MACS[0], ())
    assert set(found["Ethernet0"].addresses6) == {
        "2001:db8:1::1/64",
        f"{link_local(ACTIVE_MACS[0])}",
    }
    assert found["Ethernet1"].addresses6 == ()


@on_rig
def test_burned_in_macs_are_those_of_before_and_a_nic_that_is_gone_has_none(rig: Rig) -> None:
    nics = {**NICS, "Ethernet9": "eth9"}
    unknown = tuple(PhysicalInterface(physical=name, burned_in_mac="") for name in nics)
    unit = replace(facts(), interfaces=unknown)
    for prepare in (False, True):  # prepared, the NICs speak from another
        if prepare:
            rig.prepared("unit-a")
        with rig.inside("unit-a"):
            told = with_burned_in_macs(unit, nics)
        macs = {one.physical: one.burned_in_mac for one in told.interfaces}
        assert macs["Ethernet0"] == BURNED_IN["unit-a", "eth0"]
        assert macs["Ethernet1"] == BURNED_IN["unit-a", "eth1"]
        assert macs["Ethernet9"] == ""


@on_rig
def test_neighbours_by_ipv6_are_told_by_themselves(rig: Rig) -> None:
    outside, inside = plan().personas
    both = replace(outside, active6=IPv6Interface("2001:db8:1::1/64"))
    plane = rig.prepared("unit-a", plan(personas=(both, inside)))
    assert plane.assume() == Done("AssumeAddresses")
    rig.speak_ipv6("outside", "2001:db8:1::9/64")
    batch("unit-a", ["neigh replace 2001:db8:1::7 lladdr 02:00:00:00:00:07 dev e0act"])
    assert rig.ping("outside", "2001:db8:1::1")
    facts = tell(rig, Wanted.NEIGHBOURS6)
    (typed,) = [one for one in facts.neighbours6 if one.permanent]
    assert (typed.physical, typed.address, typed.mac) == (
        "Ethernet0",
        "2001:db8:1::7",
        "02:00:00:00:00:07",
    )
    assert "2001:db8:1::9" in {one.address for one in facts.neighbours6}
    assert facts.neighbours == ()
