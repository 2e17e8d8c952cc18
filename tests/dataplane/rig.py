"""Two units, two hosts and two switches in namespaces of their own, for one test.

    inside host -- br-in -- unit-a, unit-b -- br-out -- outside host

The test runs in a forked child that enters a user, mount and network namespace first, so it needs
no root and leaves nothing behind. Looks with `ip`, never with the code under test.
"""

from __future__ import annotations

import ctypes
import functools
import json
import os
import select
import socket
import struct
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Any

import pytest

from firmware.core.failover.effects import DataPlan, Persona
from firmware.core.failover.events import CarrierChanged, Done, Failed
from firmware.core.settings import FailoverLink, Identity, StaticRoute
from firmware.drivers.netlink import DataPlane

NEW_NS, NEW_USER, NEW_NET = 0x00020000, 0x10000000, 0x40000000
UNITS, HOSTS = ("unit-a", "unit-b"), ("inside", "outside")
BURNED_IN = {
    ("unit-a", "eth0"): "00:50:54:00:0a:00",
    ("unit-a", "eth1"): "00:50:54:00:0a:01",
    ("unit-b", "eth0"): "00:50:54:00:0b:00",
    ("unit-b", "eth1"): "00:50:54:00:0b:01",
}
ACTIVE_MACS = (BURNED_IN["unit-a", "eth0"], BURNED_IN["unit-a", "eth1"])
STANDBY_MACS = (BURNED_IN["unit-b", "eth0"], BURNED_IN["unit-b", "eth1"])
NICS = {"Ethernet0": "eth0", "Ethernet1": "eth1", "Ethernet2": "eth2"}
FAR = "198.51.100.1"  # beyond the outside host, by the default route

Told = Done | Failed | CarrierChanged

_libc = ctypes.CDLL(None, use_errno=True)


def plan(identity: Identity = Identity.PRIMARY, **changes: Any) -> DataPlan:
    """The data plan of the pair; ``changes`` replace fields of DataPlan."""
    fields: dict[str, Any] = {
        "personas": (
            persona("Ethernet0", "outside", "172.16.1", 0),
            persona("Ethernet1", "inside", "192.168.2", 1),
        ),
        "routes": (
            StaticRoute(
                interface="outside",
                network=IPv4Network("0.0.0.0/0"),
                gateway=IPv4Address("172.16.1.3"),
            ),
        ),
        "links": (
            FailoverLink(
                name="fover",
                physical="Ethernet2",
                primary=IPv4Interface("10.1.0.1/24"),
                secondary=IPv4Address("10.1.0.2"),
            ),
        ),
        "identity": identity,
    }
    return DataPlan(**(fields | changes))


def persona(physical: str, name: str, network: str, nic: int, **changes: Any) -> Persona:
    """One data interface: .1 active, .4 standby."""
    fields: dict[str, Any] = {
        "physical": physical,
        "name": name,
        "active": IPv4Interface(f"{network}.1/24"),
        "standby": IPv4Interface(f"{network}.4/24"),
        "active_mac": ACTIVE_MACS[nic],
        "standby_mac": STANDBY_MACS[nic],
    }
    return Persona(**(fields | changes))


class LeasedPlane(DataPlane):
    """No core renews the lease here: it holds for as long as any test takes."""

    def assume(self) -> Done | Failed:
        answer = super().assume()
        self.lease.hold(60_000)
        return answer


class Rig:
    """The namespaces by name. Each unit has eth0 (outside), eth1 (inside), eth2 (failover)."""

    def __init__(self) -> None:
        self._planes: list[DataPlane] = []
        run("mount", "-t", "tmpfs", "rig", "/run")
        for name in (*UNITS, *HOSTS, "switch"):
            run("ip", "netns", "add", name)
        self._silence("switch")
        lines = ["link add eth2 netns unit-a type veth peer name eth2 netns unit-b"]
        for bridge in ("br-out", "br-in"):
            lines.append(
                f"link add {bridge} netns switch type bridge forward_delay 0 mcast_snooping 0"
            )
        for unit in UNITS:
            for nic, port in (("eth0", f"{unit}-out"), ("eth1", f"{unit}-in")):
                lines.append(
                    f"link add {nic} netns {unit} address {BURNED_IN[unit, nic]} "
                    f"type veth peer name {port} netns switch"
                )
        for host, port in (("inside", "host-in"), ("outside", "host-out")):
            lines.append(f"link add eth0 netns {host} type veth peer name {port} netns switch")
        batch("", lines)
        ports = [f"{x}-{y}" for x in (*UNITS, "host") for y in ("in", "out")]
        batch("switch", [f"link set {p} master br-{p.rsplit('-', 1)[1]} up" for p in ports])
        batch("switch", ["link set br-in up", "link set br-out up"])
        self._set_host("inside", "192.168.2.2/24", "192.168.2.1")
        self._set_host("outside", "172.16.1.3/24", "172.16.1.1")
        batch("outside", [f"address add {FAR}/32 dev lo"])

    def _set_host(self, host: str, address: str, gateway: str) -> None:
        self._silence(host)
        batch(host, ["link set lo up", "link set eth0 up", f"address add {address} dev eth0"])
        batch(host, [f"route add default via {gateway}"])

    def _silence(self, namespace: str) -> None:
        """No IPv6: its chatter would be frames that nobody asked for."""
        with self.inside(namespace):
            for name in ("all", "default"):
                with open(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6", "w") as file:
                    file.write("1")

    @contextmanager
    def inside(self, namespace: str) -> Iterator[None]:
        """What is opened or started here belongs to that namespace for good."""
        before = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
        try:
            _check(_libc.setns(there, NEW_NET))
            yield
        finally:
            _check(_libc.setns(before, NEW_NET))
            os.close(before)
            os.close(there)

    def plane(self, unit: str) -> DataPlane:
        """A data plane as the unit's failover process has it at its start."""
        with self.inside(unit):
            plane = LeasedPlane(NICS)
        self._planes.append(plane)
        return plane

    def prepared(self, unit: str, wanted: DataPlan | None = None) -> DataPlane:
        """And one whose first plan is in force."""
        plane = self.plane(unit)
        plane.prepare(wanted or plan())
        assert finish(plane, "PrepareDataPlane") == Done("PrepareDataPlane")
        return plane

    def socket(self, namespace: str, *kind: int) -> socket.socket:
        """A socket in that namespace."""
        with self.inside(namespace):
            return socket.socket(*kind)

    def addresses(self, unit: str) -> dict[str, list[str]]:
        """Interface -> its IPv4 addresses, where there are any."""
        found = ip(unit, "addr")
        return {
            link["ifname"]: [f"{a['local']}/{a['prefixlen']}" for a in inet]
            for link in found
            if (inet := [a for a in link["addr_info"] if a["family"] == "inet"])
            and link["ifname"] != "lo"
        }

    def up(self, unit: str) -> set[str]:
        """Interfaces that are administratively up."""
        return {link["ifname"] for link in ip(unit, "link") if "UP" in link["flags"]} - {"lo"}

    def macs(self, unit: str) -> dict[str, str]:
        """Interface -> MAC."""
        return {link["ifname"]: link["address"] for link in ip(unit, "link")}

    def hosts_arp(self) -> list[tuple[str, str, str]]:
        """Host, address, MAC: what both hosts believe."""
        return sorted(
            (host, entry["dst"], entry.get("lladdr", ""))
            for host in HOSTS
            for entry in ip(host, "neigh")
        )

    def speak_ipv6(self, host: str, *addresses: str) -> None:
        """That host has these addresses, and a link-local one; it looks for no router."""
        with self.inside(host):
            for name, value in (("addr_gen_mode", "1"), ("accept_ra", "0"), ("disable_ipv6", "0")):
                with open(f"/proc/sys/net/ipv6/conf/eth0/{name}", "w") as file:
                    file.write(value)
        batch(host, [f"address add {one} dev eth0 nodad" for one in ("fe80::3/64", *addresses)])

    def ping(self, namespace: str, address: str, *, tries: int = 10) -> bool:
        """Whether one of some echo requests is answered, a fifth of a second for each."""
        if ":" in address:
            return self._ping6(namespace, address, tries)
        with self.socket(namespace, socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as icmp:
            icmp.settimeout(0.2)
            for sequence in range(tries):
                icmp.sendto(_echo(os.getpid() & 0xFFFF, sequence), (address, 0))
                with suppress(TimeoutError):
                    while icmp.recvfrom(2048)[0][20] != 0:
                        pass
                    return True
        return False

    def _ping6(self, namespace: str, address: str, tries: int) -> bool:
        kind = socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6
        # Inside, for "%eth0" is a name of that namespace.
        with self.inside(namespace), socket.socket(*kind) as icmp:
            icmp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
            icmp.settimeout(0.2)
            for sequence in range(tries):
                with suppress(TimeoutError, OSError):  # nobody there, or no way there
                    icmp.sendto(struct.pack("!BBHHH", 128, 0, 0, 7, sequence), (address, 0))
                    while icmp.recvfrom(2048)[0][0] != 129:
                        pass
                    return True
        return False

    def close(self) -> None:
        for plane in self._planes:
            plane.close()


def _echo(identifier: int, sequence: int) -> bytes:
    total = 0x0800 + identifier + sequence
    checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    return struct.pack("!BBHHH", 8, 0, checksum, identifier, sequence)


def finish(plane: DataPlane, effect: str) -> Done | Failed:
    """Wait for the outcome of a slow effect."""
    for event in _until(plane, lambda e: isinstance(e, Done | Failed) and e.effect == effect):
        if isinstance(event, Done | Failed):
            return event
    raise AssertionError(f"no outcome of {effect} in 10 s")


def carrier(plane: DataPlane, physical: str, *, up: bool) -> None:
    """Wait until the data plane has told of it, or knew it before."""
    if dict(plane.carriers())[physical] == up:
        return
    wanted = CarrierChanged(physical, up)
    assert _until(plane, lambda e: e == wanted), f"{wanted} never came"


def _until(plane: DataPlane, hit: Callable[[Told], bool]) -> list[Told]:
    poll = select.poll()
    poll.register(plane.fileno(), select.POLLIN)
    while poll.poll(10_000):
        found = [event for event in plane.receive() if hit(event)]
        if found:
            return found
    return []


def ip(namespace: str, *arguments: str) -> Any:
    """`ip -j` in that namespace."""
    output = run("ip", "-n", namespace, "-d", "-j", *arguments)
    return json.loads(output or "[]")


def batch(namespace: str, lines: list[str]) -> None:
    """`ip -batch` in that namespace."""
    where = ["-n", namespace] if namespace else []
    run("ip", *where, "-batch", "-", stdin="\n".join(lines))


def run(*command: str, stdin: str = "") -> str:
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr or done.stdout}"
    return done.stdout


def on_rig(test: Callable[[Rig], None]) -> Callable[[], None]:
    """Run the test with a rig, in a child of its own namespaces; its failure fails the test."""

    @functools.wraps(test)
    def wrapper() -> None:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            os._exit(_in_child(test, write))
        os.close(write)
        with os.fdopen(read) as pipe:
            report = pipe.read()
        _, status = os.waitpid(child, 0)
        if report.startswith("skip:"):
            pytest.skip(report.removeprefix("skip:"))
        assert status == 0, report

    del wrapper.__wrapped__  # pytest must not see the argument
    return wrapper


def _in_child(test: Callable[[Rig], None], write: int) -> int:
    try:
        try:
            _enter()
        except PermissionError as error:
            os.write(write, f"skip:user namespaces are refused here: {error}".encode())
            return 0
        rig = Rig()
        try:
            test(rig)
        finally:
            rig.close()
        return 0
    except BaseException:
        os.write(write, traceback.format_exc().encode())
        return 1
    finally:
        sys.stdout.flush()


def _enter() -> None:
    uid, gid = os.getuid(), os.getgid()
    _check(_libc.unshare(NEW_USER | NEW_NS | NEW_NET))
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"0 {uid} 1"),
        ("gid_map", f"0 {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(line)
    # Nothing mounted here is seen outside.
    _check(_libc.mount(b"none", b"/", None, 0x44000, None))


def _check(result: int) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
