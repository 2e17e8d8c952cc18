"""A management machine played by hand, behind real terminals."""

from __future__ import annotations

from collections.abc import Callable

from firmware.core.management.events import (
    CloseSession,
    CommandEntered,
    CompletionAsked,
    ConnectionAnswered,
    ConnectionAsked,
    ConsoleText,
    Event,
    HelpAsked,
    Interrupted,
    LoginAnswered,
    LoginAsked,
    PromptChanged,
    Reply,
    SessionKind,
    SessionOpened,
)
from firmware.drivers.terminal import Sessions

PROMPT = "pix# "
PASSWORD = "cisco"


class Machine:
    """Answers each line with itself in brackets; a few words mean more, see ``_meaning``."""

    def __init__(self, linger_s: float = 10.0) -> None:
        self.sessions = Sessions(self.tell, linger_s=linger_s)
        self.heard: list[Event] = []
        self.silent = False
        self.page = 0
        self.full = False
        self.admits = True
        self.wait_ms = 0
        self.admitted: Callable[[ConnectionAnswered], None] = lambda answer: None
        self.judged: Callable[[LoginAnswered], None] = lambda answer: None
        self._passwords: set[int] = set()

    @property
    def lines(self) -> list[str]:
        """The commands it heard."""
        return [event.line for event in self.heard if isinstance(event, CommandEntered)]

    def tell(self, event: Event) -> None:
        self.heard.append(event)
        match event:
            case SessionOpened(session) if self.full:
                self.sessions.reply(Reply(session, "ERROR: 64 sessions are open\n", True))
                self.sessions.close(CloseSession(session))
            case SessionOpened(session, kind) if kind is not SessionKind.PROGRAM:
                self.sessions.reply(Reply(session, "", True, PROMPT))
            case CommandEntered() if not self.silent:
                self.answer(event)
            case HelpAsked(session, line):
                text = f"  help for <{line}>\n"
                self.sessions.reply(Reply(session, text, True, PROMPT, line=line))
            case CompletionAsked(session, line):
                full = {"sh": "show ", "show ": "show "}.get(line)
                text = "" if full else "show      shutdown\n"
                self.sessions.reply(Reply(session, text, True, PROMPT, line=full or line))
            case Interrupted(session):
                self.sessions.reply(Reply(session, "", True, PROMPT))
            case ConnectionAsked(connection):
                self.admitted(ConnectionAnswered(connection, self.admits))
            case LoginAsked(connection, _, password):
                right = password == PASSWORD
                self.judged(LoginAnswered(connection, right, self.wait_ms))

    def answer(self, event: CommandEntered) -> None:
        session, line = event.session, event.line
        if session in self._passwords:
            self._passwords.discard(session)
            self.sessions.reply(Reply(session, f"({len(line)} characters)\n", True, PROMPT))
        elif line == "enable":
            self._passwords.add(session)
            self.sessions.reply(Reply(session, "", True, "Password: ", secret=True))
        else:
            text = self._meaning(line)
            self.sessions.reply(Reply(session, text, True, PROMPT, page=self.page))
        if line == "exit":
            self.sessions.close(CloseSession(session))

    def console(self, text: str) -> None:
        self.sessions.console(ConsoleText(text))

    def prompt(self, session: int, prompt: str) -> None:
        self.sessions.prompt_changed(PromptChanged(session, prompt))

    def _meaning(self, line: str) -> str:
        word, _, count = line.partition(" ")
        if word == "bad":
            return "ERROR: no\n"
        if word == "caret":
            return "        ^\nERROR: % Invalid input detected at '^' marker.\n"
        if word == "log":
            return "%PIX-1-104001: (Primary) Switching to ACTIVE\n"
        if word == "many" and count.isdecimal() and count.isascii():
            return "".join(f"line {number}\n" for number in range(1, int(count) + 1))
        return f"<{line}>\n" if line else ""
