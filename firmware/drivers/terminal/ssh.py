"""SSH into the unit: the same sessions as at the local terminal, by asyncssh, as a server only.

Whether somebody may come in is the management machine's to say, twice: for the connection, before
a byte is exchanged, and for the password. A connection is *waiting* until a session of it begins;
those are few and have little time, and where they run out, whoever has most of them loses the
oldest, so that one address cannot keep the others out. Everything held for a client is bounded.

Listens on every address the unit has, now or later. Where the port is taken it tries again.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import asyncssh

from firmware.core.management.events import (
    ConnectionAnswered,
    ConnectionAsked,
    LoginAnswered,
    LoginAsked,
)
from firmware.drivers.terminal.sessions import Sessions
from firmware.drivers.terminal.ssh_session import Session

if TYPE_CHECKING:
    from asyncssh import SSHServerConnection

SESSIONS_MAX = 5  # as the document's product
WAITING_MAX = 32  # connections without a session
LOGIN_S = 30.0  # from the connection to its session
TRIES = 3  # passwords for one connection
USER_MAX, PASSWORD_MAX = 64, 512  # characters; longer ones are wrong
AGAIN_S = 3.0  # until a port that is taken is asked for again
# Names in flash. Clients without ed25519 (FIPS machines, other vendors' boxes, Ruby's and Java's
# older libraries) know one of the others.
HOST_KEYS = {
    "ssh-host-ed25519-key": "ssh-ed25519",
    "ssh-host-ecdsa-key": "ecdsa-sha2-nistp256",
    "ssh-host-rsa-key": "ssh-rsa",
}
_RSA_BITS = 3072
EVERYWHERE = ("0.0.0.0", "::")
_WINDOW = 65_536  # bytes a client may send before we have looked at them
_PACKET = 32_768
_ACCEPTS = 16  # connections taken before others have their turn
_NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_NO_IPV6 = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)
# Groups so large that one handshake would keep everybody else waiting, and relics.
_SLOW = "-gss-*,diffie-hellman-group-exchange-*,diffie-hellman-group1?-sha512,*-sha1,rsa2048-*"


def new_host_key(algorithm: str = "ssh-ed25519") -> str:
    """A host key, as text to be kept where nobody else can read it. RSA takes up to seconds."""
    if algorithm == "ssh-rsa":
        key = asyncssh.generate_private_key(algorithm, key_size=_RSA_BITS)
    else:
        key = asyncssh.generate_private_key(algorithm)
    return key.export_private_key().decode()


def is_host_key(text: str) -> bool:
    """Whether that is one. Never raises."""
    try:
        asyncssh.import_private_key(text)
    except (asyncssh.KeyImportError, ValueError):
        return False
    return True


class SshServer:
    """Serves ``port``, 0 to 65535. ``warn`` gets what a person should know, as sentences."""

    def __init__(
        self,
        port: int,
        host_keys: Sequence[str],
        sessions: Sessions,
        *,
        warn: Callable[[str], None],
        addresses: tuple[str, ...] = EVERYWHERE,
    ) -> None:
        self.sessions = sessions
        self.refused = 0
        self.talking = 0  # sessions
        self._port, self._addresses, self._warn = port, addresses, warn
        self._options = _options(host_keys)
        self._loop = asyncio.get_running_loop()
        self._listeners: dict[str, socket.socket] = {}
        self._again: asyncio.TimerHandle | None = None
        self._warned = ""
        self._clients: dict[int, Client] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._last = 0

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports it listens on, one for each address."""
        return tuple(listener.getsockname()[1] for listener in self._listeners.values())

    def start(self) -> None:
        """Listen, now or as soon as the port is free."""
        wrong = ""
        for address in self._addresses:
            if address not in self._listeners:
                wrong = self._listen(address) or wrong
        if wrong and wrong != self._warned:
            self._warn(f"{wrong}. Tried again every {AGAIN_S:g} s")
        elif not wrong and self._warned:
            self._warn(f"SSH: listening on port {self._port} now")
        self._warned = wrong
        self._again = self._loop.call_later(AGAIN_S, self.start) if wrong else None

    async def close(self) -> None:
        """Stop listening and end every session."""
        if self._again is not None:
            self._again.cancel()
        for listener in self._listeners.values():
            self._loop.remove_reader(listener)
            listener.close()
        self._listeners.clear()
        for client in tuple(self._clients.values()):
            client.drop()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def admitted(self, answer: ConnectionAnswered) -> None:
        """The machine says whether a connection may go on."""
        client = self._clients.get(answer.connection)
        if client is None:
            return
        if answer.allowed:
            task = self._loop.create_task(self._serve(client), name=f"ssh {client.number}")
            client.task = task
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            client.drop()

    def judged(self, answer: LoginAnswered) -> None:
        """The machine says whether a password was right."""
        client = self._clients.get(answer.connection)
        if client is not None:
            client.judged(answer)

    def forget(self, client: Client) -> None:
        """It is gone."""
        self._clients.pop(client.number, None)

    def _listen(self, address: str) -> str:
        """Listen there; what is wrong, or nothing."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            listener = socket.create_server((address, self._port), family=family, backlog=128)
        except OSError as error:
            if family == socket.AF_INET6 and error.errno in _NO_IPV6:
                return ""  # this kernel has no IPv6
            why = error.strerror or error
            return f"SSH: cannot listen on port {self._port} of {address}: {why}"
        listener.setblocking(False)
        self._listeners[address] = listener
        self._loop.add_reader(listener, self._accept, listener)
        return ""

    def _accept(self, listener: socket.socket) -> None:
        for _ in range(_ACCEPTS):
            try:
                client, peer = listener.accept()
            except OSError as error:
                if error.errno in _NO_ROOM:  # else the loop would spin until there is room
                    self._loop.remove_reader(listener)
                    self._loop.call_later(AGAIN_S, self._resume, listener)
                return
            self._ask(client, _plain(peer[0]))

    def _resume(self, listener: socket.socket) -> None:
        if listener.fileno() >= 0:
            self._loop.add_reader(listener, self._accept, listener)

    def _ask(self, client: socket.socket, peer: str) -> None:
        if not self._room_for(peer):
            self.refused += 1
            client.close()
            return
        client.setblocking(False)
        self._last += 1
        arrived = Client(self, self._last, client, peer)
        self._clients[arrived.number] = arrived
        local = _plain(client.getsockname()[0])
        self.sessions.tell(ConnectionAsked(arrived.number, peer, local))

    def _room_for(self, peer: str) -> bool:
        """One more waits, if need be at the cost of whoever has most waiting."""
        waiting = [client for client in self._clients.values() if client.waiting]
        if len(waiting) < WAITING_MAX:
            return True
        counts = Counter(client.peer for client in waiting)
        most, count = counts.most_common(1)[0]
        if count <= counts[peer] + 1:
            return False
        next(client for client in waiting if client.peer == most).drop()
        self.refused += 1
        return True

    async def _serve(self, client: Client) -> None:
        try:
            connection = await asyncssh.run_server(
                client.socket, options=self._options, server_factory=lambda: client
            )
            await connection.wait_closed()
        except (OSError, asyncssh.Error, asyncio.CancelledError):
            pass  # it left, or did not get in, or said nonsense; what it lost is its own
        finally:
            client.drop()


class Client(asyncssh.SSHServer):
    """One connection. ``waiting``: no session of it has begun."""

    def __init__(self, server: SshServer, number: int, connected: socket.socket, peer: str) -> None:
        self.server, self.number, self.socket, self.peer = server, number, connected, peer
        self.waiting = True
        self.user = ""
        self.open = 0  # sessions
        self.task: asyncio.Task[None] | None = None
        self._connection: SSHServerConnection | None = None
        self._answer: asyncio.Future[LoginAnswered] | None = None
        self._tries = 0
        self._patience = asyncio.get_running_loop().call_later(LOGIN_S, self.drop)

    def drop(self) -> None:
        """Hang up at once. May be called again."""
        self._patience.cancel()
        self.server.forget(self)
        if self._answer is not None:
            self._answer.cancel()
        if self._connection is not None:
            self._connection.abort()
            return
        self.socket.close()
        if self.task is not None:
            self.task.cancel()

    def begin(self) -> None:
        """A session of it begins: it waits no more."""
        self.waiting = False
        self._patience.cancel()

    def ended(self) -> None:
        """A session of it ended; with the last, the connection."""
        self.open -= 1
        self.server.talking -= 1
        if not self.open and self._connection is not None:
            asyncio.get_running_loop().call_soon(self._connection.close)

    def backlog(self) -> int:
        """Bytes that left a channel and did not leave the machine. asyncssh keeps no count."""
        transport = getattr(self._connection, "_transport", None)
        return 0 if transport is None else int(transport.get_write_buffer_size())

    def judged(self, answer: LoginAnswered) -> None:
        """The answer to its password."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)

    def connection_made(self, conn: SSHServerConnection) -> None:
        """SSH begins."""
        self._connection = conn

    def begin_auth(self, username: str) -> bool:
        """Nobody comes in without a password."""
        return True

    def password_auth_supported(self) -> bool:
        """A password it is."""
        return True

    async def validate_password(self, username: str, password: str) -> bool:
        """Ask the machine, and let the client wait as long as it says."""
        allowed = False
        if len(username) <= USER_MAX and len(password) <= PASSWORD_MAX:
            answer = self._answer = asyncio.get_running_loop().create_future()
            self.server.sessions.tell(LoginAsked(self.number, username, password, self.peer))
            judged = await answer
            await asyncio.sleep(judged.wait_ms / 1000)
            allowed = judged.allowed
        self._tries += 1
        if not allowed and self._tries >= TRIES:
            raise asyncssh.PermissionDenied("Too many wrong passwords")
        self.user = username
        return allowed

    def session_requested(self) -> asyncssh.SSHServerSession[bytes]:
        """A channel for a session; raises ChannelOpenError when there are too many."""
        if self.server.talking >= SESSIONS_MAX:
            self.server.refused += 1
            why = f"{SESSIONS_MAX} SSH sessions are open; close one"
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_RESOURCE_SHORTAGE, why)
        self.open += 1
        self.server.talking += 1
        return Session(self, self.server.sessions)


def _options(host_keys: Sequence[str]) -> asyncssh.SSHServerConnectionOptions:
    return asyncssh.SSHServerConnectionOptions(
        server_host_keys=[asyncssh.import_private_key(key) for key in host_keys],
        server_version="fover",
        kex_algs=_SLOW,
        compression_algs=None,  # a small packet must not become a large one
        public_key_auth=False,
        kbdint_auth=False,
        host_based_auth=False,
        gss_host=None,
        agent_forwarding=False,
        line_editor=False,
        encoding=None,
        window=_WINDOW,
        max_pktsize=_PACKET,
        login_timeout=LOGIN_S,
    )


def _plain(address: str) -> str:
    """Without the interface that a link-local address names."""
    return address.partition("%")[0]
