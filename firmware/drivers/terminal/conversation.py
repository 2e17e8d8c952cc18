"""One session: what a client sends becomes events, what the machine answers becomes its screen.

The same for a local terminal, SSH, a pipe and a program; a ``Manner`` says how they differ. One
thing is asked at a time: what was sent behind it waits, unread beyond ``PENDING_MAX``, until the
answer has been shown and has left. A line is somebody's only when it was ended by Enter.

Knows no socket and no clock: ``channel`` takes bytes, ``later`` calls a function soon, ``ending``
is told when the last word was said, and cuts it off if that is not taken.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from firmware.core.management.events import (
    LINE_MAX,
    CommandEntered,
    CompletionAsked,
    Event,
    HelpAsked,
    Interrupted,
    Reply,
    WindowChanged,
)
from firmware.drivers.terminal.line_editing import Asked, Key, LineEditor
from firmware.drivers.terminal.pager import ERASED, MARKER, Pager
from firmware.drivers.terminal.plain_lines import PlainLines

PENDING_MAX = 32_768  # characters received and not yet looked at; more stay with the client
UNREAD_MAX = 1 << 20  # bytes of answers a client may leave unread before it is cut off
SLICE = 4096  # characters looked at, or said, before others have their turn
TURN = 8  # lines, likewise
TOO_LONG = f"ERROR: a line of more than {LINE_MAX} characters\n"
NEEDS_A_PERSON = "ERROR: this asks for an answer; open a session and type it there\n"
WIDEST = 1000  # columns, and lines, of a terminal that is believed


class Channel(Protocol):
    """What an asyncio transport and an SSH channel have in common."""

    def write(self, data: bytes) -> None:
        """Send, now or when there is room."""

    def close(self) -> None:
        """End when all is sent."""

    def abort(self) -> None:
        """End at once."""

    def is_closing(self) -> bool:
        """Whether it ends, or has."""

    def pause_reading(self) -> None:
        """Leave what comes with the client."""

    def resume_reading(self) -> None:
        """Take it again."""

    def get_write_buffer_size(self) -> int:
        """Bytes not yet sent."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How one kind of client wants to be spoken to."""

    newline: str = "\n"
    keys: bool = False  # somebody sits at a terminal: echo, editing, pages
    prompts: bool = True
    console: bool = True  # is shown what is said to every console
    end: str = ""  # closes each answer
    greeted: bool = True  # the machine says the first word
    once: bool = False  # the lines are known; the session ends with the last answer


TERMINAL = Manner(newline="\r\n", keys=True)
PIPE = Manner()
PROGRAM = Manner(prompts=False, console=False, end="\0", greeted=False)
ONE_COMMAND = Manner(prompts=False, console=False, once=True)


class _Mode(Enum):
    ASKED = "asked"  # the machine has not answered yet
    TYPING = "typing"
    PAGING = "paging"  # <--- More ---> stands there


def is_error(answer: str) -> bool:
    """Whether an answer refuses what was typed: in one of its lines, behind a caret perhaps."""
    return any(line.startswith(("ERROR", "% ")) for line in answer.split("\n"))


def believable(columns: int, rows: int) -> tuple[int, int]:
    """A terminal's size, with 80 by 24 where it said none."""
    return min(columns or 80, WIDEST), min(rows or 24, WIDEST)


class Conversation:
    """One session, from its first prompt to its end. ``failed``: some answer was an error."""

    def __init__(
        self,
        number: int,
        channel: Channel,
        manner: Manner,
        *,
        tell: Callable[[Event], None],
        later: Callable[[Callable[[], None]], object],
        ending: Callable[[Conversation], None],
        width: int = 80,
    ) -> None:
        self.number = number
        self.failed = False
        self._channel, self._manner = channel, manner
        self._tell, self._later, self._ending = tell, later, ending
        self._width = width
        self._reader: LineEditor | PlainLines = (
            LineEditor(width) if manner.keys else PlainLines(prompts=manner.prompts)
        )
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._mode = _Mode.ASKED if manner.greeted else _Mode.TYPING
        self._greeting = manner.greeted
        self._pager = Pager()
        self._last: Reply | None = None  # the end of an answer, while its pages are shown
        self._completing = False
        self._input, self._at = "", 0
        self._carriage = False  # the last character received was a carriage return
        self._fresh = True  # the screen's cursor is at the start of a row
        self._unsent: list[str] | None = None  # while we look at input: one write for all of it
        self._paused = self._held = self._scheduled = self._ended = self._over = False

    @property
    def once(self) -> bool:
        """It was one command, and has an outcome."""
        return self._manner.once

    def received(self, data: bytes) -> None:
        """Bytes from the client."""
        text = self._decoder.decode(data)
        if self._manner.keys:
            text = self._one_enter(text)
            stop = text.rfind("\x03")
            if stop >= 0:  # as a terminal does: what was typed ahead is dropped with the line
                self._input, self._at, text = "", 0, text[stop:]
        self._input, self._at = self._input[self._at :] + text, 0
        if len(self._input) > PENDING_MAX and not self._paused:
            self._paused = True
            self._channel.pause_reading()
        self._schedule()

    def eof(self) -> None:
        """The client will send no more. What it sent is answered, then the session ends."""
        self._ended = True
        self._schedule()

    def hold(self, held: bool) -> None:
        """The client does not read fast enough; or does again. Nothing new is asked meanwhile."""
        self._held = held
        self._schedule()

    def resized(self, columns: int, rows: int) -> None:
        """The terminal has that size now."""
        self._width, rows = believable(columns, rows)
        self._reader.resize(self._width)
        self._tell(WindowChanged(self.number, self._width, rows))

    def reply(self, reply: Reply) -> None:
        """The machine's answer, or a part of it."""
        wrong = is_error(reply.text)
        if self._manner.once and self._greeting and not wrong:  # a banner is for people
            self._greeting = not reply.done
            self._mode = _Mode.TYPING if reply.done else self._mode
            self._schedule()
            return
        self.failed = self.failed or wrong
        if self._mode is _Mode.TYPING:
            self._unasked(reply)
            return
        if self._manner.keys:
            self._pager.limit(reply.page)
        if self._completing and (reply.text or not reply.done):
            self._completing = False
            self._write("\r\n")
        self._pager.add(self._lines(reply.text))
        if reply.done:
            self._last = reply
        if self._mode is _Mode.ASKED:
            self._show()

    def prompt_changed(self, prompt: str) -> None:
        """The prompt reads otherwise now."""
        if self._mode is _Mode.TYPING:
            self._reader.reprompt(prompt)
            self._flush()
        elif self._last is not None:
            last = self._last
            self._last = Reply(last.session, "", True, prompt, last.line, last.secret)

    def forget(self) -> None:
        """The line entered last cannot be recalled any more."""
        self._reader.forget()

    def console(self, text: str) -> None:
        """A line for everybody at a console, on a row of its own."""
        if not self._manner.console:
            return
        said = self._lines(text + "\n")
        if self._mode is _Mode.TYPING:
            self._reader.aside(said)
            self._flush()
        elif self._mode is _Mode.PAGING:
            self._write(ERASED + said + MARKER)
        else:
            self._write(said if self._fresh else self._manner.newline + said)

    def end(self) -> None:
        """Nothing more to say: close when all that was said has left."""
        if self._over:
            return
        self._send()
        self._over = True
        self._channel.close()
        self._ending(self)

    def cut(self) -> None:
        """It does not take what was said: end at once."""
        self._channel.abort()

    def refuse(self, text: str) -> None:
        """Say this last word, and end."""
        self._write(self._lines(text) + self._manner.end)
        self.failed = True
        self.end()

    def _one_enter(self, text: str) -> str:
        """Enter is a carriage return, whatever a client sends behind it."""
        if self._carriage and text[:1] in ("\n", "\0"):
            text = text[1:]
        elif not text:
            return text
        self._carriage = text.endswith("\r")
        return text.replace("\r\n", "\r").replace("\r\0", "\r")

    def _schedule(self) -> None:
        if not self._scheduled and not self._over:
            self._scheduled = True
            self._later(self._go_on)

    def _go_on(self) -> None:
        """Look at some of what was received; then others have their turn."""
        self._scheduled = False
        if self._over or self._held:
            return
        self._unsent = []
        for _ in range(TURN):
            if not self._may_look():
                break
            self._look()
        self._send()
        if self._paused and len(self._input) - self._at < PENDING_MAX // 2:
            self._paused = False
            self._channel.resume_reading()
        if self._mode is _Mode.ASKED:
            return
        if self._at < len(self._input):
            self._schedule()
        elif self._ended:
            self.end()

    def _may_look(self) -> bool:
        """There is something, nobody is asked, and what was said in this turn is not much."""
        there = self._at < len(self._input) and self._mode is not _Mode.ASKED and not self._over
        return there and sum(map(len, self._unsent or ())) < SLICE

    def _look(self) -> None:
        if self._mode is _Mode.PAGING:
            self._at += 1
            self._page_key(self._input[self._at - 1])
            return
        used, asked = self._reader.feed(self._input[self._at : self._at + SLICE])
        self._at += used
        self._flush()
        if asked is not None:
            self._ask(asked)

    def _ask(self, asked: Asked) -> None:
        event = self._event(asked)
        self._pager = Pager(self._width)
        self._last = None
        self._completing = asked.key is Key.COMPLETE
        if event is not None:
            self._mode = _Mode.ASKED
            self._tell(event)
        elif asked.key is Key.LEAVE:
            self.end()
        else:
            self._too_long()

    def _event(self, asked: Asked) -> Event | None:
        match asked.key:
            case Key.ENTER:
                return CommandEntered(self.number, asked.text)
            case Key.HELP:
                return HelpAsked(self.number, asked.text)
            case Key.COMPLETE:
                return CompletionAsked(self.number, asked.text)
            case Key.INTERRUPT | Key.END:
                return Interrupted(self.number, ends=asked.key is Key.END)
        return None

    def _too_long(self) -> None:
        self.failed = True
        self._write(self._lines(TOO_LONG) + self._manner.end)
        self._reader.again()
        self._flush()

    def _unasked(self, reply: Reply) -> None:
        """Said of itself, while a line is typed: what is being typed stays."""
        if not self._manner.prompts:  # a program counts answers
            return
        if reply.text:
            self._reader.aside(self._lines(reply.text))
        if reply.done:
            self._reader.reprompt(reply.prompt)
        self._flush()

    def _show(self) -> None:
        """As much of the answer as may be shown; behind its end, the prompt."""
        self._write(self._pager.take())
        if self._pager.stops:
            self._mode = _Mode.PAGING
            self._write(MARKER)
            return
        self._mode = _Mode.ASKED
        last, self._last = self._last, None
        if last is None:
            return
        if last.secret and self._manner.once:
            self.refuse(NEEDS_A_PERSON)
            return
        self._write(self._manner.end)
        self._mode = _Mode.TYPING
        self._wait_for_a_line(last)
        self._schedule()

    def _wait_for_a_line(self, last: Reply) -> None:
        if self._completing:
            self._completing = False
            self._reader.fill(last.line)
        else:
            tail = self._reader.tail
            self._reader.begin(last.prompt, last.line, secret=last.secret, tail=tail)
        self._flush()

    def _page_key(self, key: str) -> None:
        if key in "\r\n":
            self._pager.go_on(1)
        elif key == " ":
            self._pager.go_on()
        elif key in "qQ\x03\x1a":
            self._pager.stop()
        else:
            return
        self._write(ERASED)
        self._show()

    def _lines(self, text: str) -> str:
        if self._manner.end:
            text = text.replace(self._manner.end, "?")
        if self._manner.newline == "\n":
            return text
        return text.replace("\r\n", "\n").replace("\n", self._manner.newline)

    def _flush(self) -> None:
        self._write(self._reader.take())

    def _write(self, text: str) -> None:
        if not text:
            return
        self._fresh = text.endswith("\n")
        if self._unsent is None:
            self._unsent = [text]
            self._send()
        else:
            self._unsent.append(text)

    def _send(self) -> None:
        text, self._unsent = "".join(self._unsent or ()), None
        if not text or self._channel.is_closing():
            return
        if self._channel.get_write_buffer_size() > UNREAD_MAX:
            self._over = True
            self._channel.abort()
            return
        self._channel.write(text.encode(errors="replace"))
