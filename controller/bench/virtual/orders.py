"""Orders from the bench to a process of its own, which obeys before it answers.

JSON objects over a SOCK_SEQPACKET socket in the file system: one packet an order, one an answer.
"""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from controller.bench.world import WorldError

_ANSWER_S = 5.0
_PACKET_BYTES = 65_536
REFUSALS = (ValueError, KeyError, TypeError, AttributeError, RuntimeError)
Order = dict[str, Any]


class Orders:
    """The bench's end."""

    def __init__(self, whose: str, path: Path) -> None:
        """To the process that listens at ``path``; ``whose`` names it in an error."""
        self._whose = whose
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(_ANSWER_S)
        self._socket.connect(str(path))

    def give(self, order: Order) -> Order:
        """Return the answer when it has been obeyed. Raises WorldError."""
        try:
            self._socket.send(json.dumps(order).encode())
            answer: Order = json.loads(self._socket.recv(_PACKET_BYTES))
        except (OSError, ValueError) as error:
            raise WorldError(f"{self._whose} does not answer: {error}") from error
        if "error" in answer:
            raise WorldError(f"{self._whose} refused {order}: {answer['error']}")
        return answer

    def close(self) -> None:
        """Let go of it; what was ordered stays."""
        self._socket.close()


class Desk:
    """The process's end: where orders arrive. Any number of benches may have one open."""

    def __init__(self, path: Path, obey: Callable[[Order], Order]) -> None:
        """What ``obey`` cannot do it raises as one of REFUSALS, and the bench is told."""
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(str(path))
        self._listener.listen(4)
        self._clients: list[socket.socket] = []
        self._obey = obey

    @property
    def sockets(self) -> list[socket.socket]:
        """Those to wait for."""
        return [self._listener, *self._clients]

    def serve(self, ready: socket.socket) -> None:
        """One of ``sockets`` has something to read."""
        if ready is self._listener:
            self._clients.append(ready.accept()[0])
            return
        packet = ready.recv(_PACKET_BYTES)
        if not packet:
            self._clients.remove(ready)
            ready.close()
            return
        try:
            answer = self._obey(json.loads(packet))
        except REFUSALS as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        with contextlib.suppress(OSError):  # a client that left needs no answer
            ready.send(json.dumps(answer).encode())
