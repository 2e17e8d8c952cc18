"""A raw route-netlink socket: a prepared batch out in one send, its refusals back.

The kernel carries out the whole of a send before the send returns, each message even if one before
it was refused. Only the last message asks for an acknowledgement; a refusal comes unasked.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
from collections.abc import Container
from dataclasses import dataclass

from firmware.drivers.netlink.messages import (
    HEADER,
    NLM_F_ACK,
    NLM_F_DUMP,
    NLM_F_REQUEST,
    RTM_GETADDR,
    RTM_GETLINK,
    RTM_GETNEIGH,
    Address,
    Link,
    Message,
    Neighbour,
    address_query,
    link_name,
    link_query,
    neighbour_query,
    read_address,
    read_link,
    read_link_state,
    read_neighbour,
)

_NLMSG_ERROR, _NLMSG_DONE = 2, 3
_SOL_NETLINK, _NETLINK_CAP_ACK = 270, 10
_ERRNO = struct.Struct("=i")
_SIOCGIFNAME, _IFREQ = 0x8910, struct.Struct("16si20x")
_RECEIVE = 65536
_MOST_IN_ONE_SEND = 128 * 1024  # below the default send buffer, whatever the number of routes


@dataclass(frozen=True, slots=True)
class Batch:
    """Encoded messages, ready to be sent; ``messages[n]`` has sequence number n + 1."""

    messages: tuple[Message, ...]
    parts: tuple[tuple[bytes, int], ...]  # encoded, and the last sequence number within


def batch(messages: list[Message]) -> Batch:
    """Encode once, send often."""
    parts: list[tuple[bytes, int]] = []
    data = b""
    for sequence, message in enumerate(messages, 1):
        last = sequence == len(messages) or len(data) > _MOST_IN_ONE_SEND
        flags = NLM_F_REQUEST | message.flags | (NLM_F_ACK if last else 0)
        length = HEADER.size + len(message.body)
        padding = b"\0" * (-length % 4)
        data += HEADER.pack(length, message.kind, flags, sequence, 0) + message.body + padding
        if last:
            parts.append((data, sequence))
            data = b""
    return Batch(tuple(messages), tuple(parts))


class RouteSocket:
    """One conversation with the kernel. Used by one thread at a time."""

    def __init__(self) -> None:
        self._socket = socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE
        )
        # A refusal need not carry the request back.
        self._socket.setsockopt(_SOL_NETLINK, _NETLINK_CAP_ACK, 1)
        self._socket.bind((0, 0))
        self._read_links: dict[bytes, Link] = {}

    def send(self, prepared: Batch, forgiven: tuple[int, ...] = ()) -> list[str]:
        """Carry it out. What the kernel refused, in words; empty when all is as asked, but for
        refusals with an errno that is ``forgiven``."""
        refused: list[str] = []
        for data, last in prepared.parts:
            try:
                self._socket.send(data)
                self._collect(prepared.messages, last, refused, forgiven)
            except OSError as error:
                refused.append(f"{prepared.messages[last - 1].what}: {error.strerror}")
        return refused

    def links(self) -> list[Link]:
        """Every interface of this network namespace."""
        # Asked five times a second, and hardly ever different: 250 NICs and their personas take
        # 20 ms to read, which another thread would have to wait for.
        read = self._read_links
        bodies = self._dump(RTM_GETLINK, link_query())
        self._read_links = {body: read.get(body) or read_link(body) for body in bodies}
        return list(self._read_links.values())

    def link(self, name: str) -> Link | None:
        """That interface; None where there is none."""
        query = link_query(name)
        header = HEADER.pack(HEADER.size + len(query), RTM_GETLINK, NLM_F_REQUEST, 0, 0)
        self._socket.send(header + query)
        ((answer, _, body),) = split(self._socket.recv(_RECEIVE))
        return None if answer == _NLMSG_ERROR else read_link(body)

    def has(self, index: int) -> bool:
        """Whether there is an interface of that index. Waits for nobody."""
        try:
            fcntl.ioctl(self._socket, _SIOCGIFNAME, _IFREQ.pack(b"", index))
        except OSError:
            return False
        return True

    def states(self, names: Container[str]) -> list[Link]:
        """Those interfaces, their names and flags alone: of a thousand in some 6 ms."""
        found = self._dump(RTM_GETLINK, link_query())
        return [read_link_state(body) for body in found if link_name(body) in names]

    def addresses(self) -> list[tuple[int, Address]]:
        """Every IPv4 and IPv6 address, with the index of its interface."""
        found = self._dump(RTM_GETADDR, address_query())
        return [one for body in found if (one := read_address(body)) is not None]

    def neighbours(self, index: int, most: int, family: int = socket.AF_INET) -> list[Neighbour]:
        """Hosts that interface knows the MAC of; no more than ``most``."""
        found = self._dump(RTM_GETNEIGH, neighbour_query(index, family))
        return [n for body in found[:most] if (n := read_neighbour(body)) is not None]

    def close(self) -> None:
        """The end."""
        self._socket.close()

    def _collect(
        self,
        messages: tuple[Message, ...],
        last: int,
        refused: list[str],
        forgiven: tuple[int, ...],
    ) -> None:
        while True:
            # The answers are queued before send returns; one that is missing must not hang us.
            data = self._socket.recv(_RECEIVE, socket.MSG_DONTWAIT)
            for kind, sequence, body in split(data):
                if kind != _NLMSG_ERROR:
                    continue
                code = -_ERRNO.unpack_from(body)[0]
                message = messages[sequence - 1]
                if code and code not in message.harmless + forgiven:
                    refused.append(f"{message.what}: {os.strerror(code)}")
                if sequence == last:
                    return

    def _dump(self, kind: int, query: bytes) -> list[bytes]:
        header = HEADER.pack(HEADER.size + len(query), kind, NLM_F_REQUEST | NLM_F_DUMP, 0, 0)
        self._socket.send(header + query)
        found: list[bytes] = []
        while True:
            for answer, _, body in split(self._socket.recv(_RECEIVE)):
                if answer == _NLMSG_DONE:
                    return found
                if answer == _NLMSG_ERROR:
                    code = -_ERRNO.unpack_from(body)[0]
                    raise OSError(code, os.strerror(code))
                found.append(body)


def split(data: bytes) -> list[tuple[int, int, bytes]]:
    """The messages of one datagram: type, sequence number, body."""
    found: list[tuple[int, int, bytes]] = []
    offset = 0
    while offset + HEADER.size <= len(data):
        length, kind, _, sequence, _ = HEADER.unpack_from(data, offset)
        if length < HEADER.size:
            break
        found.append((kind, sequence, data[offset + HEADER.size : offset + length]))
        offset += (length + 3) & ~3
    return found
