"""SSH clients that behave as badly as they can: the unit answers the next one, and serves."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncssh
import pytest

from controller.bench.virtual import network as net
from controller.bench.world import Unit
from tests.virtual.inside.pair.living import P, Pair, S
from tests.virtual.inside.pair.pasting import running, typed

USER, PASSWORD, ENABLE = "operator", "Bench-Word-1", "cisco"
ANOTHER = "192.0.2.66"
PORT, SLOW, PASTED, PATIENCE_S = 22, 1000, 2000, 60.0


@pytest.fixture(scope="module", autouse=True)
def serving(pair: Pair, no_violation: None) -> Iterator[None]:
    """None of it changes a role."""
    pair.serve("lan")
    typed(pair, P, f"username {USER} password {PASSWORD} privilege 15", "show version")
    pair.until(lambda: bool(running(pair, S, f"username {USER}")))
    pair.until(lambda: all(listens(unit) for unit in Unit))
    with pair.unmoved():
        yield


def listens(unit: Unit) -> bool:
    with socket.socket() as client:
        return client.connect_ex((net.MANAGEMENT_ADDRESS[unit], PORT)) == 0


@pytest.fixture(autouse=True)
def the_next_is_answered(pair: Pair) -> Iterator[None]:
    yield
    assert "Serial Number" in asyncio.run(told(P, b"show version\n"))
    assert "Serial Number" in typed(pair, P, "show version")


@contextlib.asynccontextmanager
async def configuring(unit: Unit) -> AsyncIterator[Any]:
    """A terminal session in configuration mode; its process."""
    async with asyncio.timeout(PATIENCE_S):
        connection = await asyncssh.connect(
            net.MANAGEMENT_ADDRESS[unit], username=USER, password=PASSWORD, known_hosts=None
        )
        async with connection:
            process = await connection.create_process(term_type="vt100", encoding=None)
            await heard(process, b"> ")
            for said, prompt in (("enable", b"Password: "), (ENABLE, b"# ")):
                process.stdin.write(said.encode() + b"\n")
                await heard(process, prompt)
            process.stdin.write(b"terminal pager 0\nconfigure terminal\n")
            await heard(process, b"(config)# ")
            yield process


async def heard(process: Any, ending: bytes) -> str:
    """What the session shows until it shows that."""
    shown = b""
    while ending not in shown:
        piece = await process.stdout.read(65_536)
        assert piece, f"the session ended, and no {ending!r} in {shown[-2000:]!r}"
        shown += piece
    return shown.decode(errors="replace")


async def told(unit: Unit, said: bytes) -> str:
    """What comes of these bytes in configuration mode, up to the end of a line typed after them."""
    async with configuring(unit) as process:
        process.stdin.write(said + b"show clock\n")
        return await heard(process, b"UTC")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"x" * (1 << 20) + b"\n", "ERROR: a line of more than 510 characters"),
        (b"hostname \xff\xfe\x80\n", "is no host name"),
        (b"show\0version\n", "# "),
        (b"\0\x02\x07\x1b[" * 2000 + b"\x15", "# "),
    ],
    ids=["megabyte", "not-utf-8", "nul", "control"],
)
def test_nonsense_is_answered(pair: Pair, said: bytes, answer: str) -> None:
    assert answer in asyncio.run(told(P, said))
    assert running(pair, P, "hostname") == ["hostname pix"]


def test_half_a_line_of_somebody_who_is_gone_is_nobodys(pair: Pair) -> None:
    async def leave() -> None:
        async with configuring(P) as process:
            process.stdin.write(b"hostname half")
            await heard(process, b"hostname half")

    asyncio.run(leave())
    assert running(pair, P, "hostname") == running(pair, S, "hostname") == ["hostname pix"]


def test_what_is_pasted_is_all_taken_in_order(pair: Pair) -> None:
    lines = [
        f"access-list pasted extended permit ip any host 13.0.{n >> 7}.{n & 127}"
        for n in range(PASTED)
    ]
    asyncio.run(told(P, "".join(f"{line}\n" for line in lines).encode()))
    for unit in Unit:
        pair.until(lambda unit=unit: running(pair, unit, "access-list pasted ") == lines)  # type: ignore[misc]


@pytest.fixture
def another_address() -> Iterator[str]:
    """One more that the bench has on the management link."""
    own = ["address", "{}", f"{ANOTHER}/32", "dev", "lo"]
    net.run(["ip", *(word.format("add") for word in own)])
    yield ANOTHER
    net.run(["ip", *(word.format("del") for word in own)])


def test_a_thousand_slow_clients_keep_nobody_else_out(pair: Pair, another_address: str) -> None:
    """Half of them say who they are, all of them nothing more."""
    with contextlib.ExitStack() as stack:
        for number in range(SLOW):
            client = stack.enter_context(socket.socket())
            client.bind((another_address, 0))
            client.setblocking(False)
            client.connect_ex((net.MANAGEMENT_ADDRESS[P], PORT))
            if number % 2:
                with contextlib.suppress(BlockingIOError, ConnectionError):
                    client.send(b"SSH-2.0-slow\r\n")
            if number % 100 == 0:
                assert "Serial Number" in typed(pair, P, "show version")
        assert "Serial Number" in typed(pair, P, "show version")
        pair.until(comes_in)  # a call that finds the queue full is repeated by the kernel


def comes_in() -> bool:
    try:
        return "Serial Number" in asyncio.run(told(P, b"show version\n"))
    except (OSError, asyncssh.Error):
        return False
