"""One echo request from a unit, watched for at the switch's port of whoever should get it."""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import sys
import time
from ipaddress import IPv6Address, ip_address

from controller.bench.hosts import HOSTS
from controller.bench.virtual.network import DATA, host_port, port, run
from controller.bench.virtual.packet_ring import PacketRing
from controller.bench.virtual.processes import Processes
from controller.bench.world import Unit

WAIT_S = 3.0  # a neighbour that does not answer is asked again a second later
_IPV4_ICMP, _REQUEST, _REQUEST6 = 1, 8, 128


def holder_of(address: str) -> Unit | None:
    """The unit that has the address on one of its interfaces now."""
    for unit in Unit:
        shown = run(["ip", "-n", unit.value, "-j", "address", "show", "up", "to", address])
        if any(link.get("addr_info") for link in json.loads(shown)):
            return unit
    return None


def echo(processes: Processes, unit: Unit, address: str) -> str:
    """Send one request from the unit. Empty: its holder's port carried it. Else why not."""
    host = next((host for host in HOSTS if address in (host.address, host.address6)), None)
    holder = holder_of(address) if host is None else host.name
    if holder is None or holder is unit:
        return f"{address} is held by {holder or 'nobody'}, so {unit} has nobody to ask"
    if host is not None:
        ports = [host_port(host)]
    else:
        ports = [port(Unit(holder), f"eth{ethernet}") for ethernet in DATA]
    rings = [PacketRing(name, outgoing=True) for name in ports]
    try:
        asking = processes.start_module(
            f"echo-{unit}", ["controller.bench.virtual.echo", address], netns=unit.value
        )
        until = time.monotonic() + WAIT_S
        seen = False
        while not seen and (left := until - time.monotonic()) > 0:
            select.select(rings, [], [], left)
            frames = [frame for ring in rings for _, frame in ring.frames()]
            seen = any(_is_request(frame, ip_address(address).packed) for frame in frames)
        processes.end(asking)
    finally:
        for ring in rings:
            ring.close()
    if seen:
        return ""
    return f"{unit} asked {address}, and no request reached {holder}\n{asking.tail()}"


def _is_request(frame: bytes, address: bytes) -> bool:
    """Whether an Ethernet frame is an echo request to that address (no options in between)."""
    if len(address) == len(IPv6Address(0).packed):
        asks = frame[20:21] == bytes([socket.IPPROTO_ICMPV6]) and frame[54:55] == bytes([_REQUEST6])
        return asks and frame[12:14] == b"\x86\xdd" and frame[38:54] == address
    return (
        frame[12:14] == b"\x08\x00"
        and frame[23:24] == bytes([_IPV4_ICMP])
        and frame[30:34] == address
        and frame[34:35] == bytes([_REQUEST])
    )


def request(number: int) -> bytes:
    """An ICMP echo request with its checksum."""
    body = struct.pack("!BBHHH", _REQUEST, 0, 0, os.getpid() & 0xFFFF, number) + b"fover"
    words = body + b"\0" * (len(body) % 2)
    total = sum(struct.unpack(f"!{len(words) // 2}H", words))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return body[:2] + struct.pack("!H", ~total & 0xFFFF) + body[4:]


def main() -> None:
    """Send one request to the address given, from wherever this process runs."""
    if ":" in sys.argv[1]:
        kind = socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6
        with socket.socket(*kind) as icmp:  # the kernel fills the checksum in
            asked = struct.pack("!BBHHH", _REQUEST6, 0, 0, os.getpid() & 0xFFFF, 1)
            icmp.sendto(asked, (sys.argv[1], 0))
        return
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as icmp:
        icmp.sendto(request(1), (sys.argv[1], 0))


if __name__ == "__main__":
    main()
