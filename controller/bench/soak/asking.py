"""Who answers ARP for an address: asked from a host, every answer counted.

    python -m controller.bench.soak.asking NIC ADDRESS SENDER

Runs in a host's namespace; prints the MACs that answer, each once. The host's own table neither
helps nor learns: requests and answers are raw frames.
"""

from __future__ import annotations

import socket
import struct
import sys
import time
from ipaddress import IPv4Address

REQUESTS, LISTEN_S = 3, 0.15
_ARP = 0x0806
_FRAME = struct.Struct("!6s6sHHHBBH6s4s6s4s")


def request(mac: bytes, sender: IPv4Address, address: IPv4Address) -> bytes:
    """Who has the address? Tell the sender."""
    front = (b"\xff" * 6, mac, _ARP, 1, 0x0800, 6, 4, 1)
    return _FRAME.pack(*front, mac, sender.packed, bytes(6), address.packed)


def answered(frame: bytes, address: IPv4Address) -> str:
    """The MAC that a frame says has the address; empty if it says no such thing."""
    if len(frame) < _FRAME.size:
        return ""
    fields = _FRAME.unpack_from(frame)
    if fields[2] != _ARP or fields[7] != 2 or fields[9] != address.packed:
        return ""
    return ":".join(f"{byte:02x}" for byte in fields[8])


def main() -> None:
    """Ask, listen, print."""
    nic, address, sender = sys.argv[1], IPv4Address(sys.argv[2]), IPv4Address(sys.argv[3])
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ARP)) as link:
        link.bind((nic, _ARP))
        mac = link.getsockname()[4]  # /sys is of another namespace: it would tell a strange one
        found: set[str] = set()
        for _ in range(REQUESTS):
            link.send(request(mac, sender, address))
            found |= _heard(link, address)
    print("\n".join(sorted(found)))


def _heard(link: socket.socket, address: IPv4Address) -> set[str]:
    found, until = set[str](), time.monotonic() + LISTEN_S
    while (left := until - time.monotonic()) > 0:
        link.settimeout(left)
        try:
            mac = answered(link.recv(2048), address)
        except TimeoutError:
            break
        if mac:
            found.add(mac)
    return found


if __name__ == "__main__":
    main()
