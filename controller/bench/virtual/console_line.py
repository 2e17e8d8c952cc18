"""The bench's end of a unit's local terminal: one line in, its answer out; or a conversation.

``Console`` speaks the ``exec`` form of the terminal socket: lines are commands in configuration
mode, one after another; each answer ends with a NUL byte; the session keeps its place while it is
connected. ``Conversation`` speaks the ``attach`` form, as a person at a console would.
"""

from __future__ import annotations

import contextlib
import socket
import time
from pathlib import Path

from controller.bench.world import WorldError

_END = b"\0"


class Console:
    """A session that is opened when first needed, and again when the unit had ended it.

    ``appear_s`` is how long a line waits for a terminal that is not there yet, as it is not while
    a unit boots; ``answer_s`` how long for its answer.
    """

    def __init__(self, path: Path, *, appear_s: float, answer_s: float) -> None:
        self._path = path
        self._appear_s = appear_s
        self._answer_s = answer_s
        self._session: socket.socket | None = None

    def type(self, line: str) -> str:
        """Type one line; its answer. Raises WorldError if the unit does not give one."""
        until = time.monotonic() + self._appear_s
        while True:
            try:
                return self._ask(line)
            except (FileNotFoundError, ConnectionError) as error:
                self.close()
                if time.monotonic() >= until:
                    raise WorldError(f"no terminal at {self._path}: {error}") from error
            except TimeoutError as error:
                self.close()
                raise WorldError(f"{line!r}: no answer in {self._answer_s:g} s") from error
            time.sleep(0.01)

    def close(self) -> None:
        """End the session, if there is one."""
        if self._session is not None:
            self._session.close()
        self._session = None

    def _ask(self, line: str) -> str:
        fresh = self._session is None
        session = self._session or self._open()
        try:
            session.sendall(line.encode() + b"\n")
            return _answer(session)
        except ConnectionError:
            # A session of an earlier life is known to be gone only now; the line was not heard.
            if fresh:
                raise
            self.close()
            session = self._open()
            session.sendall(line.encode() + b"\n")
            return _answer(session)

    def _open(self) -> socket.socket:
        session = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        session.settimeout(self._answer_s)
        try:
            session.connect(str(self._path))
            session.sendall(b"exec\n")
        except OSError:
            with contextlib.suppress(OSError):
                session.close()
            raise
        self._session = session
        return session


class Conversation:
    """An interactive session, opened when first used and again when the unit had ended it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._session: socket.socket | None = None
        self._heard = b""

    def say(self, line: str) -> None:
        """Type a line and Enter. Raises WorldError if the unit has hung up."""
        self.heard()
        if self._session is None:
            raise WorldError(f"nobody answers at {self._path}")
        self._heard = b""
        self._session.sendall(line.encode() + b"\n")

    def heard(self) -> str:
        """All that was shown since the last line was typed; nothing while the unit boots."""
        session = self._session or self._open()
        if session is None:
            return ""
        try:
            while piece := session.recv(65_536):
                self._heard += piece
            self.close()  # the unit has hung up
        except BlockingIOError:
            pass
        except ConnectionError:
            self.close()
        return self._heard.decode(errors="replace")

    def close(self) -> None:
        """End the session, if there is one."""
        if self._session is not None:
            self._session.close()
        self._session = None

    def _open(self) -> socket.socket | None:
        session = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            session.connect(str(self._path))
            session.sendall(b"attach\n")
        except OSError:
            session.close()
            return None
        session.setblocking(False)
        self._session, self._heard = session, b""
        return session


def _answer(session: socket.socket) -> str:
    answer = b""
    while not answer.endswith(_END):
        piece = session.recv(65_536)
        if not piece:
            raise ConnectionResetError("the unit ended the session")
        answer += piece
    return answer[:-1].decode(errors="replace")
