"""All sessions of a unit by their numbers, whichever way they came: whom an answer is for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from firmware.core.management.events import (
    CloseSession,
    ConsoleText,
    Event,
    LineForgotten,
    PromptChanged,
    Reply,
    SessionClosed,
    SessionOpened,
)
from firmware.drivers.terminal.conversation import Channel, Conversation, Manner

LINGER_S = 10.0  # a client whose session ends takes what was said, or leaves it


class Sessions:
    """``tell`` gets what is typed, in the loop's own thread; the verbs take the machine's effects.

    A session an effect is for may be gone; then it is for nobody.
    """

    def __init__(self, tell: Callable[[Event], None], *, linger_s: float = LINGER_S) -> None:
        self.tell = tell
        self._linger_s = linger_s
        self._open: dict[int, Conversation] = {}
        self._last = 0

    def conversation(self, channel: Channel, manner: Manner, *, width: int) -> Conversation:
        """A session to be, under a number that none had before."""
        self._last += 1
        soon = asyncio.get_running_loop().call_soon
        return Conversation(
            self._last,
            channel,
            manner,
            tell=self.tell,
            later=soon,
            ending=self._ending,
            width=width,
        )

    def opened(self, conversation: Conversation, event: SessionOpened) -> None:
        """It begins; the machine may answer at once."""
        self._open[conversation.number] = conversation
        self.tell(event)

    def closed(self, conversation: Conversation) -> None:
        """Its client is gone."""
        if self._open.pop(conversation.number, None) is not None:
            self.tell(SessionClosed(conversation.number))

    def reply(self, reply: Reply) -> None:
        """Answer a session."""
        conversation = self._open.get(reply.session)
        if conversation is not None:
            conversation.reply(reply)

    def forget(self, said: LineForgotten) -> None:
        """The line typed last is not to be recalled."""
        conversation = self._open.get(said.session)
        if conversation is not None:
            conversation.forget()

    def prompt_changed(self, said: PromptChanged) -> None:
        """Another prompt."""
        conversation = self._open.get(said.session)
        if conversation is not None:
            conversation.prompt_changed(said.prompt)

    def close(self, ask: CloseSession) -> None:
        """The machine ends a session."""
        conversation = self._open.get(ask.session)
        if conversation is not None:
            conversation.end()

    def console(self, said: ConsoleText) -> None:
        """A line for every console, or for those it is meant for."""
        for number, conversation in tuple(self._open.items()):
            if said.sessions is None or number in said.sessions:
                conversation.console(said.text)

    def _ending(self, conversation: Conversation) -> None:
        asyncio.get_running_loop().call_later(self._linger_s, self._cut, conversation)

    def _cut(self, conversation: Conversation) -> None:
        if conversation.number in self._open:
            conversation.cut()
