"""A terminal client that behaves as badly as it can: the unit answers the next one."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest

from firmware.drivers.terminal import SESSIONS_MAX
from tests.virtual.inside.pair.living import P, Pair

CONNECTIONS, ANSWER_S = 1000, 10.0


@pytest.fixture(scope="module", autouse=True)
def serving(pair: Pair, no_violation: None) -> Iterator[None]:
    """None of it changes a role."""
    pair.serve("cable")
    with pair.unmoved():
        yield


@pytest.fixture(autouse=True)
def the_next_is_answered(pair: Pair) -> Iterator[None]:
    yield
    pair.until(lambda: "Serial Number" in ask(pair, b"exec\nshow version\n"))


def connected(pair: Pair) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(ANSWER_S)
    client.connect(str(pair.world.units[P].terminal))
    return client


def ask(pair: Pair, said: bytes) -> str:
    """Say this; what is answered until the unit has no more to say."""
    answer = b""
    with connected(pair) as client:
        # A unit that will hear no more hangs up while we speak; what it said before counts.
        with contextlib.suppress(ConnectionError):
            client.sendall(said)
            client.shutdown(socket.SHUT_WR)  # an attached session ends with its input
        with contextlib.suppress(ConnectionError):
            while not answer.endswith(b"\0") and (piece := client.recv(65_536)):
                answer += piece
    return answer.decode(errors="replace")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"exec\n" + b"x" * (1 << 20) + b"\n", "ERROR: a line of more than 510 characters"),
        (b"attach\n" + b"x" * (1 << 20) + b"\n", "ERROR: a line of more than 510 characters"),
        (b"exec\nshow\0failover\0\n", "ERROR: control characters in the line"),
        (b"exec\nhostname \x1b[2J\x07\n", "ERROR: control characters in the line"),
        (b"exec\nhostname \xff\xfe\x80\n", "is no host name"),
        (b"\xff\xfe\n", "ERROR: the first line is attach or exec"),
        (b"\xff" * 200_000, "ERROR: a line of more than 510 characters"),
    ],
    ids=["megabyte", "megabyte-attached", "nul", "escapes", "not-utf-8", "no-kind", "endless"],
)
def test_nonsense_is_answered(pair: Pair, said: bytes, answer: str) -> None:
    assert answer in ask(pair, said)


def test_clients_that_leave_in_the_middle(pair: Pair) -> None:
    for said in (b"exec\nshow run", b"exec\n" + b"show running-config\n" * 500, b"atta", b""):
        for _ in range(10):
            with connected(pair) as client:
                client.sendall(said)


def test_a_thousand_connections(pair: Pair) -> None:
    clients, refused = [], 0
    with contextlib.ExitStack() as stack:
        for _ in range(CONNECTIONS):
            client = stack.enter_context(socket.socket(socket.AF_UNIX))
            client.setblocking(False)
            try:
                client.connect(str(pair.world.units[P].terminal))
            except BlockingIOError:  # the unit accepts at its own pace
                refused += 1
                pair.world.run(1)
            else:
                clients.append(client)
        assert len(clients) + refused == CONNECTIONS
        assert len(clients) > SESSIONS_MAX
        told = f"ERROR: {SESSIONS_MAX} sessions are open".encode()
        pair.until(lambda: _heard(clients[-1]).startswith(told))


def _heard(client: socket.socket) -> bytes:
    try:
        return client.recv(1000, socket.MSG_PEEK)
    except BlockingIOError:
        return b""
