"""The kernel in the management process: packet rules, what `show interface` and its kin ask, ping.

Whatever takes time runs beside the loop; its answer comes back as an event.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from firmware.core.management import events as ev
from firmware.core.management.kernel import KernelFacts
from firmware.core.management.rules.nft import CLOSED
from firmware.core.persona_names import persona_names
from firmware.drivers.kernel_facts import KernelTeller, NotToldError
from firmware.drivers.nftables import Nftables
from firmware.drivers.ping import ping

TASKS_MAX = 64  # questions under way; more are refused


class Kernel:
    """``tell`` gets the answers, in the loop's own thread. ``enforces``: rules are loaded."""

    def __init__(
        self, nics: Mapping[str, str], tell: Callable[[ev.Event], None], *, enforces: bool
    ) -> None:
        self._nics = dict(nics)
        self._tell = tell
        self._enforces = enforces
        self._teller = KernelTeller(nics)
        self._tasks: set[asyncio.Task[None]] = set()
        self._nftables: Nftables | None = None

    def start(self) -> None:
        """Forward nothing until there are rules; begin to look at the processor's load."""
        if self._enforces:
            self._nftables = Nftables(self._tell, CLOSED)
        self._run(self._teller.keep_sampling())

    async def close(self) -> None:
        """Answer nothing more. The rules stay as they are."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._teller.close()
        if self._nftables is not None:
            await self._nftables.close()

    def load(self, ask: ev.LoadRules) -> None:
        """Answered by ``RulesLoaded``."""
        assert self._nftables is not None, "rules where none are enforced"
        self._nftables.load(ask)

    def drop_connections(self, ask: ev.DropConnections) -> None:
        """Soon."""
        if self._nftables is not None:
            self._nftables.drop_connections()

    def ask(self, ask: ev.AskKernel) -> ev.KernelTold | None:
        """Answered by ``KernelTold``."""
        return self._begin(ask.session, self._teller.tell(ask.wanted))

    def clear(self, ask: ev.ClearKernel) -> ev.KernelTold | None:
        """Answered by ``KernelTold``."""
        if ask.what is ev.Cleared.COUNTERS:
            return self._begin(ask.session, self._teller.reset(ask.names))
        return self._begin(ask.session, self._teller.forget_neighbours())

    def ping(self, ask: ev.Ping) -> ev.Pinged | None:
        """Answered by ``Pinged``."""
        if len(self._tasks) >= TASKS_MAX:
            return ev.Pinged(ask.session, ask.address, (), _BUSY)
        devices = persona_names(ask.physical) if ask.physical else ()
        self._run(self._ping(ask, devices))
        return None

    def _begin(self, session: int, asked: Coroutine[Any, Any, KernelFacts]) -> ev.KernelTold | None:
        if len(self._tasks) >= TASKS_MAX:
            asked.close()
            return ev.KernelTold(session, None, _BUSY)
        self._run(self._answer(session, asked))
        return None

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="kernel")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, session: int, asked: Coroutine[Any, Any, KernelFacts]) -> None:
        try:
            told = ev.KernelTold(session, await asked)
        except NotToldError as why:
            told = ev.KernelTold(session, None, str(why))
        self._tell(told)

    async def _ping(self, ask: ev.Ping, devices: tuple[str, ...]) -> None:
        try:
            answers = await ping(ask.address, devices)
        except OSError as error:
            self._tell(ev.Pinged(ask.session, ask.address, (), error.strerror or str(error)))
        else:
            self._tell(ev.Pinged(ask.session, ask.address, answers))


_BUSY = f"{TASKS_MAX} questions are under way; ask again"
