"""Five echo requests, one after another, without the `ping` program. Needs CAP_NET_RAW."""

from __future__ import annotations

import asyncio
import fcntl
import os
import socket
import struct
import time
from collections.abc import Sequence

from firmware.core.wire.internet import checksum

REQUESTS = 5
WAIT_S = 2.0  # for each answer
SIZE = 100  # bytes of a request, its IP header included
_ECHO = struct.Struct("!BBHHH")  # type, code, checksum, identifier, sequence
_REQUEST, _REPLY = 8, 0
_IP_HEADER = 20
_SIOCGIFFLAGS, _UP_AND_RUNNING = 0x8913, 0x41  # linux/sockios.h, linux/if.h
_IFREQ = struct.Struct("16sH22x")


async def ping(address: str, devices: Sequence[str] = ()) -> tuple[int | None, ...]:
    """Milliseconds each answer took, None for one that did not come. Raises OSError.

    ``devices``: the request leaves by the first of these that is up; none: as routed.
    """
    loop = asyncio.get_running_loop()
    answers: list[int | None] = []
    flags = socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
    with socket.socket(socket.AF_INET, flags, socket.IPPROTO_ICMP) as wire:
        if devices:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, _up(wire, devices).encode())
        identifier = int.from_bytes(os.urandom(2), "big")
        for sequence in range(REQUESTS):
            sent_s = time.monotonic()
            await loop.sock_sendto(wire, request(identifier, sequence), (address, 0))
            try:
                async with asyncio.timeout(WAIT_S):
                    while not answers_to(await loop.sock_recv(wire, 2048), identifier, sequence):
                        pass
            except TimeoutError:
                answers.append(None)
            else:
                answers.append(max(1, round((time.monotonic() - sent_s) * 1000)))
    return tuple(answers)


def request(identifier: int, sequence: int) -> bytes:
    """One echo request."""
    payload = bytes(SIZE - _IP_HEADER - _ECHO.size)
    head = _ECHO.pack(_REQUEST, 0, 0, identifier, sequence)
    return _ECHO.pack(_REQUEST, 0, checksum(head + payload), identifier, sequence) + payload


def answers_to(packet: bytes, identifier: int, sequence: int) -> bool:
    """Whether an IP packet is the answer to that request."""
    start = (packet[0] & 15) * 4 if packet else 0
    if len(packet) < start + _ECHO.size or not start:
        return False
    kind, _, _, theirs, number = _ECHO.unpack_from(packet, start)
    return (kind, theirs, number) == (_REPLY, identifier, sequence)


def _up(wire: socket.socket, devices: Sequence[str]) -> str:
    # Asked of a socket: /sys may show another network namespace than ours.
    for device in devices:
        try:
            answer = fcntl.ioctl(wire, _SIOCGIFFLAGS, _IFREQ.pack(device.encode(), 0))
        except OSError:
            continue
        if _IFREQ.unpack(answer)[1] & _UP_AND_RUNNING == _UP_AND_RUNNING:
            return device
    raise OSError(0, "that interface is down")
