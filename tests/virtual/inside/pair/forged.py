"""Frames of ours that no unit of the pair said, as they look on a wire."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator

from controller.bench.virtual.recording import HELLO_ETHERTYPE, LAN_PORT
from firmware.core.settings import Identity
from firmware.core.wire import frames
from firmware.core.wire.bodies import Body, Frame, Header, Hello, UnitState

GROUP = bytes.fromhex("03666f766572")
SOURCE = bytes.fromhex("020000000099")


def frame(body: Body, boot: int, echo: int = 0, sequence: int = 1) -> bytes:
    return frames.encode(Frame(Header(sequence, boot, echo), body))


def hello(chassis: int, *, failed: bool = False, state: UnitState = UnitState.ACTIVE) -> Hello:
    return Hello(
        identity=Identity.SECONDARY,
        state=state,
        chassis=chassis,
        configured=True,
        hears_link=True,
        holding=True,
        failed=failed,
    )


def datagram(data: bytes) -> bytes:
    """As Ethernet: a UDP broadcast to the failover port, without a checksum."""
    udp = struct.pack(">HHHH", LAN_PORT, LAN_PORT, 8 + len(data), 0) + data
    source, to = bytes((10, 1, 0, 77)), bytes((255, 255, 255, 255))
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, source, to)
    total = sum(struct.unpack(">10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    head = head[:10] + struct.pack(">H", checksum) + head[12:]
    return b"\xff" * 6 + SOURCE + b"\x08\x00" + head + udp


def raw(data: bytes) -> bytes:
    """As Ethernet: what is said on a data interface."""
    return GROUP + SOURCE + HELLO_ETHERTYPE + data


def boots(seed: int) -> Iterator[int]:
    """Random boot numbers, none of them 0."""
    chance = random.Random(seed)
    while True:
        yield chance.getrandbits(63) | 1
