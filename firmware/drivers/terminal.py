"""The local terminal: a Unix stream socket, its server and its two clients.

A client's first line is ``attach`` or ``exec``. After ``attach`` text flows as on a console: the
prompt comes when a line may be typed. After ``exec`` each further line is one command, taken one
after another in configuration mode, and each answer ends with a NUL byte; a program that keeps the
connection keeps its place (``interface Ethernet0``, then ``shutdown``). Lines end with a newline.
Only this user may enter. Sessions, line length and unread answers are bounded.
"""

from __future__ import annotations

import asyncio
import os
import select
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from firmware.core.management.commands import LINE_MAX
from firmware.core.management.events import (
    CommandEntered,
    Event,
    Reply,
    SessionClosed,
    SessionKind,
    SessionOpened,
)

SESSIONS_MAX = 32
FIRST_LINE_S = 5.0  # a program says attach or exec at once
ANSWER_S = 10.0  # a client waits so long; an order is answered or given up within five
UNREAD_MAX = 1 << 20  # bytes of answers a client may leave unread before it is cut off
_BYTES_MAX = 4 * LINE_MAX + 2  # a line of that many characters, at most
END = b"\0"


@dataclass(slots=True)
class _Session:
    writer: asyncio.StreamWriter
    interactive: bool
    answered: asyncio.Event = field(default_factory=asyncio.Event)


class Terminals:
    """Serves sessions on one socket; ``tell`` gets what is typed, in the loop's own thread."""

    def __init__(self, path: Path, tell: Callable[[Event], None]) -> None:
        self._path = path
        self._tell = tell
        self._sessions: dict[int, _Session] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._last = 0
        self._server: asyncio.Server | None = None
        self.refused = 0

    async def start(self) -> None:
        """Listen. Raises OSError, which names the path."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(
            self._serve, path=str(self._path), limit=_BYTES_MAX
        )
        self._path.chmod(0o600)

    async def close(self) -> None:
        """End every session and stop listening."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    def reply(self, reply: Reply) -> None:
        """Answer a session; it may be gone."""
        session = self._sessions.get(reply.session)
        if session is None:
            return
        if session.interactive:
            self._write(session, (reply.text + reply.prompt).encode(errors="replace"))
        else:
            text = reply.text.replace("\0", "?").encode(errors="replace")
            self._write(session, text + (END if reply.done else b""))
        if reply.done:
            session.answered.set()

    def console(self, text: str) -> None:
        """A line for everybody at a console."""
        for session in self._sessions.values():
            if session.interactive:
                self._write(session, f"\n{text}\n".encode(errors="replace"))

    def close_session(self, number: int) -> None:
        """The session asked to end."""
        session = self._sessions.get(number)
        if session is not None:
            session.writer.close()

    def _write(self, session: _Session, data: bytes) -> None:
        transport = session.writer.transport
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() > UNREAD_MAX:
            transport.abort()
            return
        session.writer.write(data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        number = self._last = self._last + 1
        try:
            await self._session(number, reader, writer)
        except (ConnectionError, asyncio.CancelledError, TimeoutError):
            pass  # the client left, or never said what it wants, or we leave
        except ValueError:  # the line is longer than the reader's limit
            writer.write(f"ERROR: a line of more than {LINE_MAX} characters\n".encode())
        finally:
            if self._sessions.pop(number, None) is not None:
                self._tell(SessionClosed(number))
            writer.close()
            self._tasks.discard(task)

    async def _session(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        # All connections, not sessions alone: each has a descriptor, and those are bounded too.
        if len(self._tasks) > SESSIONS_MAX:
            self.refused += 1
            writer.write(f"ERROR: {SESSIONS_MAX} sessions are open; close one\n".encode() + END)
            return
        async with asyncio.timeout(FIRST_LINE_S):
            kind = (await reader.readline()).strip()
        if kind not in (b"attach", b"exec"):
            writer.write(b"ERROR: the first line is attach or exec\n" + END)
            return
        session = _Session(writer, kind == b"attach")
        self._sessions[number] = session
        what = SessionKind.CONSOLE if session.interactive else SessionKind.PROGRAM
        self._tell(SessionOpened(number, what))
        while line := await reader.readline():
            session.answered.clear()
            text = line.decode(errors="replace").rstrip("\r\n")
            self._tell(CommandEntered(number, text))
            # The next line only when this one is answered: one command at a time.
            await session.answered.wait()
            await writer.drain()


def execute(path: Path, *lines: str, patience_s: float = ANSWER_S) -> int:
    """``fover-unit exec``: type these lines, print the answers.

    Returns 1 if one was an error, or if the unit was silent for ``patience_s`` seconds.
    """
    failed = False
    try:
        with _connected(path, patience_s) as client:
            client.sendall(b"exec\n")
            answers = client.makefile("rb")
            for line in lines:
                client.sendall(line.replace("\n", " ").encode() + b"\n")
                answer = _until_end(answers.read1)
                print(answer, end="")
                failed = failed or answer.startswith("ERROR")
    except OSError as error:
        print(_unreachable(path, error, patience_s), file=sys.stderr)
        return 1
    return int(failed)


def _until_end(read: Callable[[int], bytes]) -> str:
    answer = b""
    while not answer.endswith(END):
        piece = read(65_536)
        if not piece:
            raise OSError("the unit ended the session")
        answer += piece
    return answer[:-1].decode(errors="replace")


def attach(path: Path, *, patience_s: float = ANSWER_S) -> int:
    """``fover-unit attach``: standard input and output become a terminal session.

    Returns 1 if the unit cannot be reached, or has no prompt for us in ``patience_s`` seconds.
    """
    try:
        with _connected(path, patience_s) as client:
            client.sendall(b"attach\n")
            if not select.select([client], [], [], patience_s)[0]:
                raise TimeoutError
            client.settimeout(None)  # a person may think as long as he likes
            _pump(client)
    except OSError as error:
        print(_unreachable(path, error, patience_s), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print()
    return 0


def _pump(client: socket.socket) -> None:
    """Until the unit ends the session, or the input does and all is answered."""
    typing = sys.stdin.fileno()
    sources = [client.fileno(), typing]
    while True:
        ready, _, _ = select.select(sources, [], [])
        if client.fileno() in ready:
            text = client.recv(65_536)
            if not text:
                return
            sys.stdout.write(text.decode(errors="replace"))
            sys.stdout.flush()
        if typing in ready:
            typed = os.read(typing, 65_536)
            if typed:
                client.sendall(typed)
            else:
                client.shutdown(socket.SHUT_WR)
                sources.remove(typing)


def _connected(path: Path, patience_s: float) -> socket.socket:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(patience_s)
    try:
        client.connect(str(path))
    except OSError:
        client.close()
        raise
    return client


def _unreachable(path: Path, error: OSError, patience_s: float) -> str:
    # A full queue of connections that nobody takes says EAGAIN: it hangs as well.
    if isinstance(error, TimeoutError | BlockingIOError):
        kill = f"kill -9 $(cat {path.with_name('management.pid')})"
        return (
            f"fover-unit: {path}: no answer in {patience_s:g} s. Its management process hangs: "
            f"{kill} and it is started again; nothing else of the unit notices"
        )
    why = error.strerror or str(error)
    return f"fover-unit: {path}: {why}. Is the unit running, and are you its user?"
