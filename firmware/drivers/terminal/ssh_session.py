"""One session over SSH: a channel of asyncssh on one side, a conversation on the other."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import asyncssh

from firmware.core.management.events import SessionKind, SessionOpened
from firmware.drivers.terminal.conversation import (
    ONE_COMMAND,
    PIPE,
    TERMINAL,
    Conversation,
    believable,
)
from firmware.drivers.terminal.sessions import Sessions

if TYPE_CHECKING:
    from asyncssh import SSHServerChannel

_BACKLOG_MAX = 65_536  # bytes on their way to a client; nothing new is asked for him meanwhile
_LOOK_AGAIN_S = 0.02


class Client(Protocol):
    """What a session knows of the connection it is on."""

    user: str
    peer: str

    def begin(self) -> None:
        """A session of it begins."""

    def ended(self) -> None:
        """A session of it ended."""

    def drop(self) -> None:
        """Hang up at once."""

    def backlog(self) -> int:
        """Bytes that left a channel and did not leave the machine."""


class Session(asyncssh.SSHServerSession[bytes]):
    """One channel: a shell on a terminal, a shell on a pipe, or one command."""

    def __init__(self, client: Client, sessions: Sessions) -> None:
        self._client, self._sessions = client, sessions
        self._size: tuple[int, int] | None = None
        self._command: str | None = None
        self._screen: Screen | None = None
        self._conversation: Conversation | None = None
        self._held = self._watched = False

    def connection_made(self, chan: SSHServerChannel[bytes]) -> None:
        """The channel is there; what it is for is said next."""
        self._screen = Screen(chan, self._client, self._look)

    def pty_requested(
        self,
        term_type: str,
        term_size: tuple[int, int, int, int],
        term_modes: object,
    ) -> bool:
        """Somebody sits at a terminal."""
        self._size = term_size[:2]
        return True

    def shell_requested(self) -> bool:
        """A session as at the console."""
        return True

    def exec_requested(self, command: str) -> bool:
        """These lines, and no more."""
        self._command = command
        return True

    def session_started(self) -> None:
        """All is said; begin."""
        assert self._screen is not None
        self._client.begin()
        width, height = believable(*(self._size or (0, 0)))
        sessions = self._sessions
        manner = PIPE if self._size is None else TERMINAL
        if self._command is not None:
            manner = replace(ONE_COMMAND, newline=manner.newline)
        talk = sessions.conversation(self._screen, manner, width=width)
        self._conversation = self._screen.conversation = talk
        user, peer = self._client.user, self._client.peer
        kind = SessionKind.SSH
        opened = SessionOpened(talk.number, kind, width=width, height=height, user=user, peer=peer)
        sessions.opened(talk, opened)
        if self._command is not None:
            talk.received(self._command.encode() + b"\n")
            talk.eof()

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        """The window has another size."""
        if self._conversation is not None and self._size is not None:
            self._conversation.resized(width, height)

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Keys, or lines. A command has no input."""
        if self._conversation is not None and self._command is None:
            self._conversation.received(data)

    def eof_received(self) -> bool:
        """It will send no more; what it sent is still answered."""
        if self._conversation is not None:
            self._conversation.eof()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        if self._screen is not None:
            self._screen.gone = True
        if self._conversation is not None:
            self._sessions.closed(self._conversation)
        self._client.ended()

    def _look(self) -> None:
        """Ask nothing new for a client that does not take what it was told."""
        if not self._watched:
            self._watch()

    def _watch(self) -> None:
        assert self._screen is not None
        much = self._screen.get_write_buffer_size() > _BACKLOG_MAX
        if self._conversation is not None and much != self._held:
            self._held = much
            self._conversation.hold(much)
        self._watched = much and not self._screen.gone
        if self._watched:
            asyncio.get_running_loop().call_later(_LOOK_AGAIN_S, self._watch)


class Screen:
    """An SSH channel as a conversation wants it. ``written`` is called after each write."""

    def __init__(
        self, channel: SSHServerChannel[bytes], client: Client, written: Callable[[], None]
    ) -> None:
        self.conversation: Conversation | None = None
        self.gone = False
        self._channel, self._client, self._written = channel, client, written

    def write(self, data: bytes) -> None:
        """Send; a channel that closed meanwhile takes nothing."""
        with contextlib.suppress(OSError):
            self._channel.write(data)
        self._written()

    def close(self) -> None:
        """End with an exit status, when all is sent."""
        failed = self.conversation is not None and self.conversation.failed
        once = self.conversation is not None and self.conversation.once
        self._channel.exit(int(failed and once))

    def abort(self) -> None:
        """End at once, the whole connection: others on it would wait behind the same backlog."""
        self._client.drop()

    def is_closing(self) -> bool:
        """Whether it ends, or has."""
        return self._channel.is_closing()

    def pause_reading(self) -> None:
        """Leave what comes with the client."""
        self._channel.pause_reading()

    def resume_reading(self) -> None:
        """Take it again."""
        self._channel.resume_reading()

    def get_write_buffer_size(self) -> int:
        """Bytes not yet sent."""
        return self._channel.get_write_buffer_size() + self._client.backlog()
