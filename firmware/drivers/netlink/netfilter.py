"""The few nftables messages fover says itself, packed by hand, and the socket that says them.

`nft` does the rest (drivers/nftables.py). What is here it cannot do: a table that lives as long as
the process that made it, which is the *owner* of its socket. A batch is one transaction: all of it,
or nothing.
"""

from __future__ import annotations

import fcntl
import os
import resource
import socket
import struct
from dataclasses import dataclass

from firmware.drivers.netlink.messages import HEADER, NLM_F_ACK, NLM_F_REQUEST
from firmware.drivers.netlink.rtnl import split

INGRESS, EGRESS = 0, 1  # hooks of the netdev family
OWNED = 2  # NFT_TABLE_F_OWNER: the table goes with the socket
UPDATE, DELETE = 1, 2  # what a packet does to an element
REGISTER = 8  # any will do: no rule here needs two values at once

_NETFILTER, _NFTABLES, _NETDEV = 12, 10, 5
_BEGIN, _END, _ERROR = 0x10, 0x11, 2
_NEW_TABLE, _DELETE_TABLE, _NEW_CHAIN, _DELETE_CHAIN = 0, 2, 3, 5
_NEW_RULE, _NEW_SET = 6, 9
_CREATE, _APPEND = 0x400, 0x800
_NESTED = 0x8000
_TIMEOUTS_BY_PACKETS = 0x10 | 0x20  # NFT_SET_TIMEOUT, NFT_SET_EVAL
_TYPE_MARK, _META_MARK = 19, 3
_KEY_BYTES = 4
_ERRNO = struct.Struct("=i")
_FAMILY = struct.Struct("!BBH")  # family, version, resource
_RECEIVE = 65536
_LAST_DESCRIPTOR = 1022  # one below the heartbeat's (processes/failover.py)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of a batch."""

    kind: int
    flags: int
    body: bytes
    what: str


class NetfilterSocket:
    """Asks the kernel, batch by batch. What it owns goes when it is closed, or its process dies.

    A dead process's files are closed from the highest descriptor down, and packet sockets take 10
    to 20 ms each: this one must not come after them.
    """

    def __init__(self) -> None:
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC
        with socket.socket(socket.AF_NETLINK, kind, _NETFILTER) as first:
            first.bind((0, 0))
            highest = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 2
            wanted = min(highest, _LAST_DESCRIPTOR)
            last = fcntl.fcntl(first.fileno(), fcntl.F_DUPFD_CLOEXEC, wanted)
        self._socket = socket.socket(fileno=last)

    @property
    def port(self) -> int:
        """The kernel's number of this socket: no two of a network namespace have the same."""
        return int(self._socket.getsockname()[0])

    def send(self, asks: list[Ask]) -> list[str]:
        """One transaction. What the kernel refused, in words; empty when all was done."""
        data = _envelope(_BEGIN, 0)
        for number, ask in enumerate(asks, 1):
            flags = NLM_F_REQUEST | ask.flags | (NLM_F_ACK if number == len(asks) else 0)
            length = HEADER.size + _FAMILY.size + len(ask.body)
            data += HEADER.pack(length, _NFTABLES << 8 | ask.kind, flags, number, 0)
            data += _FAMILY.pack(_NETDEV, 0, 0) + ask.body
        self._socket.send(data + _envelope(_END, len(asks) + 1))
        return self._refused(asks)

    def close(self) -> None:
        """And with it go the tables it owns."""
        self._socket.close()

    def _refused(self, asks: list[Ask]) -> list[str]:
        """The answers are queued before send returns; one that is missing must not hang us."""
        refused: list[str] = []
        while True:
            try:
                data = self._socket.recv(_RECEIVE, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return refused or ["the kernel did not answer"]
            for kind, number, body in split(data):
                if kind != _ERROR:
                    continue
                code = -_ERRNO.unpack_from(body)[0]
                if code:
                    what = asks[number - 1].what if number else "the transaction"
                    refused.append(f"{what}: {os.strerror(code)}")
                if number in (0, len(asks)):
                    return refused


# Requests


def new_table(name: str, flags: int = 0) -> Ask:
    """Make it unless it is there."""
    return Ask(_NEW_TABLE, _CREATE, _text(1, name) + _u32(2, flags), f"add table {name}")


def delete_table(name: str) -> Ask:
    """With all that is in it."""
    return Ask(_DELETE_TABLE, 0, _text(1, name), f"delete table {name}")


def new_set(table: str, name: str, most: int) -> Ask:
    """Elements of four bytes, added by packets, each with a time to live."""
    body = _text(1, table) + _text(2, name) + _u32(3, _TIMEOUTS_BY_PACKETS)
    body += _u32(4, _TYPE_MARK) + _u32(5, _KEY_BYTES) + _nest(9, _u32(1, most)) + _u32(10, 1)
    return Ask(_NEW_SET, _CREATE, body, f"add set {name}")


def new_chain(
    table: str, name: str, hook: int | None = None, priority: int = 0, devices: tuple[str, ...] = ()
) -> Ask:
    """All that passes ``hook`` of the devices goes through it. ``None``: only a name."""
    body = _text(1, table) + _text(3, name)
    if hook is not None:
        names = _nest(4, *(_text(1, device) for device in devices))
        body += _nest(4, _u32(1, hook), _u32(2, priority), names) + _text(7, "filter")
    side = {INGRESS: " on ingress", EGRESS: " on egress", None: ""}[hook]
    return Ask(_NEW_CHAIN, _CREATE, body, f"add chain {name}{side}")


def delete_chain(table: str, name: str) -> Ask:
    """With its rules."""
    return Ask(_DELETE_CHAIN, 0, _text(1, table) + _text(3, name), f"delete chain {name}")


def new_rule(table: str, chain: str, *expressions: bytes) -> Ask:
    """Behind those that are there. An expression that does not hold ends the rule."""
    body = _text(1, table) + _text(2, chain) + _nest(4, *expressions)
    return Ask(_NEW_RULE, _CREATE | _APPEND, body, f"add rule to {chain}")


# Expressions


def load(value: bytes) -> bytes:
    """That value into the register."""
    return _expression("immediate", _u32(1, REGISTER), _nest(2, _attribute(1, value)))


def load_frame(offset: int, length: int) -> bytes:
    """Bytes of the frame, from its Ethernet header on."""
    where = (_u32(2, 0), _u32(3, offset), _u32(4, length))
    return _expression("payload", _u32(1, REGISTER), *where)


def load_mark() -> bytes:
    """The packet's mark into the register."""
    return _expression("meta", _u32(1, REGISTER), _u32(2, _META_MARK))


def store_mark() -> bytes:
    """The register into the packet's mark."""
    return _expression("meta", _u32(2, _META_MARK), _u32(3, REGISTER))


def mask(keep: int, flip: int = 0) -> bytes:
    """``register = register & keep ^ flip``"""
    what = (_nest(4, _attribute(1, _word(keep))), _nest(5, _attribute(1, _word(flip))))
    return _expression("bitwise", _u32(1, REGISTER), _u32(2, REGISTER), _u32(3, 4), *what)


def equals(value: bytes) -> bytes:
    """Go on only if the register holds that."""
    return _expression("cmp", _u32(1, REGISTER), _u32(2, 0), _nest(3, _attribute(1, value)))


def is_in(name: str) -> bytes:
    """Go on only if the register is an element that lives."""
    return _expression("lookup", _text(1, name), _u32(2, REGISTER))


def change(name: str, operation: int, milliseconds: int = 0) -> bytes:
    """Put the register in for that long from now, or take it out; by the packet, without a lock."""
    lives = _attribute(6, struct.pack("!Q", milliseconds)) if milliseconds else b""
    return _expression("dynset", _text(1, name), _u32(3, operation), _u32(4, REGISTER), lives)


def drop() -> bytes:
    """The packet's end."""
    return _expression("immediate", _u32(1, 0), _nest(2, _nest(2, _u32(1, 0))))


def _word(value: int) -> bytes:
    """As registers hold a mark."""
    return struct.pack("=I", value & 0xFFFF_FFFF)


def _attribute(kind: int, data: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)


def _nest(kind: int, *inside: bytes) -> bytes:
    return _attribute(kind | _NESTED, b"".join(inside))


def _text(kind: int, text: str) -> bytes:
    return _attribute(kind, text.encode() + b"\0")


def _u32(kind: int, value: int) -> bytes:
    return _attribute(kind, struct.pack("!I", value))


def _expression(name: str, *attributes: bytes) -> bytes:
    return _nest(1, _text(1, name), _nest(2, *attributes))


def _envelope(kind: int, number: int) -> bytes:
    header = HEADER.pack(HEADER.size + _FAMILY.size, kind, NLM_F_REQUEST, number, 0)
    return header + _FAMILY.pack(0, 0, _NFTABLES)
