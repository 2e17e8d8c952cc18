"""The terminal: sessions over a real socket, answered by a machine played by hand."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from firmware.core.management.events import (
    CommandEntered,
    Event,
    Reply,
    SessionClosed,
    SessionKind,
    SessionOpened,
)
from firmware.drivers import terminal
from firmware.drivers.terminal import SESSIONS_MAX, Terminals

LIMIT_S = 30


class Machine:
    """Answers each line with itself, unless told to keep silent."""

    def __init__(self, path: Path) -> None:
        self.heard: list[Event] = []
        self.silent = False
        self.terminals = Terminals(path, self.tell)

    def tell(self, event: Event) -> None:
        self.heard.append(event)
        if isinstance(event, SessionOpened) and event.interactive:
            self.terminals.reply(Reply(event.session, "", True, "pix# "))
        if isinstance(event, CommandEntered) and not self.silent:
            self.answer(event)

    def answer(self, event: CommandEntered) -> None:
        error = "ERROR: no\n" if event.line == "bad" else ""
        text = error or f"<{event.line}>\n"
        self.terminals.reply(Reply(event.session, text, True, "pix# "))
        if event.line == "exit":
            self.terminals.close_session(event.session)


def play(tmp_path: Path, story: Callable[[Machine, Path], Awaitable[None]]) -> None:
    async def run() -> None:
        path = tmp_path / "terminal"
        machine = Machine(path)
        await machine.terminals.start()
        try:
            await asyncio.wait_for(story(machine, path), LIMIT_S)
        finally:
            await machine.terminals.close()
        assert not path.exists()

    asyncio.run(run())


def test_exec_answers_each_line_in_turn_and_tells_errors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def story(machine: Machine, path: Path) -> None:
        status = await asyncio.to_thread(terminal.execute, path, "one", "two")
        assert status == 0
        assert capsys.readouterr().out == "<one>\n<two>\n"
        assert await asyncio.to_thread(terminal.execute, path, "bad") == 1
        assert machine.heard[:3] == [
            SessionOpened(1, SessionKind.PROGRAM),
            CommandEntered(1, "one"),
            CommandEntered(1, "two"),
        ]

    play(tmp_path, story)


def test_a_unit_that_is_not_there_is_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert terminal.execute(tmp_path / "terminal", "show version") == 1
    assert terminal.attach(tmp_path / "terminal") == 1
    assert "Is the unit running" in capsys.readouterr().err


@pytest.mark.parametrize("waiting", [0, 1])
def test_a_unit_that_listens_and_never_answers_is_given_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], waiting: int
) -> None:
    path = tmp_path / "terminal"
    with socket.socket(socket.AF_UNIX) as hung, socket.socket(socket.AF_UNIX) as before:
        hung.bind(str(path))
        hung.listen(waiting * 8)
        if not waiting:  # nobody takes this one, and there is no room for another
            before.connect(str(path))
        assert terminal.execute(path, "show version", patience_s=0.01) == 1
        assert terminal.attach(path, patience_s=0.01) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    for line in said:
        assert "no answer in 0.01 s" in line
        assert f"kill -9 $(cat {tmp_path / 'management.pid'})" in line


def test_an_interactive_session_has_prompts_and_hears_the_console(tmp_path: Path) -> None:
    async def story(machine: Machine, path: Path) -> None:
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(b"attach\nshow version\n")
        assert await reader.readuntil(b"<show version>\npix# ") == b"pix# <show version>\npix# "
        machine.terminals.console("Beginning configuration replication from mate.")
        assert await reader.readuntil(b"mate.\n") == (
            b"\nBeginning configuration replication from mate.\n"
        )
        writer.write(b"exit\n")
        assert b"<exit>" in await reader.read()  # until the unit ends it
        writer.close()

    play(tmp_path, story)


def test_one_command_at_a_time_and_a_client_that_leaves_is_forgotten(tmp_path: Path) -> None:
    async def story(machine: Machine, path: Path) -> None:
        machine.silent = True
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(b"exec\nfirst\nsecond\n")
        while len(machine.heard) < 2:
            await asyncio.sleep(0)
        assert machine.heard == [SessionOpened(1, SessionKind.PROGRAM), CommandEntered(1, "first")]
        machine.silent = False
        machine.answer(CommandEntered(1, "first"))
        assert await reader.readuntil(b"\0") == b"<first>\n\0"
        assert await reader.readuntil(b"\0") == b"<second>\n\0"
        writer.close()
        while SessionClosed(1) not in machine.heard:
            await asyncio.sleep(0)
        machine.terminals.reply(Reply(1, "to nobody", True))

    play(tmp_path, story)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"GET / HTTP/1.1\n", b"ERROR: the first line is attach or exec\n\0"),
        (b"exec\n" + b"x" * 5000 + b"\n", b"ERROR: a line of more than 510 characters\n"),
        (b"exec\n\xff\xfe\n", "<\ufffd\ufffd>\n\0".encode()),
    ],
)
def test_nonsense_is_answered_in_words(tmp_path: Path, said: bytes, answer: bytes) -> None:
    async def story(machine: Machine, path: Path) -> None:
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(said)
        writer.write_eof()
        assert await reader.read() == answer
        writer.close()

    play(tmp_path, story)


def test_sessions_are_bounded(tmp_path: Path) -> None:
    async def story(machine: Machine, path: Path) -> None:
        writers = []
        for number in range(SESSIONS_MAX):
            reader, writer = await asyncio.open_unix_connection(str(path))
            if number:  # the first says nothing, and has its place all the same
                writer.write(b"exec\nhello\n")
                await reader.readuntil(b"\0")
            writers.append(writer)
        reader, writer = await asyncio.open_unix_connection(str(path))
        assert b"sessions are open" in await reader.read()
        assert machine.terminals.refused == 1
        for each in (*writers, writer):
            each.close()

    play(tmp_path, story)


def test_a_client_that_never_reads_is_cut_off(tmp_path: Path) -> None:
    async def story(machine: Machine, path: Path) -> None:
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(b"attach\n")
        await reader.readuntil(b"pix# ")
        for _ in range(100):
            machine.terminals.console("x" * 100_000)
        while SessionClosed(1) not in machine.heard:
            await asyncio.sleep(0)
        writer.close()

    play(tmp_path, story)
