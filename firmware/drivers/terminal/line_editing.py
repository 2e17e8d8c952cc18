"""Typed characters become lines: editing, recall and echo. Pure: text in, text out.

``LineEditor`` is for somebody at a terminal; ``plain_lines`` is for a pipe. It does not know what
a line means: Enter, ``?``, Tab and the control keys come back as ``Asked``, and whoever fed it goes
on when that is answered, so that what was pasted behind it waits.

asyncssh brings a line editor of its own. It cannot serve here: it cuts a line that is too long and
hands over the rest as if it had been meant; it takes a whole pasted block at once, where ours must
stop at each line until the unit has answered; it shows the tail of key codes it does not know; its
class is private to its channels, and half a second of import for each local terminal.

What is shown for somebody who types at the end of a line is what he typed and nothing else, as
programs compare it. Backspaces move within a row; only a line that wraps needs codes that move the
cursor, and only when it is edited.
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from dataclasses import dataclass
from enum import Enum

from firmware.core.management.events import LINE_MAX

HISTORY_MAX = 100  # lines one session can recall
_ESCAPE_MAX = 8  # characters of a key's code; those of longer ones are nobody's
_BELL = "\a"
_ENDLESS = 1 << 20  # columns of a terminal that did not say how wide it is
_RUN = re.compile(r"[^\x00-\x1f\x7f-\x9f?]+")


class Key(Enum):
    """What the session must answer."""

    ENTER = "enter"  # text: the line
    HELP = "help"  # text: the line before the cursor
    COMPLETE = "complete"  # text: the line before the cursor
    INTERRUPT = "interrupt"  # Ctrl-C
    END = "end"  # Ctrl-Z
    LEAVE = "leave"  # Ctrl-D on an empty line
    TOO_LONG = "too long"  # Enter after a line that did not fit: nobody's line


@dataclass(frozen=True, slots=True)
class Asked:
    """A key that is not editing."""

    key: Key
    text: str = ""


class LineEditor:
    """One line at a time, on a terminal ``width`` columns wide (0: it did not say)."""

    def __init__(self, width: int) -> None:
        self.line = ""
        self.cursor = 0
        self._width = width or _ENDLESS
        self._prompt = ""
        self._secret = False
        self._too_long = False
        self._literal = False  # after Ctrl-V
        self._escape = ""
        self._edge = False  # the cursor hangs over the right margin
        self._out: list[str] = []
        self._history: deque[str] = deque(maxlen=HISTORY_MAX)
        self._recalled = 0  # lines back from now; 0: the line being typed
        self._draft = ""

    @property
    def tail(self) -> str:
        """What is behind the cursor."""
        return self.line[self.cursor :]

    def take(self) -> str:
        """What to show, once."""
        text = "".join(self._out)
        self._out.clear()
        return text

    def begin(self, prompt: str, line: str = "", *, secret: bool = False, tail: str = "") -> None:
        """Wait for a line: show the prompt, and ``line`` and ``tail`` around the cursor."""
        self._prompt, self._secret = prompt, secret
        self._recalled, self._too_long = 0, False
        self._out.append(prompt)
        self._at_margin(prompt)
        self._show((line + tail)[:LINE_MAX], min(len(line), LINE_MAX))

    def again(self) -> None:
        """Wait for the same once more."""
        self.begin(self._prompt, secret=self._secret)

    def fill(self, line: str) -> None:
        """Put this in the place of what is before the cursor; a bell if it is that already."""
        tail = self.line[self.cursor :]
        if line == self.line[: self.cursor]:
            self._out.append(_BELL)
        self._show((line + tail)[:LINE_MAX], min(len(line), LINE_MAX))

    def aside(self, text: str) -> None:
        """Show whole lines in the middle of a line; the prompt and the line come again."""
        line, cursor = self.line, self.cursor
        self._show(line, len(line))
        self._out.append(f"\r\n{text}{self._prompt}")
        self._at_margin(self._prompt)
        self._show(line, cursor)

    def reprompt(self, prompt: str) -> None:
        """Another prompt before the line that is being typed."""
        line, cursor = self.line, self.cursor
        gone = self._columns(self._prompt) - self._columns(prompt)
        self._show(line, len(line))
        self._back(self._columns(line), -self._columns(self._prompt))
        self._prompt = prompt
        self._out.append(prompt)
        self._at_margin(prompt)
        self._show(line, len(line))
        if not self._secret:
            self._blank(self._columns(line), gone)
        self._show(line, cursor)

    def forget(self) -> None:
        """The line entered last cannot be recalled any more."""
        if self._history:
            self._history.pop()

    def resize(self, width: int) -> None:
        """The terminal is that wide now."""
        self._width = width or _ENDLESS

    def feed(self, text: str) -> tuple[int, Asked | None]:
        """Take characters up to the first that asks for something: how many, and what."""
        at = 0
        while at < len(text):
            run = self._run(text, at)
            if run:
                self._insert(run)
                at += len(run)
                continue
            asked = self._character(text[at])
            at += 1
            if asked is not None:
                return at, asked
        return at, None

    def _at_margin(self, prompt: str) -> None:
        """A prompt was just written, and nothing behind it."""
        self.line, self.cursor = "", 0
        self._edge = self._columns(prompt) > 0 and self._columns(prompt) % self._width == 0

    def _run(self, text: str, at: int) -> str:
        """Printable characters in a row; empty where a single one must be looked at."""
        if self._escape or self._literal:
            return ""
        found = _RUN.match(text, at)
        return found[0] if found else ""

    def _character(self, ch: str) -> Asked | None:
        if self._escape:
            return self._key_code(ch)
        if self._literal:
            self._literal = False
            self._insert(ch)
        elif ch in "\r\n":
            return self._enter()
        elif ch == "?":
            return self._help()
        elif ch in _ASKS:
            return self._ask(_ASKS[ch])
        elif ch == "\x04":
            return self._delete_or_leave()
        elif ch == "\x1b":
            self._escape = ch
        elif ch in _EDITS:
            self._too_long = False
            _EDITS[ch](self)
        else:
            self._out.append(_BELL)
        return None

    def _enter(self) -> Asked:
        line, too_long = self.line, self._too_long
        self._leave_line()
        if too_long:
            return Asked(Key.TOO_LONG)
        kept = line.strip() and not self._secret
        if kept and (not self._history or self._history[-1] != line):
            self._history.append(line)
        return Asked(Key.ENTER, line)

    def _help(self) -> Asked | None:
        if self._secret:  # a password may have one
            self._insert("?")
            return None
        if self.cursor == len(self.line):
            self._out.append("?")
        before = self.line[: self.cursor]
        self._show(self.line, len(self.line))
        self._out.append("\r\n")
        self.cursor = len(before)
        return Asked(Key.HELP, before)

    def _ask(self, key: Key) -> Asked | None:
        if key is Key.COMPLETE:
            return None if self._secret else Asked(key, self.line[: self.cursor])
        self._leave_line()
        return Asked(key)

    def _leave_line(self) -> None:
        self._show(self.line, len(self.line))
        self._out.append("\r\n")
        self.line, self.cursor, self._too_long, self._edge = "", 0, False, False

    def _delete_or_leave(self) -> Asked | None:
        if not self.line and not self._too_long:
            self._out.append("\r\n")
            return Asked(Key.LEAVE)
        self._delete()
        return None

    def _key_code(self, ch: str) -> Asked | None:
        """One character more of a key's code. Codes nobody knows are swallowed whole."""
        if ch < " ":  # no code has one: it was cut short
            self._escape = ""
            return self._character(ch)
        code = self._escape = (self._escape + ch)[:_ESCAPE_MAX]
        opened = len(code) == 2 and ch in "[O"
        if opened or (len(code) > 2 and not "@" <= ch <= "~"):
            return None
        self._escape = ""
        do = _CODES.get(code)
        if do is not None:
            self._too_long = False
            do(self)
        return None

    def _insert(self, text: str) -> None:
        if not text.isprintable():
            text = "".join(ch if ch.isprintable() else "\ufffd" for ch in text)
        room = LINE_MAX - len(self.line)
        if len(text) > room:
            if not self._too_long:  # one bell, however much is pasted
                self._out.append(_BELL)
            self._too_long = True
            text = text[:room]
        if text:
            line = self.line[: self.cursor] + text + self.line[self.cursor :]
            self._show(line, self.cursor + len(text))

    def _backspace(self) -> None:
        self._cut(self.cursor - 1, self.cursor)

    def _delete(self) -> None:
        self._cut(self.cursor, self.cursor + 1)

    def _cut_to_end(self) -> None:
        self._cut(self.cursor, len(self.line))

    def _cut_all(self) -> None:
        self._show("", 0)

    def _cut_word(self) -> None:
        self._cut(self._word_before(), self.cursor)

    def _cut(self, low: int, high: int) -> None:
        if not 0 <= low < high <= len(self.line):
            self._out.append(_BELL)
            return
        self._show(self.line[:low] + self.line[high:], low)

    def _word_before(self) -> int:
        before = self.line[: self.cursor].rstrip()
        return before.rfind(" ") + 1

    def _left(self) -> None:
        self._step(self.cursor - 1)

    def _right(self) -> None:
        self._step(self.cursor + 1)

    def _step(self, cursor: int) -> None:
        if 0 <= cursor <= len(self.line):
            self._show(self.line, cursor)
        else:
            self._out.append(_BELL)

    def _home(self) -> None:
        self._show(self.line, 0)

    def _end(self) -> None:
        self._show(self.line, len(self.line))

    def _older(self) -> None:
        self._recall(self._recalled + 1)

    def _newer(self) -> None:
        self._recall(self._recalled - 1)

    def _recall(self, back: int) -> None:
        if self._secret or not 0 <= back <= len(self._history):
            self._out.append(_BELL)
            return
        if self._recalled == 0:
            self._draft = self.line
        self._recalled = back
        line = self._history[-back] if back else self._draft
        self._show(line, len(line))

    def _redraw(self) -> None:
        self.aside("")

    def _await_literal(self) -> None:
        self._literal = True

    def _show(self, line: str, cursor: int) -> None:
        """Make the terminal show that line with the cursor there, by as little as need be."""
        old, at = self.line, self.cursor
        self.line, self.cursor = line, cursor
        if self._secret:
            return
        if line == old and cursor >= at:
            self._write(line[at:cursor], self._columns(line[:cursor]))
            return
        shown = self._columns(old[:at])
        if line != old:
            start = min(at, _alike(old, line))
            self._back(shown, self._columns(old[:start]))
            shown = self._columns(line)
            self._write(line[start:], shown)
            self._blank(shown, self._columns(old) - shown)
        self._back(shown, self._columns(line[:cursor]))

    def _write(self, text: str, column: int) -> None:
        """Text that ends at that column of the line."""
        if text:
            self._out.append(text)
            self._edge = (self._columns(self._prompt) + column) % self._width == 0

    def _blank(self, column: int, gone: int) -> None:
        """Blanks behind that column, and back again; none if there is nothing to blank."""
        if gone <= 0:
            return
        self._write(" " * gone, column + gone)
        self._back(column + gone, column)

    def _back(self, column: int, to: int) -> None:
        """From one column of the line to one before it. The prompt has the columns below 0."""
        if column == to:
            return
        if self._edge:  # a blank takes the cursor over the margin, where it was meant to be
            self._out.append(" \b")
            self._edge = False
        start = self._columns(self._prompt)
        row, _ = divmod(start + column, self._width)
        to_row, to_column = divmod(start + to, self._width)
        if row == to_row:
            self._out.append("\b" * (column - to))
            return
        self._out.append(f"\x1b[{row - to_row}A\r")
        if to_column:
            self._out.append(f"\x1b[{to_column}C")

    @staticmethod
    def _columns(text: str) -> int:
        if text.isascii():
            return len(text)
        wide = sum(unicodedata.east_asian_width(ch) in "WF" for ch in text)
        return len(text) + wide - sum(unicodedata.combining(ch) > 0 for ch in text)


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


_ASKS = {"\t": Key.COMPLETE, "\x03": Key.INTERRUPT, "\x1a": Key.END}
_EDITS = {
    "\x01": LineEditor._home,
    "\x02": LineEditor._left,
    "\x05": LineEditor._end,
    "\x06": LineEditor._right,
    "\x08": LineEditor._backspace,
    "\x0b": LineEditor._cut_to_end,
    "\x0c": LineEditor._redraw,
    "\x0e": LineEditor._newer,
    "\x10": LineEditor._older,
    "\x12": LineEditor._redraw,
    "\x15": LineEditor._cut_all,
    "\x16": LineEditor._await_literal,
    "\x17": LineEditor._cut_word,
    "\x18": LineEditor._cut_all,
    "\x7f": LineEditor._backspace,
}
_CODES = {
    **{f"\x1b{kind}A": LineEditor._older for kind in "[O"},
    **{f"\x1b{kind}B": LineEditor._newer for kind in "[O"},
    **{f"\x1b{kind}C": LineEditor._right for kind in "[O"},
    **{f"\x1b{kind}D": LineEditor._left for kind in "[O"},
    **{f"\x1b{kind}": LineEditor._home for kind in ("[H", "OH", "[1~", "[7~")},
    **{f"\x1b{kind}": LineEditor._end for kind in ("[F", "OF", "[4~", "[8~")},
    "\x1b[3~": LineEditor._delete,
}
