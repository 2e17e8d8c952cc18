"""The local terminal: sessions over a real socket, and its clients on pipes and a real terminal."""

import asyncio
import os
import pty
import signal
import socket
import struct
import subprocess
import sys
import termios
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from terminal_machine import PROMPT, Machine

from firmware.core.management.events import (
    CloseSession,
    CommandEntered,
    ConsoleText,
    HelpAsked,
    Interrupted,
    Reply,
    SessionClosed,
    SessionKind,
    SessionOpened,
    WindowChanged,
)
from firmware.drivers.terminal import SESSIONS_MAX, Terminals, client

LIMIT_S = 60
ATTACH = "import sys; from pathlib import Path; from firmware.drivers.terminal import client; "
ATTACH += "sys.exit(client.attach(Path(sys.argv[1])))"


def play(
    tmp_path: Path, story: Callable[[Machine, Path], Awaitable[None]], linger_s: float = 10.0
) -> Terminals:
    async def run() -> Terminals:
        path = tmp_path / "terminal"
        machine = Machine(linger_s)
        terminals = Terminals(path, machine.sessions)
        await terminals.start()
        try:
            await asyncio.wait_for(story(machine, path), LIMIT_S)
        finally:
            await terminals.close()
        assert not path.exists()
        return terminals

    return asyncio.run(run())


def test_exec_answers_each_line_in_turn_and_tells_errors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def story(machine: Machine, path: Path) -> None:
        status = await asyncio.to_thread(client.execute, path, "one", "two")
        assert status == 0
        assert capsys.readouterr().out == "<one>\n<two>\n"
        assert machine.heard[:3] == [
            SessionOpened(1, SessionKind.PROGRAM),
            CommandEntered(1, "one"),
            CommandEntered(1, "two"),
        ]
        for line, wrong in (("bad", 1), ("caret", 1), ("log", 0)):
            assert await asyncio.to_thread(client.execute, path, line) == wrong

    play(tmp_path, story)


def test_a_unit_that_is_not_there_is_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert client.execute(tmp_path / "terminal", "show version") == 1
    assert client.attach(tmp_path / "terminal") == 1
    assert "Is the unit running" in capsys.readouterr().err


@pytest.mark.parametrize("waiting", [0, 1])
def test_a_unit_that_listens_and_never_answers_is_given_up(
    tmp_path: Path, waiting: int, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "terminal"
    with socket.socket(socket.AF_UNIX) as hung, socket.socket(socket.AF_UNIX) as before:
        hung.bind(str(path))
        hung.listen(waiting * 8)
        if not waiting:  # nobody takes this one, and there is no room for another
            before.connect(str(path))
        assert client.execute(path, "show version", patience_s=0.01) == 1
        attach = ATTACH.replace("[1])", "[1]), patience_s=0.01")
        command = [sys.executable, "-c", attach, str(path)]
        assert subprocess.run(command, stdin=subprocess.DEVNULL).returncode == 1
    said = capfd.readouterr().err.splitlines()
    assert len(said) == 2
    for line in said:
        assert "no answer in 0.01 s" in line
        assert f"kill -9 $(cat {tmp_path / 'management.pid'})" in line


def test_on_a_pipe_there_are_prompts_and_no_echo(tmp_path: Path) -> None:
    async def story(machine: Machine, path: Path) -> None:
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(b"attach\nshow version\n")
        assert await reader.readuntil(b"<show version>\npix# ") == b"pix# <show version>\npix# "
        machine.console("Beginning configuration replication from mate.")
        assert await reader.readuntil(b"mate.\npix# ") == (
            b"\nBeginning configuration replication from mate.\npix# "
        )
        machine.page = 2
        writer.write(b"many 4\nexit\n")
        assert await reader.read() == b"line 1\nline 2\nline 3\nline 4\npix# <exit>\npix# "
        writer.close()

    play(tmp_path, story)


def test_a_message_for_some_sessions(tmp_path: Path) -> None:
    async def story(machine: Machine, path: Path) -> None:
        both = [await asyncio.open_unix_connection(str(path)) for _ in range(2)]
        for reader, writer in both:
            writer.write(b"attach\n")
            await reader.readuntil(b"pix# ")
        machine.sessions.console(ConsoleText("fover: hello", (2,)))
        machine.sessions.console(ConsoleText("Switching to Active"))
        said = [await reader.readuntil(b"Active") for reader, _ in both]
        assert said == [b"\nSwitching to Active", b"\nfover: hello\npix# \nSwitching to Active"]
        for _, writer in both:
            writer.close()

    play(tmp_path, story)


def test_one_command_at_a_time_and_a_client_that_leaves_is_forgotten(tmp_path: Path) -> None:
    async def story(machine: Machine, path: Path) -> None:
        machine.silent = True
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(b"exec\nfirst\nsecond\nhalf")
        while len(machine.heard) < 2:
            await asyncio.sleep(0)
        assert machine.heard == [SessionOpened(1, SessionKind.PROGRAM), CommandEntered(1, "first")]
        machine.silent = False
        machine.answer(CommandEntered(1, "first"))
        assert await reader.readuntil(b"\0") == b"<first>\n\0"
        assert await reader.readuntil(b"\0") == b"<second>\n\0"
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()
        while SessionClosed(1) not in machine.heard:
            await asyncio.sleep(0)
        assert machine.lines == ["first", "second"]
        machine.sessions.reply(Reply(1, "to nobody", True))

    play(tmp_path, story)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"GET / HTTP/1.1\n", b"ERROR: the first line is attach or exec\n\0"),
        (b"exec 80x24\n", b"ERROR: the first line is attach or exec\n\0"),
        (b"attach 80\n", b"ERROR: the first line is attach or exec\n\0"),
        (b"\xff" * 200_000, b"ERROR: a line of more than 510 characters\n\0"),
        (
            b"exec\n" + b"x" * (1 << 20) + b"\nnext\n",
            b"ERROR: a line of more than 510 characters\n\0<next>\n\0",
        ),
        (
            b"attach\n" + b"x" * (1 << 20) + b"\nnext\n",
            b"pix# ERROR: a line of more than 510 characters\npix# <next>\npix# ",
        ),
        (b"exec\n\xff\xfe\n", "<\ufffd\ufffd>\n\0".encode()),
        (b"exec\na\0b\n", b"<a?b>\n\0"),
        (b"exec\nhalf a line", b""),
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
        for each in (*writers, writer):
            each.close()

    assert play(tmp_path, story).refused == 1


def test_a_client_that_never_reads_is_cut_off(tmp_path: Path) -> None:
    async def story(machine: Machine, path: Path) -> None:
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(b"attach\n")
        await reader.readuntil(b"pix# ")
        for _ in range(100):
            machine.console("x" * 100_000)
        while SessionClosed(1) not in machine.heard:
            await asyncio.sleep(0)
        writer.close()

    play(tmp_path, story)


def test_a_session_that_ends_does_not_wait_for_a_client_that_never_reads(tmp_path: Path) -> None:
    async def story(machine: Machine, path: Path) -> None:
        _, writer = await asyncio.open_unix_connection(str(path), limit=100)
        writer.write(b"attach\nmany 100000\n")
        while machine.lines != ["many 100000"]:
            await asyncio.sleep(0)
        machine.sessions.close(CloseSession(1))
        while SessionClosed(1) not in machine.heard:
            await asyncio.sleep(0.005)
        writer.close()

    play(tmp_path, story, linger_s=0.01)


@pytest.mark.parametrize(
    ("kind", "enter", "count"), [(b"exec\n", b"\n", 100_000), (b"attach 80x24\n", b"\r", 10_000)]
)
def test_pasted_lines_are_taken_in_order(
    tmp_path: Path, kind: bytes, enter: bytes, count: int
) -> None:
    async def story(machine: Machine, path: Path) -> None:
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(kind)

        async def paste() -> None:
            for first in range(0, count, 1000):
                lines = (b"name 10.0.0.1 host%d" % n for n in range(first, first + 1000))
                writer.write(enter.join(lines) + enter)
                await writer.drain()
            writer.write_eof()

        pasting = asyncio.create_task(paste())
        while await reader.read(1 << 16):
            pass
        await pasting
        writer.close()
        assert machine.lines == [f"name 10.0.0.1 host{number}" for number in range(count)]

    play(tmp_path, story)


class Person:
    """Somebody at a real terminal, with ``fover-unit attach`` running on it."""

    def __init__(self, master: int, process: "subprocess.Popen[bytes]") -> None:
        self.master, self.process = master, process
        self.seen = ""

    async def sees(self, text: str) -> str:
        """All that is shown up to this text."""
        while text not in self.seen:
            piece = await asyncio.to_thread(os.read, self.master, 65_536)
            self.seen += piece.decode()
        upto = self.seen.index(text) + len(text)
        shown, self.seen = self.seen[:upto], self.seen[upto:]
        return shown

    def types(self, keys: str) -> None:
        os.write(self.master, keys.encode())


@contextmanager
def attached(path: Path, columns: int = 80, rows: int = 24) -> Iterator[Person]:
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (rows, columns))
    before = termios.tcgetattr(slave)
    process = subprocess.Popen(
        ["setsid", "--ctty", sys.executable, "-c", ATTACH, str(path)],  # a terminal of its own
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    try:
        yield Person(master, process)
        assert termios.tcgetattr(slave) == before
    finally:
        process.kill()
        process.wait()
        os.close(slave)
        os.close(master)


def sitting(
    tmp_path: Path, story: Callable[[Machine, Person], Awaitable[None]], columns: int = 80
) -> None:
    async def run(machine: Machine, path: Path) -> None:
        with attached(path, columns) as person:
            await person.sees(PROMPT)
            await story(machine, person)

    play(tmp_path, run)


def test_a_person_edits_asks_and_leaves(tmp_path: Path) -> None:
    async def story(machine: Machine, person: Person) -> None:
        assert machine.heard == [SessionOpened(1, SessionKind.CONSOLE, width=100, height=24)]
        person.types("shpw\x7f\x7fow version\r")
        assert "<show version>\r\n" in await person.sees(PROMPT)
        person.types("sh?")
        assert await person.sees("pix# sh") == "sh?\r\n  help for <sh>\r\npix# sh"
        person.types("\t")
        await person.sees("ow ")
        person.types("x\t")
        assert await person.sees("pix# show x") == "x\r\nshow      shutdown\r\npix# show x"
        machine.console("End configuration replication from mate.")
        assert await person.sees("pix# show x") == (
            "\r\nEnd configuration replication from mate.\r\npix# show x"
        )
        machine.prompt(1, "pix/act# ")
        assert "pix/act# show x" in await person.sees("show x")
        person.types("\x03")
        await person.sees(PROMPT)
        person.types("\x1a")
        await person.sees(PROMPT)
        assert HelpAsked(1, "sh") in machine.heard
        assert machine.heard[-2:] == [Interrupted(1), Interrupted(1, ends=True)]
        person.types("exit\r")
        assert await asyncio.to_thread(person.process.wait) == 0

    sitting(tmp_path, story, columns=100)


def test_a_password_is_not_shown(tmp_path: Path) -> None:
    async def story(machine: Machine, person: Person) -> None:
        person.types("enable\rhunter2?\rshow\r")
        assert "hunter" not in await person.sees("<show>")
        assert machine.lines == ["enable", "hunter2?", "show"]
        person.types("\x04")
        assert await asyncio.to_thread(person.process.wait) == 0

    sitting(tmp_path, story)


def test_pages(tmp_path: Path) -> None:
    more, gone = "<--- More --->", "\r              \r"

    async def story(machine: Machine, person: Person) -> None:
        machine.page = 3
        person.types("many 9\r")
        assert (await person.sees(more)).endswith(f"line 3\r\n{more}")
        person.types("\r")
        assert await person.sees(more) == f"{gone}line 4\r\n{more}"
        person.types(" ")
        assert await person.sees(more) == f"{gone}line 5\r\nline 6\r\nline 7\r\n{more}"
        machine.console("Switching to Active")
        assert await person.sees(more) == f"{gone}Switching to Active\r\n{more}"
        person.types("q")
        assert await person.sees(PROMPT) == f"{gone}{PROMPT}"
        person.types("many 4\r \x04")
        assert (await person.sees(f"line 4\r\n{PROMPT}")).count(more) == 1

    sitting(tmp_path, story)


def test_the_window_changes(tmp_path: Path) -> None:
    async def story(machine: Machine, person: Person) -> None:
        termios.tcsetwinsize(person.master, (50, 132))
        while WindowChanged(1, 132, 50) not in machine.heard:
            await asyncio.sleep(0.01)
        person.types("a\0b\r")
        await person.sees("<ab>")
        person.types("\x04")
        assert await asyncio.to_thread(person.process.wait) == 0

    sitting(tmp_path, story)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP])
def test_the_terminal_is_put_back_when_attach_is_told_to_end(
    tmp_path: Path, end: signal.Signals
) -> None:
    async def story(machine: Machine, person: Person) -> None:
        person.types("half a li")
        await person.sees("half a li")
        person.process.send_signal(end)
        assert await asyncio.to_thread(person.process.wait) == 128 + end
        while SessionClosed(1) not in machine.heard:
            await asyncio.sleep(0)
        assert machine.lines == []

    sitting(tmp_path, story)


def test_ctrl_and_bracket_leave_a_unit_that_hangs(tmp_path: Path) -> None:
    async def story(machine: Machine, person: Person) -> None:
        machine.silent = True
        person.types("show tech\r\x1d")
        assert await asyncio.to_thread(person.process.wait) == 0

    sitting(tmp_path, story)


def test_somebody_else_is_turned_away(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("another user cannot be tried by an ordinary one")

    async def story(machine: Machine, path: Path) -> None:
        path.chmod(0o666)
        tmp = tmp_path
        while tmp != tmp.parent and tmp.stat().st_uid == 0 and tmp != Path("/tmp"):
            tmp.chmod(0o755)
            tmp = tmp.parent
        code = "import os,socket,sys; os.setuid(65534); s=socket.socket(socket.AF_UNIX); "
        code += "s.connect(sys.argv[1]); print(s.recv(100))"
        said = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", code, str(path)], capture_output=True
        )
        assert b"only the unit's own user may enter" in said.stdout

    assert play(tmp_path, story).refused == 1


def test_the_credentials_are_three_numbers() -> None:
    here, there = socket.socketpair(socket.AF_UNIX)
    with closing(here), closing(there):
        told = here.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        assert struct.unpack("3i", told) == (os.getpid(), os.geteuid(), os.getegid())
