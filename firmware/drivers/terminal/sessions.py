"""All sessions of a unit by their numbers, whichever way they came: whom an answer is for."""

from __future__ import annotations

from collections.abc import Callable

from firmware.core.management.events import (
    CloseSession,
    ConsoleText,
    Event,
    PromptChanged,
    Reply,
    SessionClosed,
    SessionOpened,
)
from firmware.drivers.terminal.conversation import Conversation


class Sessions:
    """``tell`` gets what is typed, in the loop's own thread; the verbs take the machine's effects.

    A session an effect is for may be gone; then it is for nobody.
    """

    def __init__(self, tell: Callable[[Event], None]) -> None:
        self.tell = tell
        self._open: dict[int, Conversation] = {}
        self._last = 0

    def number(self) -> int:
        """One that no session had before."""
        self._last += 1
        return self._last

    def opened(self, conversation: Conversation, event: SessionOpened) -> None:
        """A session begins; the machine may answer at once."""
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
        """A line for every console."""
        for conversation in tuple(self._open.values()):
            conversation.console(said.text)
