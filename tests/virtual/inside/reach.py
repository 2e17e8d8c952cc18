"""Sockets of other namespaces, and frames to tell them apart by."""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import socket
from collections.abc import Iterator

from controller.bench.virtual import network as net
from controller.bench.world import Unit

_LIBC = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000
ALL = 0x0300  # ETH_P_ALL in network order
BROADCAST, MULTICAST = b"\xff" * 6, b"\x03\0\0\0\0\1"
HELLO, OTHER = b"\x88\xb5", b"\x88\xb6"
WAIT_S = 5.0


@contextlib.contextmanager
def namespace(name: str) -> Iterator[None]:
    """What is opened within belongs to that network namespace, and stays there."""
    own = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{name}", os.O_RDONLY)
    try:
        assert _LIBC.setns(there, _CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        yield
    finally:
        _LIBC.setns(own, _CLONE_NEWNET)
        os.close(own)
        os.close(there)


def wire_end(name: str, nic: str) -> socket.socket:
    """A raw socket on a NIC of a namespace."""
    with namespace(name):
        raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        raw.bind((nic, 3))
        return raw


def raise_nics() -> None:
    """Both units' NICs that lead anywhere, up."""
    for unit in Unit:
        net.batch(("ip", "-n", unit), [f"link set eth{number} up" for number in net.SWITCHES])


def say(end: socket.socket, to: bytes, source: bytes, text: bytes, kind: bytes = OTHER) -> None:
    """Send one frame. A crossover that is cut tells a raw socket so, and nobody else."""
    frame = to + source + kind + text.ljust(46, b"\0")
    # What never came is told from what was heard, so a refusal needs no look at its number.
    with contextlib.suppress(OSError):
        end.send(frame)


def heard_before(end: socket.socket, marker: bytes) -> list[bytes]:
    """The texts of our frames that came in before the marker, which must come."""
    heard: list[bytes] = []
    while True:
        ready, _, _ = select.select([end], [], [], WAIT_S)
        assert ready, f"{marker!r} never came; heard {heard}"
        frame, address = end.recvfrom(2048)
        text = frame[14:].rstrip(b"\0")
        if address[2] == socket.PACKET_OUTGOING or frame[12:14] not in (HELLO, OTHER):
            continue
        if text == marker:
            return heard
        heard.append(text)
