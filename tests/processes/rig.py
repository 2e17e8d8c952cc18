"""Two ends of three wires: the unit's NICs here, the mate's in the namespace ``mate``.

eth0 and eth1 are data interfaces, eth3 is the LAN failover link. Looks with `ip`, never with the
code under test. Waiting is for an event, with a limit that only a failure reaches.
"""

import json
import os
import select
import socket
import subprocess
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from typing import Any

from firmware.core.settings import DataInterface, FailoverLink, Identity, Mode, Settings
from firmware.core.wire import frames
from firmware.core.wire.bodies import Frame
from firmware.core.wire.link import HELLO_ETHERTYPE

LIMIT_S = 20.0
NICS = ("eth0", "eth1", "eth3")
RUN, FLASH, UNIT_TOML = Path("/run/unit"), Path("/run/flash"), Path("/run/unit.toml")
FACTS = """
[unit]
chassis = "444433330001"
model = "PIX-515E"
version = "7.2(1)"
memory_mb = 128
flash_mb = 16
licence = "UR"
[paths]
flash = "/run/flash"
run = "/run/unit"
[interfaces]
Ethernet0 = "eth0"
Ethernet1 = "eth1"
Ethernet3 = "eth3"
"""


def build(more_toml: str = "") -> None:
    """The wires, a tmpfs on /run, and unit.toml."""
    ip("mount -t tmpfs rig /run", program="")
    ip("netns add mate")
    for nic in NICS:
        ip(f"link add {nic} type veth peer name {nic} netns mate")
        ip(f"-n mate link set {nic} up")
    ip("-n mate address add 10.1.0.2/24 dev eth3")
    FLASH.mkdir()
    UNIT_TOML.write_text(FACTS + more_toml, encoding="utf-8")


def ip(words: str, program: str = "ip ") -> Any:
    """Run it; what it printed, as JSON if it is."""
    done = subprocess.run((program + words).split(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}: {done.stderr}"
    return json.loads(done.stdout) if done.stdout.startswith("[") else done.stdout


def addresses(namespace: str = "") -> set[str]:
    """Every IPv4 address that can be reached: on a NIC with a signal, the unit's or the mate's."""
    where = f"-n {namespace} " if namespace else ""
    return {
        f"{info['local']}/{info['prefixlen']}"
        for link in ip(f"-j {where}-4 address show up")
        if "LOWER_UP" in link.get("flags", ())  # a link may go while `ip` looks
        for info in link["addr_info"]
    }


def carrier(nic: str) -> bool:
    """Whether the mate sees a signal on that wire."""
    (link,) = ip(f"-j -n mate link show {nic}")
    return "LOWER_UP" in link["flags"]


def until(what: str, true: Callable[[], object]) -> None:
    """Look again and again until it is true; AssertionError when the limit is reached."""
    limit = time.monotonic() + LIMIT_S
    watch = select.poll()  # nothing registered: only its time-out is wanted
    while not true():
        assert time.monotonic() < limit, f"still not so: {what}"
        watch.poll(5)


def in_mate_namespace(make: Callable[[], socket.socket]) -> socket.socket:
    """A socket made in the mate's namespace; it stays there."""
    here, there = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        _enter("/run/netns/mate")
        made = make()
        socket.send_fds(there, [b"x"], [made.fileno()])
        os._exit(0)
    _, descriptors, _, _ = socket.recv_fds(here, 1, 1)
    os.waitpid(pid, 0)
    here.close()
    there.close()
    return socket.socket(fileno=descriptors[0])


def mate_ear() -> socket.socket:
    """A UDP socket at the mate's end of the failover link."""

    def make() -> socket.socket:
        ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        ear.bind(("", 50105))
        return ear

    ear = in_mate_namespace(make)
    ear.settimeout(LIMIT_S)
    return ear


def hello_heard(nic: str) -> None:
    """Wait for a hello on that wire, at the mate's end."""

    def make() -> socket.socket:
        ear = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        ear.bind((nic, HELLO_ETHERTYPE))
        return ear

    ear = in_mate_namespace(make)
    ear.settimeout(LIMIT_S)
    ear.recv(2048)
    ear.close()


def heard(ear: socket.socket, wanted: Callable[[Frame], bool]) -> Frame:
    """The next frame like that."""
    limit = time.monotonic() + LIMIT_S
    while time.monotonic() < limit:
        frame = frames.decode(ear.recv(2048))
        if isinstance(frame, Frame) and wanted(frame):
            return frame
    raise AssertionError("nothing of the kind was said")


def settings(**changes: Any) -> Settings:
    """The pair's LAN configuration, as the failover process gets it."""
    fields: dict[str, Any] = {
        "enabled": True,
        "mode": Mode.LAN,
        "lan_identity": Identity.PRIMARY,
        "failover_link": FailoverLink(
            name="failover",
            physical="Ethernet3",
            primary=IPv4Interface("10.1.0.1/24"),
            secondary=IPv4Address("10.1.0.2"),
        ),
        "poll_unit_ms": 100,
        "hold_unit_ms": 400,
        "interfaces": (
            DataInterface(
                physical="Ethernet0",
                name="outside",
                active=IPv4Interface("172.16.1.1/16"),
                standby=IPv4Address("172.16.1.2"),
            ),
            DataInterface(
                physical="Ethernet1",
                name="inside",
                active=IPv4Interface("192.168.1.1/24"),
                standby=IPv4Address("192.168.1.2"),
            ),
        ),
    }
    return Settings(**(fields | changes))


ACTIVE = {"172.16.1.1/16", "192.168.1.1/24"}


def _enter(namespace: str) -> None:
    import ctypes

    descriptor = os.open(namespace, os.O_RDONLY)
    assert ctypes.CDLL(None).setns(descriptor, 0x40000000) == 0
    os.close(descriptor)
