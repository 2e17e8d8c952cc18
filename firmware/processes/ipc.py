"""What the processes of a unit say to each other, and the sockets they say it by.

One message is one SOCK_SEQPACKET packet: a dataclass as JSON with its class name under "kind".
Enums cross by value, bytes in base64, addresses as text. Whatever does not fit is counted and
dropped; nothing read from a socket raises. A message larger than ``MESSAGE_MAX`` is a mistake of
ours and asserts. ``send`` never blocks: what the kernel will not take waits in a bounded queue
(call ``flush`` when the socket is writable; ``send`` and ``receive`` try by themselves), and what
the queue will not take is dropped and counted.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface
from pathlib import Path
from typing import Any, get_args

import msgspec

from firmware.core.failover.effects import (
    DeliverMessage,
    LatchIdentity,
    Log,
    OrderAnswered,
    Publish,
    ResetReplication,
    StartSync,
    StateChanged,
)
from firmware.core.failover.events import (
    MessageQueued,
    OrderGiven,
    SettingsChanged,
    SnapshotWanted,
    SyncEnded,
    SyncWanted,
)
from firmware.core.management.events import Fenced, ProcessEnded, Reload, SwitchMoved
from firmware.core.settings import Identity

MESSAGE_MAX = 128 * 1024  # bytes of one packet
QUEUE_MAX = 1024  # packets waiting for the kernel
RECEIVE_MAX = 64  # packets taken in one go, so that a talkative end starves nobody
DESCRIPTORS_MAX = 32


@dataclass(frozen=True, slots=True)
class BootFacts:
    """Management to failover, first of all: the identity last latched in flash."""

    latched: Identity | None
    goes_on: bool = False  # it was latched, or in use, since the unit was switched on


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Failover to supervisor: once a round and at least every tick."""


@dataclass(frozen=True, slots=True)
class Fencing:
    """Failover to supervisor: what to take down, and how often to look."""

    base_nics: tuple[str, ...]
    tick_ms: int  # 5 to 100


@dataclass(frozen=True, slots=True)
class NoticeFrame:
    """One pre-sealed frame. Without a host it is written to the descriptor as it is."""

    channel: str
    data: bytes
    host: str = ""  # a UDP socket that is not connected: send it there
    port: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """Failover to supervisor: what to say if it fences. One descriptor per frame, in order."""

    frames: tuple[NoticeFrame, ...]


Message = (
    BootFacts
    | SettingsChanged
    | OrderGiven
    | MessageQueued
    | SyncEnded
    | SyncWanted
    | SnapshotWanted
    | StateChanged
    | Log
    | OrderAnswered
    | DeliverMessage
    | StartSync
    | ResetReplication
    | Publish
    | LatchIdentity
    | Heartbeat
    | Fencing
    | Notice
    | SwitchMoved
    | ProcessEnded
    | Fenced
    | Reload
)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A packet that is none of our messages, and why. Counted, never raised."""

    why: str


_ADDRESSES = (IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface)


def _encode_address(value: object) -> str:
    if isinstance(value, _ADDRESSES):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} does not cross between processes")


def _decode_address(kind: type, value: object) -> Any:
    if kind in _ADDRESSES and isinstance(value, str):
        return _address(kind, value)
    raise ValueError(f"{value!r} is no {kind.__name__}")


@lru_cache(maxsize=2048)  # of 250 interfaces: all come again with every change of the settings
def _address(kind: type, text: str) -> Any:
    return kind(text)


class _Kind(msgspec.Struct):
    kind: str


_encoder = msgspec.json.Encoder(enc_hook=_encode_address)
_kind_decoder = msgspec.json.Decoder(_Kind)
_decoders: dict[str, msgspec.json.Decoder[Message]] = {
    message.__name__: msgspec.json.Decoder(message, dec_hook=_decode_address)
    for message in get_args(Message)
}


def encode(message: Message) -> bytes:
    """The packet of one message."""
    kind = type(message).__name__
    assert kind in _decoders, f"{kind} is not in the list of messages between processes"
    body: bytes = _encoder.encode(message)
    head = b'{"kind":"' + kind.encode() + b'"'
    packet = head + (b"}" if body == b"{}" else b"," + body[1:])
    assert len(packet) <= MESSAGE_MAX, f"{kind} of {len(packet)} bytes; slice it"
    return packet


def decode(packet: bytes) -> Message | Unknown:
    """The message of one packet, its types checked. Never raises."""
    try:
        kind = _kind_decoder.decode(packet).kind
        decoder = _decoders.get(kind)
        return Unknown(f"no message {kind!r}") if decoder is None else decoder.decode(packet)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        return Unknown(str(error))


class Connection:
    """One end of a SOCK_SEQPACKET socket. Never blocks, never raises on what the other end did.

    ``closed`` turns true when the other end is gone. ``dropped`` counts packets we could not send,
    ``malformed`` packets we could not read, ``why_malformed`` is the last reason.
    """

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._queue: deque[tuple[bytes, tuple[int, ...]]] = deque()
        self._descriptors: list[int] = []
        self.closed = False
        self.dropped = 0
        self.malformed = 0
        self.why_malformed = ""

    def fileno(self) -> int:
        """The descriptor to wait on; -1 once closed."""
        return self._socket.fileno()

    @property
    def pending(self) -> int:
        """Packets that wait for the kernel; wait for writability while there are any."""
        return len(self._queue)

    def send(self, message: Message, descriptors: tuple[int, ...] = ()) -> bool:
        """Queue one message; descriptors are duplicated to the other end. False: dropped."""
        if self.closed or len(self._queue) >= QUEUE_MAX:
            self.dropped += 1
            return False
        # The queue owns its own copies: the caller may close its descriptors after this call.
        owned = tuple(os.dup(descriptor) for descriptor in descriptors)
        self._queue.append((encode(message), owned))
        self.flush()
        return True

    def flush(self) -> None:
        """Hand the kernel what it will take."""
        while self._queue and not self.closed:
            packet, descriptors = self._queue[0]
            try:
                if descriptors:
                    socket.send_fds(self._socket, [packet], list(descriptors))
                else:
                    self._socket.send(packet)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                self._hang_up()
                return
            self._queue.popleft()
            _close_all(descriptors)

    def _hang_up(self) -> None:
        """The other end is gone. The descriptor stays until ``receive`` has said so: closed here,
        its number would be somebody else's while a selector still knows it as ours."""
        for _, descriptors in self._queue:
            _close_all(descriptors)
        self._queue.clear()
        with contextlib.suppress(OSError):  # it may be shut down already
            self._socket.shutdown(socket.SHUT_RDWR)

    def receive(self) -> list[Message]:
        """Every message that has arrived, at most ``RECEIVE_MAX``; empty when there is none."""
        self.flush()
        messages: list[Message] = []
        for _ in range(RECEIVE_MAX):
            if self.closed:
                break
            packet = self._read()
            if packet is None:
                break
            message = decode(packet)
            if isinstance(message, Unknown):
                self.malformed += 1
                self.why_malformed = message.why
            else:
                messages.append(message)
        return messages

    def take_descriptors(self) -> list[int]:
        """Descriptors that came along, oldest first; the caller owns and closes them."""
        taken, self._descriptors = self._descriptors, []
        return taken

    def close(self) -> None:
        """Let go of the socket and of all it held. Safe to call twice."""
        self.closed = True
        self._socket.close()
        for _, descriptors in self._queue:
            _close_all(descriptors)
        self.dropped += len(self._queue)
        self._queue.clear()
        _close_all(self.take_descriptors())

    def _read(self) -> bytes | None:
        """One packet, or None when there is none; closes at the end of the file."""
        try:
            packet, descriptors, _, _ = socket.recv_fds(
                self._socket, MESSAGE_MAX + 1, DESCRIPTORS_MAX
            )
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            packet, descriptors = b"", []
        if not packet:
            # The descriptors of a last message stay with the caller until it closes.
            self.closed = True
            return None
        room = DESCRIPTORS_MAX - len(self._descriptors)
        self._descriptors.extend(descriptors[:room])
        _close_all(descriptors[room:])
        return packet


class Listener:
    """Listens on a Unix socket that only this user may enter. ``accept`` gives connections."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.unlink(missing_ok=True)  # left by a process that was killed
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.setblocking(False)
        try:
            self._socket.bind(str(path))
            path.chmod(0o600)
            self._socket.listen(8)
        except OSError as error:
            self._socket.close()
            raise OSError(error.errno, f"cannot listen: {error.strerror}", str(path)) from error

    def fileno(self) -> int:
        """The descriptor to wait on."""
        return self._socket.fileno()

    def accept(self) -> Connection | None:
        """The next one that knocks, or None."""
        try:
            sock, _ = self._socket.accept()
        except OSError:  # nobody, or gone again
            return None
        return Connection(sock)

    def close(self) -> None:
        """Stop listening and remove the socket's name."""
        self._socket.close()
        self._path.unlink(missing_ok=True)


def connect(path: Path) -> Connection | None:
    """A connection to the process that listens there; None while nobody does."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    sock.setblocking(False)
    try:
        sock.connect(str(path))
    except OSError:
        sock.close()
        return None
    return Connection(sock)


def pair() -> tuple[Connection, Connection]:
    """Two ends joined: the heartbeat socket, and tests."""
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    return Connection(here), Connection(there)


def _close_all(descriptors: tuple[int, ...] | list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
