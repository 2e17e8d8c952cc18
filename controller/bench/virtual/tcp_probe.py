"""One host's TCP connections through the pair: many, each speaking seldom. Nothing here blocks.

A connection that lost a word to an outage says it again only when its kernel's timer, doubled and
doubled again, comes due: it would tell of that timer and not of the pair. So the word goes round: a
connection speaks once and then waits until all others have, and one that has lost nothing speaks to
the new unit moments after it is there. Where no answer comes the word goes round more slowly, lest
all have spoken before the outage ends.
"""

from __future__ import annotations

import contextlib
import errno
import select
import socket
import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from controller.bench.virtual.ring import RingWriter

TCP_RECORD = struct.Struct("<QQQ")  # when the connection began, what became of it, when (ns)
TCP_CAPACITY = 1 << 15
CONNECTIONS = 256
_ANSWERED_MAX = 512  # connections of the other host kept open
_MS = 1_000_000
# Silent for so long (ns), then a word this often (ns): 256 of them last for more than 20 s.
_PACES = ((1_000 * _MS, 100 * _MS), (200 * _MS, 50 * _MS), (0, 10 * _MS))
_ASKING_MAX = 8
_ASKED_NS = 300 * _MS  # a SYN is said again too rarely: the call is made anew
_GIVEN_UP_NS = 30_000 * _MS
_WORD = b"fover-tcp-word-\n"
_READ_BYTES = 4096
_GONE = (errno.ECONNRESET, errno.EPIPE)


class Fate(IntEnum):
    """What a record tells of a connection."""

    HEARD = 0  # its word came back
    RESET = 1
    ENDED = 2  # otherwise


@dataclass(slots=True, eq=False)
class _Call:
    """A connection we asked for."""

    tcp: socket.socket
    asked_ns: int
    begun_ns: int = 0  # 0: not yet
    spoke_ns: int = 0


class Callers:
    """The connections one host asks for."""

    def __init__(self, bind: str, to: tuple[str, int], records: RingWriter) -> None:
        self._bind, self._to, self._records = bind, to, records
        self._epoll = select.epoll()
        self._calls: dict[int, _Call] = {}  # by descriptor
        self._asking: deque[_Call] = deque()
        self._silent: deque[_Call] = deque()  # those whose turn comes, the next one first
        self._spoken: deque[_Call] = deque()  # waiting for their word to come back
        self._speak_ns = 0
        self._heard_ns = 0

    def step(self, now_ns: int) -> None:
        """Hear, speak, call; whatever can be done now."""
        for descriptor, _ in self._epoll.poll(0):
            self._happened(self._calls[descriptor], now_ns)
        self._tidy(now_ns)
        if now_ns >= self._speak_ns and self._silent:
            self._speak(self._silent.popleft(), now_ns)
        if len(self._calls) < CONNECTIONS and len(self._asking) < _ASKING_MAX:
            self._ask(now_ns)

    def _happened(self, call: _Call, now_ns: int) -> None:
        try:
            if not call.begun_ns:
                self._begin(call, now_ns)
            elif data := call.tcp.recv(_READ_BYTES):
                self._hear(call, data, now_ns)
            else:
                self._end(call, Fate.ENDED, now_ns)
        except BlockingIOError:
            pass
        except OSError as error:
            self._end(call, Fate.RESET if error.errno in _GONE else Fate.ENDED, now_ns)

    def _begin(self, call: _Call, now_ns: int) -> None:
        wrong = call.tcp.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if wrong:
            raise OSError(wrong, "refused")
        call.begun_ns = now_ns
        self._asking.remove(call)
        self._epoll.modify(call.tcp.fileno(), select.EPOLLIN)
        self._silent.append(call)

    def _hear(self, call: _Call, data: bytes, now_ns: int) -> None:
        self._heard_ns = now_ns
        self._records.append(call.begun_ns, Fate.HEARD, now_ns)
        if data.endswith(_WORD[-1:]) and call.spoke_ns:
            call.spoke_ns = 0
            self._spoken.remove(call)
            self._silent.append(call)

    def _speak(self, call: _Call, now_ns: int) -> None:
        quiet_ns = now_ns - self._heard_ns
        self._speak_ns = now_ns + next(pace for after, pace in _PACES if quiet_ns >= after)
        call.spoke_ns = now_ns
        self._spoken.append(call)
        try:
            call.tcp.send(_WORD)
        except OSError as error:
            self._end(call, Fate.RESET if error.errno in _GONE else Fate.ENDED, now_ns)

    def _tidy(self, now_ns: int) -> None:
        """Calls that nobody takes, and words that nobody gives back."""
        while self._asking and now_ns - self._asking[0].asked_ns > _ASKED_NS:
            self._drop(self._asking[0])
        while self._spoken and now_ns - self._spoken[0].spoke_ns > _GIVEN_UP_NS:
            self._drop(self._spoken[0])

    def _ask(self, now_ns: int) -> None:
        tcp = _tcp(self._bind, 0)
        call = _Call(tcp, now_ns)
        wrong = tcp.connect_ex(self._to)
        if wrong not in (0, errno.EINPROGRESS):
            tcp.close()  # no route, no neighbour
            return
        self._calls[tcp.fileno()] = call
        self._asking.append(call)
        self._epoll.register(tcp.fileno(), select.EPOLLOUT)

    def _end(self, call: _Call, fate: Fate, now_ns: int) -> None:
        if call.begun_ns:
            self._records.append(call.begun_ns, fate, now_ns)
        self._drop(call)

    def _drop(self, call: _Call) -> None:
        for waiting in (self._asking, self._silent, self._spoken):
            with contextlib.suppress(ValueError):
                waiting.remove(call)
        del self._calls[call.tcp.fileno()]
        call.tcp.close()  # epoll forgets what is closed


class Answerer:
    """Takes the other host's calls and gives every word back."""

    def __init__(self, at: tuple[str, int]) -> None:
        self._listener = _tcp(*at)
        self._listener.listen(CONNECTIONS)
        self._epoll = select.epoll()
        self._epoll.register(self._listener.fileno(), select.EPOLLIN)
        self._open: dict[int, socket.socket] = {}  # by descriptor, the eldest first

    def step(self) -> None:
        """Whatever can be done now."""
        for descriptor, _ in self._epoll.poll(0):
            if descriptor == self._listener.fileno():
                for tcp in self._called():
                    self._open[tcp.fileno()] = tcp
                    self._epoll.register(tcp.fileno(), select.EPOLLIN)
            elif descriptor in self._open:
                self._give_back(self._open[descriptor])

    def _called(self) -> Iterator[socket.socket]:
        with contextlib.suppress(BlockingIOError, ConnectionError):
            while True:
                tcp, _ = self._listener.accept()
                tcp.setblocking(False)
                tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if len(self._open) >= _ANSWERED_MAX:
                    # What was reset at the other end hangs on here until it is spoken to.
                    self._drop(next(iter(self._open.values())))
                yield tcp

    def _give_back(self, tcp: socket.socket) -> None:
        try:
            data = tcp.recv(_READ_BYTES)
            if data:
                tcp.send(data)
                return
        except BlockingIOError:
            return
        except OSError:
            pass  # a reset is an end as well
        self._drop(tcp)

    def _drop(self, tcp: socket.socket) -> None:
        del self._open[tcp.fileno()]
        tcp.close()


def _tcp(bind: str, port: int) -> socket.socket:
    tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    tcp.setblocking(False)
    tcp.bind((bind, port))
    return tcp
