"""SSH as a client sees it: asyncssh's own client against the unit's server, over loopback."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import closing

import asyncssh
import pytest
from terminal_machine import PASSWORD, PROMPT, Machine

from firmware.core.management.events import (
    ConnectionAsked,
    Interrupted,
    LoginAsked,
    SessionClosed,
    SessionKind,
    SessionOpened,
    WindowChanged,
)
from firmware.drivers.terminal import ssh
from firmware.drivers.terminal.ssh import SESSIONS_MAX, WAITING_MAX, SshServer

LIMIT_S = 60
KEY = ssh.new_host_key()
HERE = "127.0.0.1"

Story = Callable[["Unit"], Awaitable[None]]


class Unit:
    """A machine played by hand, behind a real SSH server."""

    def __init__(self) -> None:
        self.machine = Machine()
        self.said: list[str] = []
        self.server = SshServer(
            0, [KEY], self.machine.sessions, warn=self.said.append, addresses=(HERE,)
        )
        self.machine.admitted = self.server.admitted
        self.machine.judged = self.server.judged

    @property
    def port(self) -> int:
        return self.server.ports[0]

    async def connect(
        self, user: str = "admin", password: str = PASSWORD
    ) -> asyncssh.SSHClientConnection:
        return await asyncssh.connect(
            HERE,
            self.port,
            username=user,
            password=password,
            known_hosts=None,
            client_keys=None,
            agent_path=None,
            config=None,
        )

    async def heard(self, event: object) -> None:
        while event not in self.machine.heard:
            await asyncio.sleep(0.005)


def play(story: Story) -> Unit:
    async def run() -> Unit:
        unit = Unit()
        unit.server.start()
        try:
            await asyncio.wait_for(story(unit), LIMIT_S)
        finally:
            await unit.server.close()
        return unit

    return asyncio.run(run())


async def shell(
    connection: asyncssh.SSHClientConnection, size: tuple[int, int] = (80, 24)
) -> asyncssh.SSHClientProcess[str]:
    process = await connection.create_process(term_type="vt100", term_size=size)
    assert await sees(process, PROMPT) == PROMPT
    return process


async def sees(process: asyncssh.SSHClientProcess[str], text: str) -> str:
    """All that is shown up to this text."""
    return await process.stdout.readuntil(text)


def test_a_person_edits_asks_and_leaves() -> None:
    async def story(unit: Unit) -> None:
        async with await unit.connect() as connection:
            person = await shell(connection, (100, 30))
            assert unit.machine.heard == [
                ConnectionAsked(1, HERE, HERE),
                LoginAsked(1, "admin", PASSWORD, HERE),
                SessionOpened(1, SessionKind.SSH, width=100, height=30, user="admin", peer=HERE),
            ]
            person.stdin.write("shpw\x7f\x7fow\x1b[D\x1b[Dx\b\x05 version\n")
            assert (await sees(person, PROMPT)).endswith(f"\r\n<show version>\r\n{PROMPT}")
            person.stdin.write("sh?")
            assert await sees(person, "\r\npix# sh") == "sh?\r\n  help for <sh>\r\npix# sh"
            person.stdin.write("\t")
            assert await sees(person, "ow ") == "ow "
            person.stdin.write("\x03\x1a")
            await sees(person, PROMPT)
            await sees(person, PROMPT)
            await unit.heard(Interrupted(1, ends=True))
            person.stdin.write("\x1b[A\r")
            assert "<show version>" in await sees(person, f"\r\n{PROMPT}")
            person.stdin.write("exit\r")
            assert "<exit>" in await person.stdout.read()
            await person.wait_closed()
            assert person.exit_status == 0
            await connection.wait_closed()

    unit = play(story)
    assert unit.machine.lines == ["show version", "show version", "exit"]
    assert unit.machine.heard[-1] == SessionClosed(1)


def test_pages_passwords_messages_and_the_window() -> None:
    more, gone = "<--- More --->", "\r              \r"

    async def story(unit: Unit) -> None:
        async with await unit.connect() as connection:
            person = await shell(connection)
            unit.machine.page = 3
            person.stdin.write("many 9\r\n")
            assert await sees(person, more) == f"many 9\r\nline 1\r\nline 2\r\nline 3\r\n{more}"
            person.stdin.write(" \r")
            assert (await sees(person, more)).startswith(f"{gone}line 4")
            assert await sees(person, more) == f"{gone}line 7\r\n{more}"
            person.stdin.write("q")
            assert await sees(person, PROMPT) == f"{gone}{PROMPT}"
            person.stdin.write("enable\rsecret?\r")
            assert "secret" not in await sees(person, "(7 characters)")
            await sees(person, PROMPT)
            person.stdin.write("half")
            await sees(person, "half")
            unit.machine.console("Switching to Active")
            assert await sees(person, "pix# half") == "\r\nSwitching to Active\r\npix# half"
            unit.machine.prompt(1, "pix/act# ")
            assert (await sees(person, "half")).endswith("pix/act# half")
            person.change_terminal_size(132, 50)
            await unit.heard(WindowChanged(1, 132, 50))
            person.stdin.write("\x15\x04")
            await person.wait_closed()

    play(story)


@pytest.mark.parametrize(
    ("command", "answer", "status"),
    [
        ("show failover", "<show failover>\n", 0),
        ("one\ntwo", "<one>\n<two>\n", 0),
        ("bad", "ERROR: no\n", 1),
        ("caret", "        ^\nERROR: % Invalid input detected at '^' marker.\n", 1),
        ("log", "%PIX-1-104001: (Primary) Switching to ACTIVE\n", 0),
        ("enable", "ERROR: this asks for an answer; open a session and type it there\n", 1),
        ("x" * 2000, "ERROR: a line of more than 510 characters\n", 1),
        ("exit", "<exit>\n", 0),
    ],
)
def test_one_command(command: str, answer: str, status: int) -> None:
    async def story(unit: Unit) -> None:
        unit.machine.page = 1
        async with await unit.connect() as connection:
            done = await connection.run(command, stdin=asyncssh.DEVNULL)
            assert (done.stdout, done.exit_status) == (answer, status)

    play(story)


def test_a_pipe_and_a_terminal_for_one_command() -> None:
    async def story(unit: Unit) -> None:
        async with await unit.connect() as connection:
            done = await connection.run("show failover", term_type="vt100")
            assert done.stdout == "<show failover>\r\n"
        async with await unit.connect() as connection:
            done = await connection.run(input="one\ntwo\nhalf")
            assert done.stdout == "pix# <one>\npix# <two>\npix# "

    assert play(story).machine.lines == ["show failover", "one", "two"]


def test_a_machine_that_has_no_room_is_heard() -> None:
    async def story(unit: Unit) -> None:
        unit.machine.full = True
        async with await unit.connect() as connection:
            done = await connection.run("show", stdin=asyncssh.DEVNULL)
            assert (done.stdout, done.exit_status) == ("ERROR: 64 sessions are open\n", 1)

    assert play(story).machine.lines == []


def test_wrong_passwords() -> None:
    async def story(unit: Unit) -> None:
        with pytest.raises(asyncssh.PermissionDenied):
            await unit.connect(password="wrong")
        with pytest.raises(asyncssh.PermissionDenied):
            await unit.connect(password="x" * 5000)
        with pytest.raises(asyncssh.PermissionDenied):
            await unit.connect(user="x" * 200)
        assert [e.password for e in unit.machine.heard if isinstance(e, LoginAsked)] == ["wrong"]

    play(story)


def test_three_wrong_passwords_end_the_connection() -> None:
    class Guesser(asyncssh.SSHClient):
        guesses = 0

        def password_auth_requested(self) -> str:
            self.guesses += 1
            return "wrong"

    guesser = Guesser()

    async def story(unit: Unit) -> None:
        with pytest.raises(asyncssh.PermissionDenied, match="Too many"):
            await asyncssh.connect(
                HERE, unit.port, client_factory=lambda: guesser, username="a", known_hosts=None
            )

    play(story)
    assert guesser.guesses == 3


def test_who_waits_for_the_answer_to_a_password_keeps_nobody_waiting() -> None:
    async def story(unit: Unit) -> None:
        unit.machine.wait_ms = 1_000_000
        guess = asyncio.create_task(unit.connect(password="wrong"))
        await unit.heard(LoginAsked(1, "admin", "wrong", HERE))
        unit.machine.wait_ms = 0
        async with await unit.connect() as connection:
            assert (await connection.run("show")).stdout == "<show>\n"
        assert not guess.done()
        guess.cancel()
        await asyncio.gather(guess, return_exceptions=True)

    play(story)


def test_a_connection_that_is_refused_hears_nothing() -> None:
    async def story(unit: Unit) -> None:
        unit.machine.admits = False
        reader, writer = await asyncio.open_connection(HERE, unit.port)
        assert await reader.read() == b""
        writer.close()
        assert unit.machine.heard == [ConnectionAsked(1, HERE, HERE)]

    play(story)


def test_only_sessions_are_served() -> None:
    async def story(unit: Unit) -> None:
        async with await unit.connect() as connection:
            with pytest.raises(asyncssh.ChannelOpenError):
                await connection.open_connection(HERE, unit.port)
            with pytest.raises(asyncssh.ChannelListenError):
                await connection.forward_remote_port("", 0, HERE, unit.port)
            with pytest.raises(asyncssh.ChannelOpenError):
                await connection.start_sftp_client()

    play(story)


def test_the_sixth_session_is_refused_and_a_place_comes_back() -> None:
    async def story(unit: Unit) -> None:
        connections = [await unit.connect() for _ in range(SESSIONS_MAX + 1)]
        people = [await shell(connection) for connection in connections[:SESSIONS_MAX]]
        with pytest.raises(asyncssh.ChannelOpenError, match="5 SSH sessions are open"):
            await connections[-1].create_process(term_type="vt100")
        people[0].stdin.write("exit\r")
        await connections[0].wait_closed()
        await shell(connections[-1])
        for connection in connections:
            connection.abort()
        while unit.server.talking:
            await asyncio.sleep(0.005)

    play(story)


def test_who_crowds_the_door_loses_his_oldest_place() -> None:
    async def story(unit: Unit) -> None:
        crowd = []
        for _ in range(WAITING_MAX):
            reader, writer = await asyncio.open_connection(HERE, unit.port)
            await reader.readuntil(b"\r\n")
            crowd.append((reader, writer))
        reader, writer = await asyncio.open_connection(HERE, unit.port)
        assert await reader.read() == b""  # he has most of them himself
        writer.close()
        elsewhere = ("127.0.0.2", 0)
        reader, writer = await asyncio.open_connection(HERE, unit.port, local_addr=elsewhere)
        assert await reader.readuntil(b"\r\n") == b"SSH-2.0-fover\r\n"
        assert await crowd[0][0].read() == b""
        crowd.append((reader, writer))
        for _, each in crowd:
            each.close()
        assert unit.server.refused == 2

    play(story)


def test_hundreds_of_slow_clients_keep_nobody_else_out() -> None:
    async def story(unit: Unit) -> None:
        slow = []
        for number in range(300):
            elsewhere = (f"127.0.0.{2 + number % 3}", 0)
            _, writer = await asyncio.open_connection(HERE, unit.port, local_addr=elsewhere)
            writer.write(b"S")
            slow.append(writer)
        async with await unit.connect() as connection:
            assert (await connection.run("show")).stdout == "<show>\n"
        for writer in slow:
            writer.close()
        assert unit.server.refused >= 300 - WAITING_MAX

    play(story)


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\0" * 100_000,
        b"SSH-1.5-old\r\n",
        b"SSH-2.0-x\r\n" + b"\xff" * 64,
    ],
    ids=["http", "zeroes", "version-1", "huge-packet"],
)
def test_nonsense_instead_of_ssh_ends_the_connection(said: bytes) -> None:
    async def story(unit: Unit) -> None:
        reader, writer = await asyncio.open_connection(HERE, unit.port)
        writer.write(said)
        try:
            while await reader.read(1000):
                pass
        except ConnectionError:
            pass
        writer.close()
        async with await unit.connect() as connection:
            assert (await connection.run("show")).stdout == "<show>\n"

    play(story)


def test_lines_nobody_should_type() -> None:
    async def story(unit: Unit) -> None:
        async with await unit.connect() as connection:
            process = await connection.create_process(term_type="vt100", encoding=None)
            process.stdin.write(b"x" * (1 << 20) + b"\r")
            await process.stdout.readuntil(b"ERROR: a line of more than 510 characters\r\npix# ")
            process.stdin.write(b"a\xff\xfe\0b\r")
            await process.stdout.readuntil("<a\ufffd\ufffdb>".encode())
            process.stdin.write(b"a\r\x00b\r\n\r\n")
            await process.stdout.readuntil(b"<b>\r\npix# \r\npix# ")
            process.stdin.write(b"write erase")
            await process.stdout.readuntil(b"write erase")
            connection.abort()
        await unit.heard(SessionClosed(1))

    assert play(story).machine.lines == ["a\ufffd\ufffdb", "a", "b", ""]


def test_pasted_lines_are_taken_in_order() -> None:
    count = 2_000

    async def story(unit: Unit) -> None:
        async with await unit.connect() as connection:
            person = await shell(connection)
            person.stdin.write("".join(f"name 10.0.0.1 host{number}\r" for number in range(count)))
            await sees(person, f"<name 10.0.0.1 host{count - 1}>\r\n{PROMPT}")

    assert play(story).machine.lines == [f"name 10.0.0.1 host{n}" for n in range(count)]


@pytest.mark.parametrize("window", [1 << 15, 1 << 28], ids=["small-window", "endless-window"])
def test_a_client_that_never_reads_is_asked_nothing_more_and_cut_off(window: int) -> None:
    async def story(unit: Unit) -> None:
        connection = await unit.connect()
        person = await connection.create_process(term_type="vt100", window=window)
        await sees(person, PROMPT)
        person.stdin.write("many 20000\r" * 1000)
        transport = connection._transport  # from here on nothing is read
        assert transport is not None
        transport.pause_reading()
        for _ in range(1000):
            unit.machine.console("x" * 100_000)
            await asyncio.sleep(0)
            if SessionClosed(1) in unit.machine.heard:
                break
        await unit.heard(SessionClosed(1))
        assert len(unit.machine.lines) < 200
        connection.abort()

    play(story)


def test_a_port_that_is_taken_is_said_once_and_taken_later() -> None:
    async def story(unit: Unit) -> None:
        with closing(socket.create_server((HERE, 0))) as other:
            port = other.getsockname()[1]
            said: list[str] = []
            server = SshServer(
                port, [KEY], unit.machine.sessions, warn=said.append, addresses=(HERE,)
            )
            server.start()
            assert server.ports == ()
        server.start()
        assert server.ports == (port,)
        assert [words.partition(": ")[0] for words in said] == ["SSH", "SSH"]
        assert f"port {port} of 127.0.0.1: Address already in use" in said[0]
        await server.close()

    play(story)


def test_it_listens_everywhere() -> None:
    async def story(unit: Unit) -> None:
        server = SshServer(0, [KEY], unit.machine.sessions, warn=unit.said.append)
        server.start()
        assert 1 <= len(server.ports) <= 2
        await server.close()

    assert play(story).said == []


def test_what_is_a_host_key() -> None:
    assert ssh.is_host_key(KEY)
    for text in ("", "x", KEY[: len(KEY) // 2], "-----BEGIN OPENSSH PRIVATE KEY-----\n"):
        assert not ssh.is_host_key(text)
