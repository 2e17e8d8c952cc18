"""What a test of an interface hears, and whom it asks, on real NICs and with real hosts. IT-1."""

import select
import socket
import struct

import pytest

from dataplane.rig import ACTIVE_MACS, NICS, STANDBY_MACS, Rig, batch, ip, on_rig, plan, run
from firmware.core.base_mac import base_mac
from firmware.core.failover.effects import (
    AskNeighbour,
    ListenForActivity,
    PingBroadcast,
    StopListening,
)
from firmware.core.failover.events import ActivityHeard, Done
from firmware.core.settings import Identity
from firmware.drivers.netlink import InterfaceTests

PERSONA = plan().personas[1]  # inside, Ethernet1 on eth1
INSIDE = "Ethernet1"
HEARD = [ActivityHeard(INSIDE)]
HOST, EVERYBODY = "02:00:00:00:00:0a", "ff:ff:ff:ff:ff:ff"
ACTIVE, STANDBY = ACTIVE_MACS[1], STANDBY_MACS[1]
IP, ARP, HELLO, LLDP, OTHER = 0x0800, 0x0806, 0x88B5, 0x88CC, 0x9000


def frame(to: str, sender: str, kind: int, payload: bytes = bytes(46)) -> bytes:
    macs = bytes.fromhex((to + sender).replace(":", ""))
    return macs + struct.pack("!H", kind) + payload


def arp(operation: int, sender: str, target: str) -> bytes:
    return struct.pack(
        "!HHBBH6s4s6s4s",
        *(1, 0x0800, 6, 4, operation),
        *(bytes(6), socket.inet_aton(sender), bytes(6), socket.inet_aton(target)),
    )


# What, as the standby hears it, and whether it shows that somebody is there.
FRAMES = [
    ("a host's broadcast", frame(EVERYBODY, HOST, IP), True),
    ("a host's multicast", frame("01:00:5e:00:00:05", HOST, IP), True),
    ("a host's question for another host",
     frame(EVERYBODY, HOST, ARP, arp(1, "192.168.2.2", "192.168.2.9")), True),
    ("an answer to us", frame(STANDBY, HOST, ARP, arp(2, "192.168.2.2", "192.168.2.4")), True),
    ("any protocol", frame(EVERYBODY, HOST, OTHER), True),
    ("spanning tree", frame("01:80:c2:00:00:00", HOST, 0x0026), False),
    ("LACP", frame("01:80:c2:00:00:02", HOST, 0x8809), False),
    ("LLDP, its usual address", frame("01:80:c2:00:00:0e", HOST, LLDP), False),
    ("LLDP, to another address", frame("01:1b:19:00:00:00", HOST, LLDP), False),
    ("GARP", frame("01:80:c2:00:00:21", HOST, 0x0026), False),
    ("CDP", frame("01:00:0c:cc:cc:cc", HOST, 0x0050), False),
    ("PVST+", frame("01:00:0c:cc:cc:cd", HOST, 0x0032), False),
    ("a neighbour of CDP's address", frame("01:00:0c:cc:cc:ce", HOST, OTHER), True),
    ("a hello", frame("03:66:6f:76:65:72", base_mac(ACTIVE), HELLO), False),
    ("a stranger's hello", frame("03:66:6f:76:65:72", HOST, HELLO), False),
    ("the mate's broadcast", frame(EVERYBODY, ACTIVE, IP), False),
    ("the mate's ARP test",
     frame(EVERYBODY, ACTIVE, ARP, arp(1, "192.168.2.1", "192.168.2.2")), False),
    ("anything of the mate's NIC", frame(EVERYBODY, base_mac(ACTIVE), OTHER), False),
    ("our own, come back", frame(EVERYBODY, STANDBY, IP), False),
    ("our own NIC's, come back", frame(EVERYBODY, base_mac(STANDBY), OTHER), False),
    ("an answer to the mate", frame(ACTIVE, HOST, ARP, arp(2, "192.168.2.2", "192.168.2.1")),
     False),
    ("an echo reply to the mate", frame(ACTIVE, HOST, IP), False),
    ("a host that looks for the mate",
     frame(EVERYBODY, HOST, ARP, arp(1, "192.168.2.2", "192.168.2.1")), True),
    ("a host that looks for us", frame(EVERYBODY, HOST, ARP, arp(1, "192.168.2.2", "192.168.2.4")),
     True),
    ("a runt", frame(EVERYBODY, HOST, IP)[:13], False),
]  # fmt: skip


def driver_of(rig: Rig, unit: str) -> InterfaceTests:
    burned_in = {name: rig.macs(unit)[nic] for name, nic in NICS.items()}
    burned_in |= {"Ethernet1": ACTIVE if unit == "unit-a" else STANDBY}
    with rig.inside(unit):
        return InterfaceTests(NICS, burned_in)


def heard(tests: InterfaceTests, wait_ms: int) -> list[ActivityHeard]:
    poll = select.poll()
    poll.register(tests.fileno(), select.POLLIN)
    return tests.receive() if poll.poll(wait_ms) else []


def standby_listens(rig: Rig) -> InterfaceTests:
    rig.prepared("unit-b", plan(Identity.SECONDARY))
    tests = driver_of(rig, "unit-b")
    with rig.inside("unit-b"):
        tests.listen(ListenForActivity(INSIDE, PERSONA, False))
    return tests


@on_rig
def test_what_counts(rig: Rig) -> None:
    """Each frame is followed by one that counts, so that silence is no matter of patience."""
    tests = standby_listens(rig)
    switch = rig.socket("switch", socket.AF_PACKET, socket.SOCK_RAW, 0)
    switch.setblocking(False)
    marker = rig.socket("unit-b", socket.AF_PACKET, socket.SOCK_RAW, 0)
    marker.bind(("eth1", 0x9999))
    marker.settimeout(10)
    wrong = []
    for what, data, counts in FRAMES:
        with rig.inside("unit-b"):
            tests.listen(ListenForActivity(INSIDE, PERSONA, False))
        if len(data) > 14:
            switch.sendto(data, ("unit-b-in", 0))
        # One behind it, which the filter drops (the mate's NIC): when it is here, so is the other.
        switch.sendto(frame(EVERYBODY, base_mac(ACTIVE), 0x9999), ("unit-b-in", 0))
        marker.recv(100)
        if (tests.receive() == HEARD) is not (counts and len(data) > 14):
            wrong.append(what)
    tests.close()
    assert wrong == []


@on_rig
def test_it_is_told_once_and_again_when_listened_to_again(rig: Rig) -> None:
    tests = standby_listens(rig)
    assert rig.ping("inside", "192.168.2.4")
    assert heard(tests, 5_000) == HEARD
    assert rig.ping("inside", "192.168.2.4")
    assert tests.receive() == []
    with rig.inside("unit-b"):
        tests.listen(ListenForActivity(INSIDE, PERSONA, False))
    assert rig.ping("inside", "192.168.2.4")
    assert heard(tests, 5_000) == HEARD
    with rig.inside("unit-b"):
        tests.listen(ListenForActivity(INSIDE, PERSONA, False))
    tests.stop(StopListening(INSIDE))
    assert rig.ping("inside", "192.168.2.4")
    assert tests.receive() == []
    tests.close()


@on_rig
def test_the_newest_neighbour_is_asked_first_and_answers(rig: Rig) -> None:
    a = rig.prepared("unit-a", plan())
    assert a.assume() == Done("AssumeAddresses")
    assert rig.ping("inside", "192.168.2.1")
    tests = driver_of(rig, "unit-a")
    capture = rig.socket("inside", socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ARP))
    capture.settimeout(10)
    batch("unit-a", ["neigh add 192.168.2.77 lladdr 02:00:00:00:00:77 dev e1act nud stale"])
    run("ip", "-n", "inside", "address", "add", "192.168.2.77/24", "dev", "eth0")
    for turn in (0, 1):
        with rig.inside("unit-a"):
            tests.listen(ListenForActivity(INSIDE, PERSONA, True))
        tests.ask(AskNeighbour(INSIDE, PERSONA, True, turn))
        assert heard(tests, 10_000) == HEARD
    asked = []
    while len(asked) < 2:
        data = capture.recv(100)
        if data[6:12].hex(":") == ACTIVE and data[20:22] == b"\0\1" and data[28:32] != data[38:42]:
            asked.append(socket.inet_ntoa(data[38:42]))
    assert asked == ["192.168.2.77", "192.168.2.2"]
    tests.close()


@on_rig
def test_a_neighbour_that_is_not_there_is_not_asked(rig: Rig) -> None:
    a = rig.prepared("unit-a", plan())
    assert a.assume() == Done("AssumeAddresses")
    tests = driver_of(rig, "unit-a")
    tests.ask(AskNeighbour(INSIDE, PERSONA, True, 5))
    tests.ask(AskNeighbour(INSIDE, PERSONA, False, 0))
    tests.close()
    assert tests.unsent == 0
    assert not [n for n in ip("inside", "neigh") if n["dst"] == "192.168.2.4"]


@on_rig
def test_a_broadcast_ping_is_answered_where_hosts_do_and_never_by_a_unit(rig: Rig) -> None:
    a = rig.prepared("unit-a", plan(Identity.PRIMARY))
    rig.prepared("unit-b", plan(Identity.SECONDARY))
    assert a.assume() == Done("AssumeAddresses")
    tests = driver_of(rig, "unit-a")
    with rig.inside("unit-a"):
        tests.listen(ListenForActivity(INSIDE, PERSONA, True))
    tests.ping(PingBroadcast(INSIDE, PERSONA, True))
    assert heard(tests, 500) == []
    with rig.inside("inside"), open("/proc/sys/net/ipv4/icmp_echo_ignore_broadcasts", "w") as file:
        file.write("0")
    tests.ping(PingBroadcast(INSIDE, PERSONA, True))
    assert heard(tests, 10_000) == HEARD
    tests.close()


@pytest.mark.parametrize("effect", [ListenForActivity(INSIDE, None, False)])
def test_a_nic_that_is_gone_is_counted(effect: ListenForActivity) -> None:
    tests = InterfaceTests({INSIDE: "no-such-nic"}, {INSIDE: STANDBY})
    tests.listen(effect)
    tests.ping(PingBroadcast(INSIDE, PERSONA, False))
    assert (tests.missed, tests.unsent, tests.receive()) == (1, 1, [])
    tests.close()
