"""SSH in the management process: its host keys, from flash or made at first boot, and its server.

asyncssh takes half a second to import. That happens when the unit serves already, in a thread, and
not at all where unit.toml wants no SSH.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
from typing import TYPE_CHECKING

from firmware.core.management.events import ConnectionAnswered, LoginAnswered
from firmware.drivers.flash import Flash
from firmware.drivers.terminal import Sessions

if TYPE_CHECKING:
    from firmware.drivers.terminal.ssh import SshServer

_SSH = "firmware.drivers.terminal.ssh"


class Remote:
    """SSH on ``port``; None: none at all."""

    def __init__(self, port: int | None, flash: Flash, sessions: Sessions) -> None:
        self._port, self._flash, self._sessions = port, flash, sessions
        self._server: SshServer | None = None
        self._starting: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Serve as soon as everything is there."""
        if self._port is not None:
            self._starting = asyncio.get_running_loop().create_task(self._start(self._port))

    async def close(self) -> None:
        """End every session over SSH."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        if self._server is not None:
            await self._server.close()

    def admitted(self, answer: ConnectionAnswered) -> None:
        """The machine says whether a connection may go on."""
        if self._server is not None:
            self._server.admitted(answer)

    def judged(self, answer: LoginAnswered) -> None:
        """The machine says whether a password was right."""
        if self._server is not None:
            self._server.judged(answer)

    async def _start(self, port: int) -> None:
        try:
            await asyncio.to_thread(importlib.import_module, _SSH)
        except ImportError as error:
            _warn(f"SSH: {error}. Install what requirements-unit.lock names; there is no SSH now")
            return
        from firmware.drivers.terminal.ssh import SshServer

        keys = await self._host_keys()
        try:
            self._server = SshServer(port, keys, self._sessions, warn=_warn)
        except ValueError as error:  # an asyncssh that knows other algorithms than ours
            _warn(f"SSH: asyncssh: {error}. Install what requirements-unit.lock names")
            return
        self._server.start()

    async def _host_keys(self) -> list[str]:
        """Those in flash; else new ones, kept there if flash takes them."""
        from firmware.drivers.terminal.ssh import HOST_KEYS

        return [await self._host_key(name, kind) for name, kind in HOST_KEYS.items()]

    async def _host_key(self, name: str, algorithm: str) -> str:
        from firmware.drivers.terminal.ssh import is_host_key, new_host_key

        kept = self._flash.read(name)
        if kept.text is not None and is_host_key(kept.text):
            return kept.text
        key = await asyncio.to_thread(new_host_key, algorithm)
        if kept.text is not None or kept.error:
            why = kept.error or "it is not a key"
            _warn(f"SSH: flash: {name}: {why}. The unit has a new host key; clients will ask")
        # One that cannot be read now may be readable at the next boot: leave it in its place.
        error = None if kept.error else self._flash.write(name, key).error
        if error:
            _warn(f"SSH: flash: {name}: {error}. The host key is lost at the next boot")
        return key


def _warn(text: str) -> None:
    print(f"management: {text}", file=sys.stderr)
