"""Packet rules and tracked connections of the kernel, for the management process.

A script is carried out by `nft -f -` in a child process: the loop never waits. Its parts are
transactions of their own, because a user namespace is not allowed one of more than 416 kB: the
chains of the lists first, each unless it is there already, then the switch. Where the kernel allows
larger ones a few parts go together: every `nft` asks for all that is there before it adds anything,
and 10,000 entries take half the time. While one script is being loaded only the newest of those
that come is kept. The settings that go with the rules are
written after them, because the kernel has them only once something tracks connections.

Connections are forgotten by one ctnetlink message, packed by hand: it is 20 bytes, where a library
would cost 0.2 s to import, and a unit without the `conntrack` program must forget them too.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import socket
import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from firmware.core.management.events import LoadRules, RulesLoaded

LOAD_S = 60.0  # nft is ended after this long

_TABLE = "ip fover"
_PART = "# part\n"
_DECLARED = re.compile(r"^add (chain|counter) ip fover (\S+)", re.MULTILINE)
_SETTINGS = Path("/proc/sys/net/netfilter")
_ERROR_LINES = 3
_TOGETHER = 200_000  # characters of a script; the kernel is busy with it for 50 ms
_SO_SNDBUFFORCE, _ROOMY = 32, 4 << 20  # not in the socket module; bytes
_REMOVALS_AT_ONCE = 2000

_NETLINK_NETFILTER, _REQUEST, _ACK = 12, 0x1, 0x4
_CONNTRACK_DELETE = 1 << 8 | 2
_FLUSH = struct.pack("=IHHII BBH", 20, _CONNTRACK_DELETE, _REQUEST | _ACK, 1, 0, 0, 0, 0)
_ERRNO = struct.Struct("=16x i")

_Object = tuple[str, str]  # ("chain", "forward")


class Nftables:
    """``tell`` is called in the loop's own thread. Needs CAP_NET_ADMIN in the network namespace.

    ``closed`` is loaded at once, for the time before the first rules; the kernel may refuse it.
    ``trouble``: why connections could not be forgotten, for a person; empty when they could.
    ``loading``, ``dropping``: what is under way.
    """

    def __init__(self, tell: Callable[[RulesLoaded], None], closed: str = "") -> None:
        self._tell = tell
        self._closed = closed
        self._waiting: LoadRules | None = None
        self._there: set[_Object] | None = None  # None: not known
        self.loading: asyncio.Task[None] | None = None
        self.dropping: set[asyncio.Task[None]] = set()
        self.trouble = ""
        if closed:
            self._start()

    def load(self, ask: LoadRules) -> None:
        """Answered by ``RulesLoaded``, unless a newer one overtakes it. After an error the rules
        before it hold."""
        self._waiting = ask
        if self.loading is None or self.loading.done():
            self._start()

    def drop_connections(self) -> None:
        """Forget every tracked connection, soon."""
        task = asyncio.create_task(self._drop(), name="drop connections")
        self.dropping.add(task)
        task.add_done_callback(self.dropping.discard)

    async def close(self) -> None:
        """End a load that is under way. The rules stay as they are."""
        tasks = [task for task in (self.loading, *self.dropping) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self) -> None:
        self.loading = asyncio.create_task(self._load_waiting(), name="packet rules")
        self.loading.add_done_callback(_raise_what_ended_it)

    async def _load_waiting(self) -> None:
        closed, self._closed = self._closed, ""
        if closed and self._waiting is None:
            await _nft(closed)
        while (ask := self._waiting) is not None:
            self._waiting = None
            error = await self._load(ask)
            unset = "" if error is not None else _write_settings(ask.timeouts)
            self._tell(RulesLoaded(ask.number, error, unset))

    async def _load(self, ask: LoadRules) -> str | None:
        """Why it could not be done. Tried once more, looking anew: our table may be flushed."""
        remembered = self._there is not None
        error = await self._load_once(ask)
        if error is not None and remembered:
            self._there = None
            error = await self._load_once(ask)
        return error

    async def _load_once(self, ask: LoadRules) -> str | None:
        try:
            there = await _listed() if self._there is None else self._there
        except (OSError, TimeoutError) as refusal:
            return _why(refusal)
        *chains, switch = ask.script.split(_PART)
        for transaction in _transactions(chains, there, _TOGETHER if _may_be_large() else 0):
            error = await _nft(transaction)
            if error is not None:
                return error
            there.update(_DECLARED.findall(transaction))
        error = await _nft(switch)
        if error is not None:
            return error
        wanted = set(_DECLARED.findall(ask.script))
        self._there = wanted | await self._removed(there - wanted)
        return None

    async def _removed(self, stale: set[_Object]) -> set[_Object]:
        """Take away what no rule uses any more. What is left all the same: tried again later."""
        chains = sorted(name for kind, name in stale if kind == "chain")
        lines = [f"flush chain {_TABLE} {name}\n" for name in chains]
        lines += [_removal("chain", name) for name in chains]
        lines += [_removal(kind, name) for kind, name in sorted(stale) if kind == "counter"]
        for start in range(0, len(lines), _REMOVALS_AT_ONCE):
            if await _nft("".join(lines[start : start + _REMOVALS_AT_ONCE])) is not None:
                return {one for one in stale if _removal(*one) in lines[start:]}
        return set()

    async def _drop(self) -> None:
        try:
            await asyncio.to_thread(_flush_connections)
        except OSError as error:
            self.trouble = f"connections are not forgotten: {error.strerror}"
        else:
            self.trouble = ""


def _raise_what_ended_it(task: asyncio.Task[None]) -> None:
    """To the loop's handler, now and not when somebody looks. Nobody waits for a load."""
    if not task.cancelled():
        task.result()


def _transactions(parts: Iterable[str], there: set[_Object], most: int) -> Iterator[str]:
    """What is not there yet, in order; parts go together up to so many characters."""
    together = ""
    for part in parts:
        declared = _DECLARED.findall(part)
        if not declared or there.issuperset(declared):
            continue
        if together and len(together) + len(part) > most:
            yield together
            together = ""
        together += part
    if together:
        yield together


def _may_be_large() -> bool:
    """Whether `nft` may enlarge its socket's buffer: not in a user namespace of one's own."""
    kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC
    try:
        with socket.socket(socket.AF_NETLINK, kind, _NETLINK_NETFILTER) as kernel:
            kernel.setsockopt(socket.SOL_SOCKET, _SO_SNDBUFFORCE, _ROOMY)
    except OSError:
        return False
    return True


async def _listed() -> set[_Object]:
    """Chains and counters of a predecessor."""
    found: set[_Object] = set()
    for kind in ("chain", "counter"):
        _, said, _ = await _run("-j", "list", f"{kind}s", "ip")
        for entry in json.loads(said)["nftables"] if said else []:
            one = entry.get(kind)
            if one is not None and one["table"] == "fover":
                found.add((kind, one["name"]))
    return found


async def _nft(script: str) -> str | None:
    """Carry it out; None, or why it was refused."""
    try:
        status, _, error = await _run("-f", "-", stdin=script)
    except (OSError, TimeoutError) as refusal:
        return _why(refusal)
    if status == 0:
        return None
    lines = error.strip().splitlines()[:_ERROR_LINES]
    return "; ".join(line.strip() for line in lines) or f"nft ended with {status}"


def _removal(kind: str, name: str) -> str:
    return f"delete {kind} {_TABLE} {name}\n"


def _why(refusal: OSError) -> str:
    if isinstance(refusal, FileNotFoundError):
        return "nft is not installed: apt-get install nftables"
    if isinstance(refusal, TimeoutError):
        return f"nft did not end within {LOAD_S:.0f} s"
    return f"nft cannot be started: {refusal.strerror}"


async def _run(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
    """Exit status, output, errors. Raises OSError, TimeoutError."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        "nft", *arguments, stdin=pipe, stdout=pipe, stderr=pipe
    )
    try:
        async with asyncio.timeout(LOAD_S):
            said, error = await process.communicate(stdin.encode())
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return process.returncode or 0, said.decode(errors="replace"), error.decode(errors="replace")


def _write_settings(settings: tuple[tuple[str, int], ...]) -> str:
    """Every one that the kernel takes; why the first of the others is not set, or nothing."""
    refused = ""
    for name, value in settings:
        try:
            (_SETTINGS / name).write_text(f"{value}\n")
        except OSError as error:
            refused = refused or f"{_SETTINGS / name} is not {value}: {error.strerror}"
    return refused


def _flush_connections() -> None:
    with socket.socket(
        socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_NETFILTER
    ) as kernel:
        kernel.bind((0, 0))
        kernel.send(_FLUSH)
        code = -_ERRNO.unpack_from(kernel.recv(4096))[0]
    if code:
        raise OSError(code, os.strerror(code))
