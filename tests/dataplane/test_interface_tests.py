"""What a NIC under test hears: frames of a wire, and whether they count. IT-1."""

from __future__ import annotations

import select
import socket
import struct
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from dataplane.rig import Rig, batch, on_rig, persona
from firmware.core.failover.effects import ListenForActivity, Persona, StopListening
from firmware.core.failover.events import ActivityHeard
from firmware.drivers.netlink import InterfaceTests

OUTSIDE = persona("Ethernet0", "outside", "172.16.1", 0)
ACTIVE, STANDBY = OUTSIDE.active_mac, OUTSIDE.standby_mac
ACTIVE_BASE, STANDBY_BASE = "06:50:54:00:0a:00", "06:50:54:00:0b:00"
OWN = STANDBY_BASE  # of a secondary
HOST, OTHER_HOST, EVERYBODY = "02:00:00:00:00:77", "02:00:00:00:00:88", "ff:ff:ff:ff:ff:ff"
HELLO_GROUP = "03:66:6f:76:65:72"
IP, ARP, IPV6, LENGTH = 0x0800, 0x0806, 0x86DD, 0x0026  # up to 0x05ff: a length, 802.3
VLAN = "8100"
STANDBY_UNIT, ACTIVE_UNIT = False, True


def frame(to: str, source: str, ethertype: int, rest: bytes = bytes(46), tag: str = "") -> bytes:
    macs = bytes.fromhex((to + source + tag).replace(":", ""))
    return macs + struct.pack("!H", ethertype) + rest


def arp(operation: int, sender: str, target: str, to: str = EVERYBODY, mac: str = HOST) -> bytes:
    rest = struct.pack("!HHBBH", 1, IP, 6, 4, operation)
    rest += bytes.fromhex(mac.replace(":", "")) + IPv4Address(sender).packed
    rest += bytes(6) + IPv4Address(target).packed
    return frame(to, mac, ARP, rest + bytes(18))


def igmp(sender: str) -> bytes:
    head = struct.pack("!BBHIBBH", 0x46, 0xC0, 40, 0, 1, 2, 0) + IPv4Address(sender).packed
    return frame("01:00:5e:00:00:16", HOST, IP, head + bytes(30))


def ipv6(sender: str, following: int) -> bytes:
    """To all nodes; behind the header ICMPv6 (58), or options for every hop (0)."""
    head = struct.pack("!IHBB", 6 << 28, 8, following, 255) + IPv6Address(sender).packed
    return frame("33:33:00:00:00:01", HOST, IPV6, head + IPv6Address("ff02::1").packed + bytes(8))


class Row(NamedTuple):
    what: str
    frame: bytes
    counts: bool


ON_A_STANDBY = (
    Row("a host speaks to us", frame(STANDBY, HOST, IP), True),
    Row("a host speaks to our base MAC", frame(OWN, HOST, ARP), True),
    Row("a broadcast of a host", frame(EVERYBODY, HOST, IP), True),
    Row("a multicast of a router", frame("01:00:5e:00:00:05", HOST, IP), True),
    Row("IPv6 of a host", ipv6("fe80::77", 58), True),
    Row("MLD of a host", ipv6("fe80::77", 0), True),
    Row("a host that has no address yet", ipv6("::", 58), True),
    Row("MLD of a switch", ipv6("::", 0), False),
    Row("a host speaks to another, flooded", frame(OTHER_HOST, HOST, IP), True),
    Row("an 802.3 frame to somebody", frame(OTHER_HOST, HOST, LENGTH), True),
    Row("nothing but a header", frame(EVERYBODY, HOST, 0x1234, b""), True),
    Row("IP cut short", frame(EVERYBODY, HOST, IP, bytes(9)), False),
    Row("a priority, no VLAN", frame(STANDBY, HOST, IP, tag=VLAN + "e000"), True),
    Row("another VLAN", frame(EVERYBODY, HOST, IP, tag=VLAN + "0005"), False),
    Row("another VLAN, priority", frame(EVERYBODY, HOST, IP, tag=VLAN + "e005"), False),
    Row(
        "another VLAN in a tunnel", frame(EVERYBODY, HOST, IP, tag="88a80007810000000"[:16]), False
    ),
    # Link-local control
    Row("spanning tree", frame("01:80:c2:00:00:00", HOST, LENGTH), False),
    Row("pause", frame("01:80:c2:00:00:01", HOST, 0x8808), False),
    Row("LACP", frame("01:80:c2:00:00:02", HOST, 0x8809), False),
    Row("802.1X", frame("01:80:c2:00:00:03", HOST, 0x888E), False),
    Row("802.1X to one station", frame(STANDBY, HOST, 0x888E), False),
    Row("LLDP", frame("01:80:c2:00:00:0e", HOST, 0x88CC), False),
    Row("LLDP to another group", frame("01:1b:19:00:00:00", HOST, 0x88CC), False),
    Row("the last reserved group", frame("01:80:c2:00:00:0f", HOST, IP), False),
    Row("CFM", frame("01:80:c2:00:00:3f", HOST, 0x8902), False),
    Row("MVRP", frame("01:80:c2:00:00:21", HOST, 0x88F5), False),
    Row("the group after those", frame("01:80:c2:00:00:40", HOST, IP), True),
    Row("CDP", frame("01:00:0c:cc:cc:cc", HOST, LENGTH), False),
    Row("PVST+", frame("01:00:0c:cc:cc:cd", HOST, LENGTH), False),
    Row("PVST+ in its VLAN", frame("01:00:0c:cc:cc:cd", HOST, LENGTH, tag=VLAN + "0005"), False),
    Row("loopback test of a switch", frame(HOST, HOST, 0x9000), False),
    Row("IGMP of a switch", igmp("0.0.0.0"), False),
    Row("IGMP of a host", igmp("172.16.1.3"), True),
    # The pair itself
    Row("a hello of the mate", frame(HELLO_GROUP, ACTIVE_BASE, 0x88B5), False),
    Row("a hello of whomever", frame(HELLO_GROUP, HOST, 0x88B5), False),
    Row("the mate's active persona", frame(EVERYBODY, ACTIVE, ARP), False),
    Row("the mate's base MAC", frame(EVERYBODY, ACTIVE_BASE, IP), False),
    Row("our persona, back from a switch", frame(EVERYBODY, STANDBY, ARP), False),
    Row("our base MAC, back from a switch", frame(EVERYBODY, OWN, IP), False),
    Row("the mate speaks to us", frame(STANDBY, ACTIVE, IP), False),
    # Answers to the mate
    Row("to the mate, flooded", frame(ACTIVE, HOST, IP), False),
    Row("to the mate's base MAC, flooded", frame(ACTIVE_BASE, HOST, ARP), False),
    Row("ARP answer to the mate", arp(2, "172.16.1.3", "172.16.1.1", to=ACTIVE), False),
    Row("a host asks everybody for the mate", arp(1, "172.16.1.3", "172.16.1.1"), True),
    Row("a host must find us", arp(1, "172.16.1.3", "172.16.1.4"), True),
    Row("a host must find another", arp(1, "172.16.1.3", "172.16.1.9"), True),
    Row("a host greets all", arp(1, "172.16.1.3", "172.16.1.3"), True),
)
ON_AN_ACTIVE = (
    Row("a host speaks to us", frame(ACTIVE, HOST, IP), True),
    Row("a host asks everybody for us", arp(1, "172.16.1.3", "172.16.1.1"), True),
    Row("to the mate, flooded", frame(STANDBY, HOST, IP), False),
    Row("to the mate's base MAC, flooded", frame(ACTIVE_BASE, HOST, ARP), False),
    Row("the mate's standby persona", frame(EVERYBODY, STANDBY, ARP), False),
    Row("spanning tree", frame("01:80:c2:00:00:00", HOST, LENGTH), False),
)
WITHOUT_ADDRESSES = (
    Row("a broadcast of a host", frame(EVERYBODY, HOST, IP), True),
    Row("a MAC of whom we know nothing", frame(EVERYBODY, ACTIVE, IP), True),
    Row("our base MAC, back from a switch", frame(EVERYBODY, OWN, IP), False),
    Row("a hello of the mate", frame(HELLO_GROUP, ACTIVE_BASE, 0x88B5), False),
    Row("LLDP", frame("01:80:c2:00:00:0e", HOST, 0x88CC), False),
)


class Wire:
    """A NIC under test in unit-a, and the far end of its wire."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.make()
        with rig.inside("unit-a"):
            self.tests = InterfaceTests(
                {"Ethernet0": "nic0", "Ethernet1": "nic1"},
                {"Ethernet0": STANDBY, "Ethernet1": STANDBY},
                serving=lambda: False,
            )
        self.connect()

    def make(self) -> None:
        with (
            self.rig.inside("unit-a"),
            open("/proc/sys/net/ipv6/conf/default/disable_ipv6", "w") as file,
        ):
            file.write("1")  # nobody speaks here but us
        lines = [f"link add nic0 address {OWN} type veth peer name far0"]
        batch("unit-a", [*lines, "link set nic0 up", "link set far0 up"])

    def connect(self) -> None:
        self._far = self.rig.socket("unit-a", socket.AF_PACKET, socket.SOCK_RAW, 0)
        self._far.bind(("far0", 0))
        self._seen = self.rig.socket("unit-a", socket.AF_PACKET, socket.SOCK_RAW, 0)
        self._seen.bind(("nic0", 3))

    def say(self, data: bytes) -> None:
        """One frame, and wait until the kernel is through with it."""
        barrier = frame(HELLO_GROUP, HOST, 0x88B5, b"barrier" + bytes(39))
        self._far.send(data)
        self._far.send(barrier)
        while self._seen.recv(2048) != barrier:
            pass

    def listen(self, listened: Persona | None = OUTSIDE, *, holding: bool = STANDBY_UNIT) -> None:
        with self.rig.inside("unit-a"):
            self.tests.do(ListenForActivity("Ethernet0", listened, holding))
            self.tests.pump(0)

    def close(self) -> None:
        self.tests.close()
        self._far.close()
        self._seen.close()

    def heard(self) -> bool:
        """Whether it tells of activity, which it does once."""
        readable = bool(select.select([self.tests], [], [], 0)[0])
        events = self.tests.receive()
        assert events in ([], [ActivityHeard("Ethernet0")])
        assert readable or not events
        assert self.tests.receive() == []
        return bool(events)


def shown(rig: Rig, table: tuple[Row, ...], listened: Persona | None, *, holding: bool) -> None:
    wire = Wire(rig)
    found = {}
    for row in table:
        wire.listen(listened, holding=holding)
        wire.say(row.frame)
        found[row.what] = wire.heard()
    assert found == {row.what: row.counts for row in table}
    assert wire.tests.counts.missed == 0
    wire.close()


@on_rig
def test_on_a_standby(rig: Rig) -> None:
    shown(rig, ON_A_STANDBY, OUTSIDE, holding=STANDBY_UNIT)


@on_rig
def test_on_an_active_unit(rig: Rig) -> None:
    shown(rig, ON_AN_ACTIVE, OUTSIDE, holding=ACTIVE_UNIT)


@on_rig
def test_on_an_interface_without_addresses(rig: Rig) -> None:
    shown(rig, WITHOUT_ADDRESSES, None, holding=STANDBY_UNIT)


COUNTS = frame(EVERYBODY, HOST, IP)


@on_rig
def test_what_does_not_count_does_not_wake(rig: Rig) -> None:
    wire = Wire(rig)
    wire.listen()
    for row in ON_A_STANDBY:
        if not row.counts:
            wire.say(row.frame)
    assert not select.select([wire.tests], [], [], 0)[0]
    wire.close()


@on_rig
def test_heard_once_until_asked_again(rig: Rig) -> None:
    wire = Wire(rig)
    wire.say(COUNTS)
    assert not wire.heard(), "nobody asked"
    wire.listen()
    assert not wire.heard(), "what came before is not heard"
    for _ in range(3):
        wire.say(COUNTS)
    assert wire.heard()
    wire.say(COUNTS)
    assert not wire.heard(), "once"
    batch("unit-a", ["link set nic0 down"])
    assert not wire.heard(), "an error is no activity, and what else is there is not asked for"
    batch("unit-a", ["link set nic0 up"])
    wire.connect()
    wire.listen()
    wire.say(COUNTS)
    wire.listen()  # begins anew: what was not told yet is forgotten
    assert not wire.heard()
    wire.say(COUNTS)
    assert wire.heard()
    wire.close()


@on_rig
def test_stopped_is_stopped(rig: Rig) -> None:
    wire = Wire(rig)
    wire.listen()
    wire.say(COUNTS)
    wire.tests.do(StopListening("Ethernet0"))
    wire.tests.do(StopListening("Ethernet1"))  # never begun
    wire.tests.pump(0)
    assert not wire.heard()
    wire.listen()
    wire.say(COUNTS)
    assert wire.heard()
    wire.close()


@on_rig
def test_what_we_send_is_not_heard(rig: Rig) -> None:
    wire = Wire(rig)
    wire.listen()
    with rig.socket("unit-a", socket.AF_PACKET, socket.SOCK_RAW, 0) as ours:
        ours.sendto(COUNTS, ("nic0", 0))
    wire.say(frame(HELLO_GROUP, ACTIVE_BASE, 0x88B5))
    assert not wire.heard()
    wire.close()


@on_rig
def test_frames_for_a_persona_are_heard_on_the_nic_whether_it_is_up_or_not(rig: Rig) -> None:
    wire = Wire(rig)
    add = f"link add link nic0 name e0stby address {STANDBY} type macvlan mode vepa"
    batch("unit-a", [add, "link set e0stby up"])
    for state in ("up", "down"):
        batch("unit-a", [f"link set e0stby {state}"])
        wire.listen()
        wire.say(frame(STANDBY, HOST, IP))
        assert wire.heard(), state
    wire.close()


@on_rig
def test_a_nic_that_goes_down_is_heard_again_when_it_is_up(rig: Rig) -> None:
    wire = Wire(rig)
    wire.listen()
    batch("unit-a", ["link set nic0 down"])
    assert not wire.heard()
    batch("unit-a", ["link set nic0 up"])
    assert not wire.heard()
    wire.connect()
    wire.say(COUNTS)
    assert wire.heard()
    wire.close()


@on_rig
def test_a_nic_that_vanishes_and_returns(rig: Rig) -> None:
    wire = Wire(rig)
    wire.listen()
    batch("unit-a", ["link del nic0"])
    assert not wire.heard()
    assert not select.select([wire.tests], [], [], 0)[0], "a lost NIC keeps nobody awake"
    wire.listen()
    assert (wire.tests.counts.missed, wire.heard()) == (1, False)
    wire.make()
    wire.connect()
    wire.listen()
    wire.say(COUNTS)
    assert wire.heard()
    wire.close()


@on_rig
def test_a_nic_that_is_not_there_is_counted_and_hears_nothing(rig: Rig) -> None:
    wire = Wire(rig)
    wire.tests.do(ListenForActivity("Ethernet1", OUTSIDE, STANDBY_UNIT))
    wire.tests.pump(0)
    wire.say(COUNTS)
    assert (wire.heard(), wire.tests.counts.missed) == (False, 1)
    wire.close()


@on_rig
def test_many_verbs_are_taken_up_a_few_at_a_time(rig: Rig) -> None:
    wire = Wire(rig)
    with rig.inside("unit-a"):
        for _ in range(100):
            wire.tests.do(ListenForActivity("Ethernet0", OUTSIDE, STANDBY_UNIT))
        wire.tests.pump(0)
        assert 0 < wire.tests.counts.listened < 100
        while wire.tests.next_due_ns() is not None:
            wire.tests.pump(0)
        assert wire.tests.counts.listened == 100
        for _ in range(5000):
            wire.tests.do(StopListening("Ethernet7"))
        assert wire.tests.counts.dropped > 0
    wire.close()
