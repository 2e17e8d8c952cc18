"""The local terminal: a Unix stream socket for ``fover-unit attach``, ``exec`` and the bench.

A client's first line says what it is.

``exec``: each further line is a command, taken one after another in configuration mode, and each
answer ends with a NUL byte. A program that keeps the connection keeps its place (``interface
Ethernet0``, then ``shutdown``).

``attach``: a pipe; lines in, prompts and answers out, no echo.

``attach 80x24``: a terminal of that size in raw mode; single keys in, a screen out. A NUL byte and
``100x40`` and a newline say that the size changed (a NUL that was typed is not sent).

Only the unit's user may enter. Connections, line length and unread answers are bounded.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import struct
from pathlib import Path
from typing import cast

from firmware.core.management.events import LINE_MAX, SessionKind, SessionOpened
from firmware.drivers.terminal.conversation import (
    PIPE,
    PROGRAM,
    TERMINAL,
    TOO_LONG,
    Conversation,
    Manner,
    believable,
)
from firmware.drivers.terminal.sessions import Sessions

SESSIONS_MAX = 32
FIRST_LINE_S = 5.0  # a program says attach or exec at once
FIRST_MAX = 4 * LINE_MAX  # bytes of a first line
_SIZE_MAX = 16  # bytes of a size
_FIRST = re.compile(rb"(exec|attach)(?: (\d{1,5})x(\d{1,5}))?")
_SIZE = re.compile(rb"(\d{1,5})x(\d{1,5})")


class Terminals:
    """Serves the socket at ``path``."""

    def __init__(self, path: Path, sessions: Sessions) -> None:
        self.sessions = sessions
        self.connections: set[LocalConnection] = set()
        self.refused = 0
        self._path = path
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. Raises OSError, which names the path."""
        self._path.unlink(missing_ok=True)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(
            lambda: LocalConnection(self), path=str(self._path)
        )
        self._path.chmod(0o600)

    async def close(self) -> None:
        """End every session and stop listening."""
        if self._server is not None:
            self._server.close()
        for connection in tuple(self.connections):
            connection.abort()
        while self.connections:
            await asyncio.sleep(0)
        self._path.unlink(missing_ok=True)


class LocalConnection(asyncio.Protocol):
    """One client, from its first line on."""

    def __init__(self, terminals: Terminals) -> None:
        self._terminals = terminals
        self._transport: asyncio.Transport | None = None
        self._conversation: Conversation | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._first = b""
        self._size: bytes | None = None  # of a message about the size, what came of it
        self._sized = False

    def abort(self) -> None:
        """Hang up, whatever was not sent."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody connected; a connection counts from here, whatever it says."""
        self._transport = cast(asyncio.Transport, transport)
        self._terminals.connections.add(self)
        if len(self._terminals.connections) > SESSIONS_MAX:
            self._terminals.refused += 1
            self._turn_away(f"ERROR: {SESSIONS_MAX} sessions are open; close one\n")
        elif not _is_ours(transport.get_extra_info("socket")):
            self._terminals.refused += 1
            self._turn_away("ERROR: only the unit's own user may enter\n")
        else:
            loop = asyncio.get_running_loop()
            self._patience = loop.call_later(FIRST_LINE_S, self.abort)

    def data_received(self, data: bytes) -> None:
        """Bytes, which may end anywhere."""
        if self._conversation is None:
            self._begin(data)
        elif self._sized:
            self._keys(self._conversation, data)
        else:
            self._conversation.received(data)

    def eof_received(self) -> bool:
        """It will send no more; what it sent is still answered."""
        if self._conversation is None:
            return False
        self._conversation.eof()
        return True

    def pause_writing(self) -> None:
        """It does not read fast enough."""
        if self._conversation is not None:
            self._conversation.hold(True)

    def resume_writing(self) -> None:
        """It has read."""
        if self._conversation is not None:
            self._conversation.hold(False)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        if self._patience is not None:
            self._patience.cancel()
        self._terminals.connections.discard(self)
        if self._conversation is not None:
            self._terminals.sessions.closed(self._conversation)

    def _turn_away(self, why: str) -> None:
        assert self._transport is not None
        self._transport.write(why.encode() + PROGRAM.end.encode())
        self._transport.close()

    def _begin(self, data: bytes) -> None:
        assert self._transport is not None
        self._first += data
        if self._transport.is_closing():
            return
        line, ended, rest = self._first.partition(b"\n")
        if not ended and len(line) <= FIRST_MAX:
            return
        self._first = b""
        kind = _FIRST.fullmatch(line.strip())
        if len(line) > FIRST_MAX:
            self._turn_away(TOO_LONG)
        elif kind is None or (kind[2] and kind[1] == b"exec"):
            self._turn_away("ERROR: the first line is attach or exec\n")
        else:
            self._open(kind)
            if rest:
                self.data_received(rest)

    def _open(self, kind: re.Match[bytes]) -> None:
        assert self._transport is not None
        if self._patience is not None:
            self._patience.cancel()
        self._sized = kind[2] is not None
        manner, what = _manner(kind[1], self._sized)
        width, height = believable(*_numbers(kind[2], kind[3]))
        sessions = self._terminals.sessions
        talk = self._conversation = sessions.conversation(self._transport, manner, width=width)
        sessions.opened(talk, SessionOpened(talk.number, what, width=width, height=height))

    def _keys(self, conversation: Conversation, data: bytes) -> None:
        """Keys, and between them what is said about the size."""
        while data:
            if self._size is None:
                typed, nul, data = data.partition(b"\0")
                if typed:
                    conversation.received(typed)
                self._size = b"" if nul else None
                continue
            size, ended, data = data.partition(b"\n")
            self._size = (self._size + size)[:_SIZE_MAX]
            if ended:
                said, self._size = _SIZE.fullmatch(self._size), None
                if said is not None:
                    conversation.resized(*_numbers(said[1], said[2]))


def _manner(kind: bytes, sized: bool) -> tuple[Manner, SessionKind]:
    if kind == b"exec":
        return PROGRAM, SessionKind.PROGRAM
    return (TERMINAL if sized else PIPE), SessionKind.CONSOLE


def _numbers(*texts: bytes | None) -> tuple[int, ...]:
    return tuple(int(text or b"0") for text in texts)


def _is_ours(client: socket.socket) -> bool:
    """The permissions of the path say so too, but for a moment after it was made."""
    told = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, user, _ = struct.unpack("3i", told)
    return user in (os.geteuid(), 0)
