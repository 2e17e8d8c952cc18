"""Lines from a pipe or a program: no echo, no keys, so no editing. Pure: text in, text out.

A line that ends in ``?`` asks for help, as the key does at a terminal; in a password it is itself.
"""

from __future__ import annotations

from firmware.core.management.events import LINE_MAX
from firmware.drivers.terminal.line_editing import Asked, Key


class PlainLines:
    """Lines from a pipe: no echo, no keys. ``prompts`` False: for a program that wants none."""

    def __init__(self, *, prompts: bool) -> None:
        self._prompts = prompts
        self._prompt = ""
        self._line = ""
        self._too_long = self._secret = False
        self._out: list[str] = []

    def take(self) -> str:
        """What to show, once."""
        text = "".join(self._out)
        self._out.clear()
        return text

    def begin(self, prompt: str, line: str = "", *, secret: bool = False, tail: str = "") -> None:
        """Wait for a line. What is offered to be edited cannot be, on a pipe."""
        self._prompt, self._secret = prompt if self._prompts else "", secret
        self._out.append(self._prompt)

    def again(self) -> None:
        """Wait for the same once more."""
        self._out.append(self._prompt)

    def fill(self, line: str) -> None:
        """Nobody asked."""

    def aside(self, text: str) -> None:
        """Show whole lines, and the prompt again."""
        self._out.append(f"\n{text}{self._prompt}")

    def reprompt(self, prompt: str) -> None:
        """The next prompt shown is that one."""
        self._prompt = prompt if self._prompts else ""

    def forget(self) -> None:
        """A pipe recalls nothing."""

    def resize(self, width: int) -> None:
        """A pipe has no width."""

    @property
    def tail(self) -> str:
        """Nothing is behind the cursor."""
        return ""

    def feed(self, text: str) -> tuple[int, Asked | None]:
        """Take characters up to the end of a line: how many, and the line if it has ended."""
        end = text.find("\n")
        piece = text if end < 0 else text[:end]
        room = LINE_MAX + 1 - len(self._line)  # one more for a carriage return
        self._too_long = self._too_long or len(piece) > room
        self._line += piece[:room]
        if end < 0:
            return len(text), None
        line, self._line = self._line.removesuffix("\r"), ""
        too_long, self._too_long = self._too_long or len(line) > LINE_MAX, False
        return end + 1, Asked(Key.TOO_LONG) if too_long else self._asked(line)

    def _asked(self, line: str) -> Asked:
        if line.endswith("?") and not self._secret:
            return Asked(Key.HELP, line[:-1])
        return Asked(Key.ENTER, line)
