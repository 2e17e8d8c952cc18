"""``fover-unit attach`` and ``exec``: the two clients of the local terminal.

On a terminal, ``attach`` passes single keys and shows what comes back; the unit echoes and edits.
The terminal is put back however it ends. Ctrl-] leaves even a unit that hangs.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

from firmware.drivers.terminal.conversation import PROGRAM, is_error

ANSWER_S = 10.0  # a client waits so long; an order is answered or given up within five
ESCAPE = b"\x1d"  # Ctrl-]
_UNSENT_MAX = 65_536  # bytes typed that the unit has not taken yet
_ENDS = (signal.SIGTERM, signal.SIGHUP)


def execute(path: Path, *lines: str, patience_s: float = ANSWER_S) -> int:
    """``fover-unit exec``: type these lines, print the answers.

    Returns 1 if one was an error, or if the unit was silent for ``patience_s`` seconds.
    """
    failed = False
    try:
        with _connected(path, patience_s) as client:
            client.sendall(b"exec\n")
            answers = client.makefile("rb")
            for line in lines:
                client.sendall(line.replace("\n", " ").encode(errors="replace") + b"\n")
                answer = _until_end(answers.read1)
                print(answer, end="")
                failed = failed or is_error(answer)
    except OSError as error:
        print(_unreachable(path, error, patience_s), file=sys.stderr)
        return 1
    return int(failed)


def attach(path: Path, *, patience_s: float = ANSWER_S) -> int:
    """``fover-unit attach``: standard input and output become a terminal session.

    Returns 1 if the unit cannot be reached, or has no prompt for us in ``patience_s`` seconds.
    """
    try:
        with _connected(path, patience_s) as client:
            typing = sys.stdin.fileno()
            if os.isatty(typing):
                _sit_down(client, typing, patience_s)
            else:
                client.sendall(b"attach\n")
                _first_word(client, patience_s)
                _Pump(client, typing).run()
    except OSError as error:
        print(_unreachable(path, error, patience_s), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print()
    return 0


def _sit_down(client: socket.socket, typing: int, patience_s: float) -> None:
    print("Escape character is '^]'.", file=sys.stderr)
    client.sendall(b"attach " + _size(typing) + b"\n")
    _first_word(client, patience_s)
    with _resizes() as resized, _raw(typing):
        _Pump(client, typing, resized).run()
    print()


def _first_word(client: socket.socket, patience_s: float) -> None:
    if not select.select([client], [], [], patience_s)[0]:
        raise TimeoutError
    client.setblocking(False)  # from here on a person may think as long as he likes


class _Pump:
    """Both ways, until the unit ends the session, or the input does and all is answered.

    With ``resized``, a descriptor that can be read when the terminal has another size, the input
    is a terminal.
    """

    def __init__(self, client: socket.socket, typing: int, resized: int | None = None) -> None:
        self._client, self._typing, self._resized = client, typing, resized
        self._unsent = b""
        self._ended = False  # the input

    def run(self) -> None:
        """Raises OSError when the connection breaks."""
        while True:
            reads: list[int] = [self._client.fileno()]
            if not self._ended and len(self._unsent) < _UNSENT_MAX:
                reads.append(self._typing)
            if self._resized is not None:
                reads.append(self._resized)
            writes = [self._client.fileno()] if self._unsent else []
            readable, writable, _ = select.select(reads, writes, [])
            if self._client.fileno() in readable and not self._heard():
                return
            if self._typing in readable and not self._typed():
                return
            if self._resized is not None and self._resized in readable:
                os.read(self._resized, 512)
                self._unsent += b"\0" + _size(self._typing) + b"\n"
            if writable:
                self._send()

    def _heard(self) -> bool:
        """Show what came; False at the end."""
        text = self._client.recv(65_536)
        shown = 0
        while shown < len(text):
            shown += os.write(sys.stdout.fileno(), text[shown:])
        return bool(text)

    def _typed(self) -> bool:
        """Take what was typed; False if it says to leave."""
        typed = os.read(self._typing, 65_536)
        if self._resized is not None:
            self._unsent += typed.replace(b"\0", b"")
            return bool(typed) and ESCAPE not in typed
        self._unsent += typed
        self._ended = not typed
        self._end_if_sent()
        return True

    def _send(self) -> None:
        sent = self._client.send(self._unsent)
        self._unsent = self._unsent[sent:]
        self._end_if_sent()

    def _end_if_sent(self) -> None:
        if self._ended and not self._unsent:
            self._client.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def _raw(terminal: int) -> Iterator[None]:
    """Single keys without echo, until the end; SIGTERM and SIGHUP are such an end too."""
    before = termios.tcgetattr(terminal)
    handlers = {number: signal.signal(number, _leave) for number in _ENDS}
    try:
        tty.setraw(terminal)
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _leave(number: int, frame: object) -> None:
    raise SystemExit(128 + number)


@contextlib.contextmanager
def _resizes() -> Iterator[int]:
    """A descriptor that can be read after each change of the terminal's size."""
    here, there = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def tell(number: int, frame: object) -> None:
        with contextlib.suppress(BlockingIOError):  # it is known already
            os.write(there, b"s")

    before = signal.signal(signal.SIGWINCH, tell)
    try:
        yield here
    finally:
        signal.signal(signal.SIGWINCH, before)
        os.close(here)
        os.close(there)


def _size(terminal: int) -> bytes:
    columns, rows = os.get_terminal_size(terminal)
    return b"%dx%d" % (columns, rows)


def _until_end(read: Callable[[int], bytes]) -> str:
    answer, end = b"", PROGRAM.end.encode()
    while not answer.endswith(end):
        piece = read(65_536)
        if not piece:
            raise OSError("the unit ended the session")
        answer += piece
    return answer[: -len(end)].decode(errors="replace")


def _connected(path: Path, patience_s: float) -> socket.socket:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(patience_s)
    try:
        client.connect(str(path))
    except OSError:
        client.close()
        raise
    return client


def _unreachable(path: Path, error: OSError, patience_s: float) -> str:
    # A full queue of connections that nobody takes says EAGAIN: it hangs as well.
    if isinstance(error, TimeoutError | BlockingIOError):
        kill = f"kill -9 $(cat {path.with_name('management.pid')})"
        return (
            f"fover-unit: {path}: no answer in {patience_s:g} s. Its management process hangs: "
            f"{kill} and it is started again; nothing else of the unit notices"
        )
    why = error.strerror or str(error)
    return f"fover-unit: {path}: {why}. Is the unit running, and are you its user?"
