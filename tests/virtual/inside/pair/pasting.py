"""Lines pasted at a unit's local terminal, as fast as it takes them, and the answers in order."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Sequence

from controller.bench.player import refused
from controller.bench.world import Unit
from tests.virtual.inside.pair.living import Pair

_PIECE, _PATIENCE_S = 65_536, 60.0


def connected(pair: Pair, unit: Unit, kind: str = "exec") -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(_PATIENCE_S)
    client.connect(str(pair.world.units[unit].terminal))
    client.sendall(f"{kind}\n".encode())
    return client


def paste(client: socket.socket, lines: Sequence[str]) -> list[str]:
    """All at once; the answer to each. ConnectionError if the unit hangs up before the last."""
    left = memoryview("".join(f"{line}\n" for line in lines).encode())
    answers, pending = list[bytes](), b""
    client.setblocking(False)
    poll = select.poll()  # more descriptors may be open than select knows
    until = time.monotonic() + _PATIENCE_S
    while len(answers) < len(lines):
        poll.register(client, select.POLLIN | (select.POLLOUT if left else 0))
        happened = dict(poll.poll(1000)).get(client.fileno(), 0)
        if left and happened & select.POLLOUT:
            left = left[client.send(left[:_PIECE]) :]
        if happened & (select.POLLIN | select.POLLHUP):
            piece = client.recv(_PIECE)
            if not piece:
                raise ConnectionError(f"hung up after {len(answers)} of {len(lines)} answers")
            *whole, pending = (pending + piece).split(b"\0")
            answers += whole
            until = time.monotonic() + _PATIENCE_S  # as long as it answers at all
        assert time.monotonic() < until, f"silent after {len(answers)} of {len(lines)} answers"
    client.setblocking(True)
    client.settimeout(_PATIENCE_S)
    return [answer.decode(errors="replace") for answer in answers]


def typed(pair: Pair, unit: Unit, *lines: str) -> str:
    """In a session of its own; the last answer. Every line but the last must be taken."""
    with connected(pair, unit) as client:
        answers = paste(client, lines)
    assert not [answer for answer in answers[:-1] if refused(answer)], answers
    return answers[-1]


def running(pair: Pair, unit: Unit, beginning: str) -> list[str]:
    """The lines of the unit's running configuration that begin so, in order."""
    shown = typed(pair, unit, "show running-config")
    return [line for line in shown.splitlines() if line.startswith(beginning)]


def resident_kb(pair: Pair, unit: Unit) -> int:
    """The most memory the unit's management process ever had."""
    run = pair.world.units[unit].terminal.parent
    pid = int((run / "management.pid").read_text())
    status = (run.parents[-1] / "proc" / str(pid) / "status").read_text()
    return int(next(row.split()[1] for row in status.splitlines() if row.startswith("VmHWM")))
